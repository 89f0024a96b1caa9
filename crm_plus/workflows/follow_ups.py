"""What somebody promised to do by a time: made, moved, handed on and closed. Times are stored in the site's time zone."""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_plus.rules.plain_values import as_moment
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import follow_up_heirs, follow_up_series, follow_up_todos, next_steps
from crm_plus.workflows.follow_up_series import CANCELLED, DONE, OPEN

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
PRIORITIES = ("Low", "Medium", "High", "Urgent")


class NextStepNeeded(frappe.ValidationError):
	"""The last open follow-up of an open deal is to be closed, and nobody said what comes next or why nothing does."""


def prepare(doc: Any) -> None:
	"""Complete and check a follow-up before it is written; writes nothing else.

	Raises frappe.ValidationError, in one sentence, for what no follow-up may say.
	"""
	doc.subject = " ".join((doc.subject or "").split())
	if not doc.subject:
		frappe.throw(_("Say in a few words what is to be done."))
	_fill_customer(doc)
	_check_due(doc)
	_check_assignee(doc)
	closed_before = (doc.get_doc_before_save() or frappe._dict(status=OPEN)).status != OPEN
	if doc.status == OPEN:
		doc.completed_on = None
	elif not closed_before or not doc.completed_on:
		doc.completed_on = get_datetime(doc.completed_on or now_datetime()).replace(microsecond=0)
	follow_up_series.prepare(doc)
	if doc.status != OPEN and not closed_before:
		_check_next_step(doc)


def _fill_customer(doc: Any) -> None:
	if doc.deal and (not doc.customer_profile or doc.has_value_changed("deal")):
		doc.customer_profile = frappe.db.get_value("Deal", doc.deal, "customer_profile")


def _check_due(doc: Any) -> None:
	if not doc.due_on:
		frappe.throw(_("Say when it is due."))
	due_on = get_datetime(doc.due_on).replace(microsecond=0)
	if not EARLIEST <= due_on.date() <= LATEST:
		frappe.throw(
			_("A follow-up is due between the years {0} and {1}; choose another day.").format(
				EARLIEST.year, LATEST.year
			)
		)
	doc.due_on = due_on


def _check_assignee(doc: Any) -> None:
	"""Only who may see follow-ups gets one: so none has to be shared, and no share stays behind."""
	if doc.flags.in_series and not (doc.assigned_to and follow_up_heirs.can_work(doc.assigned_to)):
		doc.assigned_to = follow_up_heirs.heir(doc)  # who was to do the last one has left
		return
	if not doc.assigned_to or not doc.has_value_changed("assigned_to"):
		return
	if follow_up_heirs.can_work(doc.assigned_to):
		return
	frappe.throw(
		_("{0} cannot work on follow-ups; choose somebody else.").format(
			frappe.bold(quoted(frappe.utils.get_fullname(doc.assigned_to)))
		)
	)


def _check_next_step(doc: Any) -> None:
	"""Ask what comes next where the last open follow-up of an open deal is being closed, on whatever road.

	Raises NextStepNeeded where nobody said it, nor why there is nothing. A ToDo cannot be asked: its listener tells by
	the bell. What is stored as closed from the start is history.
	"""
	if doc.is_new() or doc.no_next_reason or doc.flags.asks_later or frappe.flags.crm_plus_silent:
		return
	if frappe.db.get_single_value("CRM Plus Settings", "ask_next_step") and leaves_nothing(doc):
		title = frappe.db.get_value("Deal", doc.deal, "title")
		frappe.throw(
			_("{0} would have no next step: plan one, or say why there is none.").format(
				frappe.bold(quoted(title))
			),
			NextStepNeeded,
		)


def record(doc: Any) -> None:
	"""Bring in step what follows from a follow-up that was saved: its ToDo, its successor, its deal's next step."""
	before = doc.get_doc_before_save()
	follow_up_todos.keep(doc)
	if doc.flags.in_series and before is None and not doc.assigned_to:
		follow_up_heirs.tell_of_unowned(doc)
	if doc.status != OPEN and before is not None and before.status == OPEN:
		follow_up_series.continue_series(doc)
	next_steps.note(doc)


