"""What an Event of Frappe's calendar says about itself, as capture reads it."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.event.event import get_events
from frappe.utils import cstr, get_datetime, now_datetime

from crm_plus.rules.capture import RECIPIENT, Person, Source, source_key
from crm_plus.rules.interactions import CANCELLED, DONE, OUTGOING, PLANNED

DOCTYPE = "Event"
TYPES = {"Call": "Call", "Sent/Received Email": "Email"}
FIELDS = (
	*("subject", "starts_on", "ends_on", "status", "event_category", "event_type", "owner", "all_day"),
	*("creation", "repeat_this_event"),
)
# What the whole Event is about: only newer versions ask.
ABOUT = ("reference_doctype", "reference_docname")
# The longest that Frappe lets pass between two times of one Event; of an older one that repeats, as much is taken in.
YEAR = timedelta(days=366)


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
	first = get_datetime(row.starts_on or row.creation)
	once = (first, None, False)
	starts_on, follows, goes_on = _occurrence(name, row, first) if row.repeat_this_event else once
	is_public = row.event_type == "Public"
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type=TYPES.get(cstr(row.event_category), "Meeting"),
		direction=OUTGOING,
		subject=cstr(row.subject) if is_public else _(row.event_category or "Meeting"),
		starts_on=starts_on,
		duration=_duration(row, first),
		status=status_of(cstr(row.status), starts_on),
		owner=row.owner,
		people=tuple(Person(cstr(each.email).strip().lower(), "", RECIPIENT) for each in rows if each.email),
		records=tuple(named),
		links=tuple(record for record in named if record[0] != "Deal"),
		follows=follows,
		goes_on=goes_on,
	)


def _occurrence(name: str, row: Any, first: datetime) -> tuple[datetime, datetime | None, bool]:
	"""Return which time of an Event that repeats is to be captured, the one before it where that is over, and whether this one is
	over too, so that the next may follow.

	Each time has an interaction of its own: once it is over the next one is planned, and what is planned follows the calendar.
	"""
	now, shown = now_datetime(), shown_on(name)
	if shown is None:
		begins = first if first > now - YEAR else _next(name, row.owner, now - YEAR) or first
		return begins, None, begins <= now
	if shown > now:
		return _next(name, row.owner, now) or shown, None, False
	following = _next(name, row.owner, shown)
	return (following, shown, following <= now) if following else (shown, None, False)


def shown_on(name: str) -> datetime | None:
	"""Return when the Event takes place that its latest interaction is of."""
	return frappe.db.get_value("Interaction", {"source_key": source_key(DOCTYPE, name)}, "starts_on")


def _next(name: str, owner: str, after: datetime) -> datetime | None:
	"""Return the first time of an Event after a moment, as Frappe's calendar shows it."""
	found = get_events(after.date(), (after + YEAR).date(), user=owner, filters={"name": name})
	return min((event.starts_on for event in found if event.starts_on > after), default=None)


def _duration(row: Any, starts_on: datetime) -> int:
	"""Return the seconds that an Event takes; one that lasts all day, or for days, has no length of its own."""
	seconds = int((get_datetime(row.ends_on) - starts_on).total_seconds()) if row.ends_on else 0
	return seconds if 0 < seconds <= 86400 and not row.all_day else 0


def status_of(status: str, starts_on: datetime) -> str:
	"""Return an interaction's status for an Event's: what was not called off and is over, happened."""
	if status == CANCELLED:
		return CANCELLED
	return PLANNED if starts_on > now_datetime() else DONE
