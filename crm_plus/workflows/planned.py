"""What is planned here stands in Frappe's calendar too, so that its reminders, invitations and Google's sync work on it.

Both sides compare before they write, so what one tells the other ends after one step. The Event is private to the owner of the
interaction: the calendar shows an entry to all or to its owner, and not every colleague may see every customer.
"""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint, cstr, get_datetime, now_datetime

from crm_plus.rules import interactions as rules
from crm_plus.rules.capture import Source
from crm_plus.workflows import until_commit

TOUCHED = "planned"
JOB = "crm_plus.workflows.planned.sync_all"
CATEGORIES = {"Meeting": "Meeting", "Visit": "Meeting", "Call": "Call"}
EVENT_STATUS = {rules.PLANNED: "Open", rules.DONE: "Completed"}
WATCHED = ("subject", "starts_on", "duration", "status", "interaction_owner", "interaction_type", "contact")
# What a change in the calendar means for a plan; that an Event is closed after its day says nothing.
STATUS_FROM_EVENT = {"Cancelled": rules.CANCELLED, "Completed": rules.DONE}


def note(interaction: Document, *, is_deleted: bool = False) -> None:
	"""Note a plan that was made, changed or deleted here; what was captured from an Event belongs to that."""
	if interaction.source_doctype or interaction.flags.from_calendar:
		return
	is_plan = interaction.event or interaction.status == rules.PLANNED
	if is_plan and (is_deleted or _has_news(interaction)):
		until_commit.notes(TOUCHED, run)[interaction.name] = cstr(interaction.event) if is_deleted else ""


def _has_news(interaction: Document) -> bool:
	return interaction.is_new() or any(interaction.has_value_changed(name) for name in WATCHED)


def run(touched: until_commit.Notes) -> None:
	"""Leave the calendar to a background job, right after the commit: Google's answer may take seconds. Never raises."""
	try:
		frappe.enqueue(JOB, queue="short", now=bool(frappe.flags.crm_plus_at_once), plans=dict(touched))
	except Exception:
		frappe.log_error(title="CRM Plus: the calendar could not be told of a plan")
		frappe.db.commit()  # the log must survive, whatever the request does next


def sync_all(plans: dict[str, str]) -> None:
	"""Bring the Events of plans in step; `plans` maps each interaction to the Event that a deleted one leaves behind."""
	for name, left_behind in plans.items():
		try:
			frappe.db.commit()  # ends the snapshot of before: the plan is read as it is now
			_remove_event(left_behind) if left_behind else _sync(name)
			frappe.db.commit()  # own transaction, after the interaction's
		except Exception:
			frappe.db.rollback()  # what was begun for this plan alone
			frappe.log_error(
				title="CRM Plus: the calendar could not be told of a plan",
				reference_doctype="Interaction",
				reference_name=name,
			)
			frappe.db.commit()  # the log must survive


def _sync(name: str) -> None:
	if not frappe.db.get_value("Interaction", name, "name", for_update=True):
		return
	plan = frappe.get_doc("Interaction", name)
	if plan.event and frappe.db.exists("Event", plan.event):
		_write(frappe.get_doc("Event", plan.event), plan)
	elif plan.status == rules.PLANNED and get_datetime(plan.starts_on) > now_datetime():
		_make(plan)


def new_event(plan: Document) -> Document:
	"""Return the entry of a plan, not stored yet: with its people, and with Google's sync where its owner has that."""
	event = frappe.new_doc("Event")
	event.update({"event_type": "Private", "send_reminder": 0, "ends_on": None, **_values(plan)})
	for doctype, participant in _participants(plan):
		event.add_participant(doctype, participant)
	calendar = _google_calendar(plan.interaction_owner)
	if calendar:
		event.update({"sync_with_google_calendar": 1, "google_calendar": calendar})
	return event


def _make(plan: Document) -> None:
	event = new_event(plan)
	event.insert(ignore_permissions=True)  # safe: a copy of a plan, for the one whose plan it is
	owner = plan.interaction_owner or plan.owner
	frappe.db.set_value("Event", event.name, "owner", owner, update_modified=False)
	frappe.db.set_value("Interaction", plan.name, "event", event.name, update_modified=False)


def _values(plan: Document) -> dict[str, Any]:
	starts_on = get_datetime(plan.starts_on)
	return {
		"subject": plan.subject,
		"starts_on": starts_on,
		"ends_on": rules.ends_on(starts_on, cint(plan.duration)),
		"event_category": CATEGORIES.get(plan.interaction_type, "Event"),
		"status": EVENT_STATUS.get(plan.status, "Cancelled"),
	}


def _participants(plan: Document) -> list[tuple[str, str]]:
	contacts = dict.fromkeys(name for name in (plan.contact, *_contacts(plan)) if name)
	return [("Contact", name) for name in contacts] or [("Customer Profile", plan.customer_profile)]


def _contacts(plan: Document) -> list[str]:
	return [row.contact for row in plan.participants]


def _google_calendar(user: str | None) -> str | None:
	return frappe.db.get_value(
		"Google Calendar", {"user": user or "", "enable": 1, "push_to_google_calendar": 1}
	)


def _write(event: Document, plan: Document) -> None:
	wanted = _values(plan)
	if event.status == "Closed" and wanted["status"] == "Open":
		wanted.pop("status")
	if any(_differs(event.get(name), value) for name, value in wanted.items()):
		event.update(wanted)
		event.save(ignore_permissions=True)  # safe: a copy of a plan, for the one whose plan it is


def _differs(stored: Any, wanted: Any) -> bool:
	return cstr(stored)[:19] != cstr(wanted)[:19] if isinstance(stored, str) else stored != wanted


def _remove_event(event: str) -> None:
	if frappe.db.exists("Event", event):
		# safe: we made it for a plan that is gone
		frappe.delete_doc("Event", event, ignore_permissions=True, delete_permanently=True)


def plan_of(event: str) -> str | None:
	"""Return the interaction that an Event was made of."""
	return frappe.db.get_value("Interaction", {"event": event})


def follow(name: str, source: Source, event_status: str) -> None:
	"""Let a plan follow its Event: dragged, renamed or called off in the calendar or at Google."""
	plan = frappe.get_doc("Interaction", name, for_update=True)
	status = STATUS_FROM_EVENT.get(event_status, plan.status)
	if status == rules.DONE and source.starts_on > now_datetime():
		status = plan.status
	wanted = {"starts_on": source.starts_on, "status": status, "subject": source.subject}
	starts_on = get_datetime(plan.starts_on)
	is_usual = rules.ends_on(starts_on, cint(plan.duration)) == rules.ends_on(starts_on, source.duration)
	if source.duration and not is_usual:
		wanted["duration"] = source.duration
	if any(_differs(plan.get(field), value) for field, value in wanted.items()):
		plan.update(wanted)
		plan.flags.from_calendar = True
		plan.save(ignore_permissions=True)  # safe: who may change the Event is the owner of the plan


def event_is_gone(event: str) -> None:
	"""Call a plan off whose Event was deleted; what has happened already stays as it is."""
	name = plan_of(event)
	if not name:
		return
	plan = frappe.get_doc("Interaction", name, for_update=True)
	plan.event = None
	plan.status = rules.CANCELLED if plan.status == rules.PLANNED else plan.status
	plan.flags.from_calendar = True
	plan.save(ignore_permissions=True)  # safe: who may delete the Event is the owner of the plan
