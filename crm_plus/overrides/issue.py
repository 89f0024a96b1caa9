"""ERPNext's Issue, where the site still has it: a customer's request is an interaction."""

from datetime import datetime, time
from typing import Any

import frappe
from frappe.utils import cstr, get_datetime, get_time, getdate

from crm_plus.rules.capture import SENDER, Person, Source

DOCTYPE = "Issue"
FIELDS = ("subject", "customer", "lead", "contact", "raised_by", "opening_date", "opening_time", "creation")


def read(name: str) -> Source | None:
	"""Return what an Issue says, for capture; None where it is gone."""
	row = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	if not row:
		return None
	people = Person(cstr(row.raised_by).strip().lower(), "", SENDER, cstr(row.contact))
	named = (("Customer", row.customer), ("Lead", row.lead), ("Contact", row.contact))
	records = tuple((doctype, value) for doctype, value in named if value)
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type="Support",
		subject=cstr(row.subject),
		starts_on=opened_on(row),
		people=(people,) if people.address else (),
		records=records,
		links=records,
	)


def opened_on(row: Any) -> datetime:
	"""Return when an Issue was opened (site's time)."""
	if not row.opening_date:
		return get_datetime(row.creation)
	opened = get_time(row.opening_time) if row.opening_time else time()
	return datetime.combine(getdate(row.opening_date), opened).replace(microsecond=0)
