"""ERPNext's Appointment, where the site still has it: a booked meeting is a planned interaction."""

import frappe
from frappe.utils import cstr, get_datetime, now_datetime

from crm_plus.rules.capture import SENDER, Person, Source
from crm_plus.rules.interactions import DONE, PLANNED

DOCTYPE = "Appointment"
FIELDS = ("customer_name", "customer_email", "scheduled_time", "status", "appointment_with", "party")


def read(name: str) -> Source | None:
	"""Return what an Appointment says, for capture; None where it is gone."""
	row = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	if not row or not row.scheduled_time:
		return None
	person = Person(cstr(row.customer_email).strip().lower(), cstr(row.customer_name), SENDER)
	party = ((row.appointment_with, row.party),) if row.party else ()
	starts_on = get_datetime(row.scheduled_time)
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type="Meeting",
		subject=cstr(row.customer_name),
		status=PLANNED if starts_on > now_datetime() else DONE,
		starts_on=starts_on,
		people=(person,) if person.address else (),
		records=party,
		links=party,
	)
