"""ERPNext's Call Log, where the site still has it: a call that a telephone system wrote down is an interaction."""

import frappe
from frappe.utils import cint, cstr, get_datetime

from crm_plus.overrides.sources import from_or_to
from crm_plus.rules.capture import RECIPIENT, SENDER, Person, Source
from crm_plus.rules.interactions import CANCELLED, DONE, INCOMING, NO_SHOW, OUTGOING

DOCTYPE = "Call Log"
STATUSES = {"Completed": DONE, "In Progress": DONE, "Ringing": DONE, "Canceled": CANCELLED}
FIELDS = (
	"from",
	"to",
	"status",
	"duration",
	"type",
	"start_time",
	"customer",
	"employee_user_id",
	"creation",
)


def read(name: str) -> Source | None:
	"""Return what a Call Log says, for capture; None where it is gone."""
	row = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	if not row:
		return None
	is_incoming, records = row.type == INCOMING, tuple(named_in(name, row.customer))
	number, role = (row["from"], SENDER) if is_incoming else (row["to"], RECIPIENT)
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type="Call",
		direction=INCOMING if is_incoming else OUTGOING,
		status=STATUSES.get(cstr(row.status), NO_SHOW),
		starts_on=get_datetime(row.start_time or row.creation),
		duration=cint(row.duration),
		owner=cstr(row.employee_user_id),
		people=(Person(number=cstr(number), role=role),),
		records=records,
		links=records,
	)


def of_number(end: str) -> list[str]:
	"""Return the calls from or to a number that ends so, for capture."""
	return from_or_to(DOCTYPE, end)


def named_in(name: str, customer: str | None) -> list[tuple[str, str]]:
	"""Return (DocType, name) of the customer and of what the call is linked to."""
	where = {"parent": name, "parenttype": DOCTYPE}
	links = frappe.get_all("Dynamic Link", where, ["link_doctype", "link_name"], as_list=True)
	return [*([("Customer", customer)] if customer else []), *(tuple(link) for link in links)]