def forget(doc: Any) -> None:
	"""Take along what belongs to a follow-up alone; its successor goes on without it."""
	follow_up_todos.remove(doc)
	frappe.db.set_value("Follow Up", {"previous": doc.name}, "previous", None, update_modified=False)
	next_steps.note(doc)


def complete(
	doc: Document,
	*,
	outcome: str = "",
	note: str = "",
	next_step: dict[str, Any] | None = None,
	no_next_reason: str = "",
) -> str | None:
	"""Close a follow-up as done and plan what comes next; returns the name of the next one, also of a series.

	`next_step` has subject and due_on (site's time zone), and may have assigned_to and priority. Raises NextStepNeeded
	where an open deal would be left without one and `no_next_reason` is empty, frappe.ValidationError where it is closed.
	"""
	check_open(doc)
	following = plan(doc, next_step).name if next_step else None
	doc.update(
		{"status": DONE, "outcome": outcome or None, "outcome_note": note, "no_next_reason": no_next_reason}
	)
	doc.save()
	return following or frappe.db.get_value("Follow Up", {"previous": doc.name})


def leaves_nothing(doc: Any) -> bool:
	"""Tell whether closing a follow-up leaves its open deal without any next step."""
	if not doc.deal or frappe.db.get_value("Deal", doc.deal, "status") != OPEN:
		return False
	goes_on = follow_up_series.has_successor(doc) or follow_up_series.next_of(doc)
	return not goes_on and not next_steps.has_other(doc)


def plan(doc: Any, next_step: dict[str, Any]) -> Document:
	"""Make the follow-up that comes after one, for the same customer and deal. Raises as any insert does."""
	return frappe.get_doc(
		{
			"doctype": "Follow Up",
			"customer_profile": doc.customer_profile,
			"deal": doc.deal,
			"subject": next_step.get("subject") or doc.subject,
			"due_on": next_step.get("due_on"),
			"assigned_to": next_step.get("assigned_to") or doc.assigned_to,
			"priority": next_step.get("priority") or doc.priority,
			"interaction": next_step.get("interaction"),
		}
	).insert()


def cancel(doc: Document, *, stop: bool = False, reason: str = "") -> None:
	"""Close a follow-up that is no longer to be done; with `stop` its series ends, else the next one comes.

	Raises NextStepNeeded where an open deal would be left without one and `reason` is empty.
	"""
	check_open(doc)
	if stop:
		doc.recurrence = doc.repeat = None
	doc.update(
		{"status": CANCELLED, "outcome_note": reason, "no_next_reason": reason if leaves_nothing(doc) else ""}
	)
	doc.save()


def reopen(doc: Document) -> None:
	"""Open a closed follow-up again. Raises frappe.ValidationError where it is open."""
	if doc.status == OPEN:
		frappe.throw(_("This follow-up is open already."))
	doc.update({"status": OPEN, "outcome": None, "no_next_reason": None})
	doc.save()


def snooze(doc: Document, until: str) -> None:
	"""Move an open follow-up to a later time (site's time zone); the series it belongs to stays as it is.

	Raises frappe.ValidationError where the time is not in the future.
	"""
	check_open(doc)
	moment = as_moment(until)
	if not moment or get_datetime(moment) <= now_datetime():
		frappe.throw(_("Choose a time in the future until which this follow-up is snoozed."))
	doc.due_on = get_datetime(moment)
	doc.flags.snoozed = True
	doc.save()


def delegate(doc: Document, user: str) -> None:
	"""Hand an open follow-up to somebody else. Raises frappe.ValidationError where that person cannot work on it."""
	check_open(doc)
	doc.assigned_to = user
	doc.save()


def check_open(doc: Any) -> None:
	"""Raise frappe.ValidationError where a follow-up is closed already."""
	if doc.status != OPEN:
		frappe.throw(_("{0} is closed already; reload the page.").format(frappe.bold(quoted(doc.subject))))
