"""What an Event of Frappe's calendar says about itself, as capture reads it."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr, get_datetime, now_datetime

from crm_plus.rules.capture import RECIPIENT, Person, Source
from crm_plus.rules.interactions import CANCELLED, DONE, OUTGOING, PLANNED

DOCTYPE = "Event"
TYPES = {"Call": "Call", "Sent/Received Email": "Email"}
FIELDS = (
	*("subject", "starts_on", "ends_on", "status", "event_category", "event_type", "owner", "all_day"),
	"creation",
)
# What the whole Event is about: only newer versions ask.
ABOUT = ("reference_doctype", "reference_docname")


def read(name: str) -> Source | None:
	"""Return what an Event says, None where it is gone. A private one does not give away its subject."""
	about = [field for field in ABOUT if frappe.get_meta(DOCTYPE).has_field(field)]
	row = frappe.db.get_value(DOCTYPE, name, [*FIELDS, *about], as_dict=True)
	if not row:
		return None
	rows = frappe.get_all(
		"Event Participants",
		{"parent": name, "parenttype": DOCTYPE},
		["reference_doctype", "reference_docname", "email"],
		order_by="idx",
	)
	named = [
		(each.reference_doctype, each.reference_docname) for each in [row, *rows] if each.reference_docname
	]
	starts_on = get_datetime(row.starts_on or row.creation)
	is_public = row.event_type == "Public"
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type=TYPES.get(cstr(row.event_category), "Meeting"),
		direction=OUTGOING,
		subject=cstr(row.subject) if is_public else _(row.event_category or "Meeting"),
		starts_on=starts_on,
		duration=_duration(row, starts_on),
		status=status_of(cstr(row.status), starts_on),
		owner=row.owner,
		people=tuple(Person(cstr(each.email).strip().lower(), "", RECIPIENT) for each in rows if each.email),
		records=tuple(named),
		links=tuple(record for record in named if record[0] != "Deal"),
	)


def _duration(row: Any, starts_on: datetime) -> int:
	"""Return the seconds that an Event takes; one that lasts all day, or for days, has no length of its own."""
	seconds = int((get_datetime(row.ends_on) - starts_on).total_seconds()) if row.ends_on else 0
	return seconds if 0 < seconds <= 86400 and not row.all_day else 0


def status_of(status: str, starts_on: datetime) -> str:
	"""Return an interaction's status for an Event's: what was not called off and is over, happened."""
	if status == CANCELLED:
		return CANCELLED
	return PLANNED if starts_on > now_datetime() else DONE
