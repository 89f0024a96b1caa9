"""What forms, lists and My Day call about follow-ups. Each checks the right to the record and calls one workflow."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import strip_html

from crm_plus.access.records import record
from crm_plus.api import arguments
from crm_plus.workflows import follow_up_answers, follow_ups

MOST_AT_ONCE = 500
SAVEPOINT = "crm_plus_one_of_many"


def _follow_up(name: str) -> Document:
	"""Return a follow-up that the user may write. Raises frappe.PermissionError, frappe.DoesNotExistError."""
	return record("Follow Up", name, "write")


@frappe.whitelist(methods=["POST"])
def complete(follow_up: str, answer: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""Close a follow-up as done, say how it went, and plan what comes next: all or nothing.

	`answer` may have outcome, note, interaction_type (logs what happened as an Interaction), next_subject, next_due_on
	(the user's own clock), next_assigned_to and no_next_reason. Returns the next follow-up's name. Raises NextStepNeeded
	where the deal would be left without one.
	"""
	doc = _follow_up(follow_up)
	following = follow_up_answers.complete(doc, arguments.mapping(answer))
	return {"name": doc.name, "status": doc.status, "next": following}


@frappe.whitelist(methods=["POST"])
def snooze(follow_up: str, until: str) -> dict[str, Any]:
	"""Move an open follow-up to a later time, on the user's own clock; its series stays as it is."""
	doc = _follow_up(follow_up)
	follow_ups.snooze(doc, follow_up_answers.site_time(until))
	return {"name": doc.name, "due_on": str(doc.due_on)}


@frappe.whitelist(methods=["POST"])
def delegate(follow_up: str, colleague: str) -> dict[str, Any]:
	"""Hand an open follow-up to somebody else."""
	doc = _follow_up(follow_up)
	follow_ups.delegate(doc, colleague)
	return {"name": doc.name, "assigned_to": doc.assigned_to}


@frappe.whitelist(methods=["POST"])
def cancel(follow_up: str, reason: str | None = None, stop: bool = False) -> dict[str, Any]:
	"""Close a follow-up that is no longer to be done; with `stop` its series ends."""
	doc = _follow_up(follow_up)
	follow_ups.cancel(doc, stop=stop, reason=reason or "")
	return {"name": doc.name, "status": doc.status}


@frappe.whitelist(methods=["POST"])
def reopen(follow_up: str) -> dict[str, Any]:
	"""Open a closed follow-up again."""
	doc = _follow_up(follow_up)
	follow_ups.reopen(doc)
	return {"name": doc.name, "status": doc.status}


@frappe.whitelist(methods=["POST"])
def complete_many(
	follow_ups: str | list[str], answer: str | dict[str, Any] | None = None
) -> dict[str, list[dict[str, str]]]:
	"""Close several follow-ups with one answer, each for itself; returns those done and those refused, with the sentence."""
	given = arguments.mapping(answer)
	return _each(follow_ups, lambda doc: follow_up_answers.complete(doc, given))


def _each(names: str | list[str], act: Callable[[Document], object]) -> dict[str, list[dict[str, str]]]:
	frappe.has_permission("Follow Up", "write", throw=True)
	chosen = [str(name) for name in arguments.several(names)]
	if len(chosen) > MOST_AT_ONCE:
		frappe.throw(_("Choose at most {0} follow-ups at once.").format(MOST_AT_ONCE))
	answer: dict[str, list[dict[str, str]]] = {"done": [], "refused": []}
	for name in dict.fromkeys(chosen):
		refusal = _one_of_many(name, act)
		answer["refused" if refusal else "done"].append({"name": name, "sentence": refusal})
	return answer


def _one_of_many(name: str, act: Callable[[Document], object]) -> str:
	"""Do one, or undo it and return the sentence that refused it."""
	messages = list(frappe.local.message_log)
	frappe.db.savepoint(SAVEPOINT)
	try:
		act(_follow_up(name))
	except (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError) as refused:
		frappe.db.rollback(save_point=SAVEPOINT)
		frappe.local.message_log = messages
		return strip_html(str(refused)) or _("You have no permission to change this follow-up.")
	return ""


@frappe.whitelist(methods=["POST"])
def preview(values: str | dict[str, Any]) -> dict[str, Any]:
	"""Return in words how a follow-up repeats that is still being typed, and when it comes next (site's time zone)."""
	frappe.has_permission("Follow Up", "create", throw=True)
	return follow_up_answers.preview(arguments.mapping(values))
