"""What the Desk calls about interactions: logging one, moving one in the calendar, linking a message anew."""

from typing import Any

import frappe
import frappe.email
from frappe.utils import cint

from crm_plus.access.records import record
from crm_plus.api import arguments
from crm_plus.reports import interaction_calendar
from crm_plus.workflows import (
	capture,
	captured,
	follow_up_answers,
	interaction_log,
	interactions,
	invitations,
)


@frappe.whitelist(methods=["GET"])
def choices() -> dict[str, list[dict[str, Any]]]:
	"""The types of interactions that people log, and the outcomes of each. Raises frappe.PermissionError."""
	frappe.has_permission("Interaction", "create", throw=True)
	return interaction_log.choices()


@frappe.whitelist(methods=["POST"])
def log(
	interaction: str | dict[str, Any],
	next_step: str | dict[str, Any] | None = None,
	follow_up: str | None = None,
	no_next_reason: str | None = None,
) -> dict[str, str | None]:
	"""Store what happened, close the follow-up that it finishes, and make the next one: all of it, or nothing.

	`next_step` has due_on (site's time zone) and may have subject, assigned_to and priority. Raises frappe.PermissionError,
	NextStepNeeded as closing a follow-up does, and the sentence of whatever is refused.
	"""
	values = arguments.mapping(interaction)
	frappe.has_permission("Interaction", "create", throw=True)
	for fieldname, doctype in (("customer_profile", "Customer Profile"), ("deal", "Deal")):
		if values.get(fieldname):
			record(doctype, values[fieldname])
	finished = record("Follow Up", follow_up, "write") if follow_up else None
	return interaction_log.log(values, arguments.mapping(next_step), finished, no_next_reason or "")


# Stands in for frappe.email.relink, which tells nobody, and asks for no right to the message.
@frappe.whitelist(methods=["POST"])
@arguments.refusing
def relink(name: str, reference_doctype: str | None = None, reference_name: str | None = None) -> None:
	"""Link a message to another record, or to none, as Frappe does, and let its interaction follow.

	Raises frappe.PermissionError for a message or a record that the caller may not open.
	"""
	_check_message(name)
	if reference_doctype and reference_name:
		frappe.has_permission(reference_doctype, "read", throw=True)
		record(reference_doctype, reference_name)
	frappe.email.relink(name, reference_doctype, reference_name)
	capture.note("Communication", name)


def _check_message(name: str) -> None:
	"""Whoever may change what was captured of a message may also say where the message belongs."""
	interaction = captured.find("Communication", name)
	if not (interaction and frappe.has_permission("Interaction", "write", doc=interaction)):
		record("Communication", name)


@frappe.whitelist(methods=["GET", "POST"])
@arguments.refusing
def calendar(start: str, end: str, filters: str | list[Any] | None = None) -> list[dict[str, Any]]:
	"""The interactions that start in a period (site's time zone), for the calendar. Raises frappe.PermissionError."""
	frappe.has_permission("Interaction", "read", throw=True)
	return interaction_calendar.between(start, end, arguments.several(filters))


@frappe.whitelist(methods=["POST"])
def reschedule(args: str | dict[str, Any]) -> None:
	"""Move a plan in the calendar: `args` has its name, starts_on and ends_on (site's time zone), all_day for a day alone.

	Raises frappe.ValidationError where it cannot be at that time, or is no plan any more.
	"""
	given = arguments.mapping(args)
	interaction = record("Interaction", str(given.get("name") or ""), "write")
	is_day = bool(cint(given.get("all_day")))
	interactions.reschedule(interaction, given.get("starts_on"), given.get("ends_on"), is_day=is_day)


@frappe.whitelist(methods=["POST"])
def close_plan(interaction: str, status: str) -> dict[str, str]:
	"""Say of a plan whose time has come that it took place ("Done") or that nobody came ("No Show").

	Raises frappe.ValidationError for another status, and for what is no plan any more.
	"""
	plan = record("Interaction", interaction, "write")
	interactions.close_plan(plan, status)
	return {"name": plan.name, "status": plan.status}


@frappe.whitelist(methods=["POST"])
def postpone(interaction: str, until: str) -> dict[str, str]:
	"""Move a plan to another time, on the user's own clock. Raises frappe.ValidationError for what is no time to come."""
	plan = record("Interaction", interaction, "write")
	interactions.postpone(plan, follow_up_answers.site_time(until))
	return {"name": plan.name, "starts_on": str(plan.starts_on)}


@frappe.whitelist(methods=["POST"])
def invitation(interaction: str) -> dict[str, Any]:
	"""Attach the calendar file (.ics) of a planned interaction to it; returns the file and the recipients' addresses.

	Sends nothing: the mail is its writer's. Raises frappe.ValidationError where nobody can be invited.
	"""
	return invitations.write(record("Interaction", interaction, "write"))
