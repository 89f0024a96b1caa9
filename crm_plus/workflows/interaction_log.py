"""Logging in one step: what happened, what was finished with it, and what comes next; the whole of it or nothing."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.workflows import follow_ups

# What the person who logs says; the rest follows.
ASKED = (
	*(
		"interaction_type",
		"customer_profile",
		"deal",
		"contact",
		"direction",
		"outcome",
		"subject",
		"summary",
	),
	*("status", "starts_on", "duration"),
)
NEXT = ("subject", "due_on", "assigned_to", "priority")


def log(
	values: dict[str, Any],
	next_step: dict[str, Any] | None = None,
	finished: Document | None = None,
	no_next_reason: str = "",
) -> dict[str, str | None]:
	"""Store an interaction, close the follow-up that it finishes, and make the next one; returns their names.

	`next_step` has due_on (site's time zone) and may have subject, assigned_to and priority. All happens in the caller's
	transaction: where one part is refused, its sentence is raised and nothing is stored.
	"""
	given = {name: values[name] for name in ASKED if values.get(name)}
	if finished and not (given.get("customer_profile") or given.get("deal")):
		given |= {"customer_profile": finished.customer_profile, "deal": finished.deal}
	interaction = frappe.get_doc({"doctype": "Interaction", **given}).insert()
	step = {name: next_step[name] for name in NEXT if next_step.get(name)} if next_step else None
	if step:
		step = {"subject": subject_of(interaction), **step, "interaction": interaction.name}
	made = _finish(finished, interaction, step, no_next_reason) if finished else _plan(interaction, step)
	return {"interaction": interaction.name, "follow_up": made}


def subject_of(interaction: Document) -> str:
	"""Return what a follow-up is called that names nothing."""
	return _("{0} again").format(_(interaction.interaction_type))


def _finish(
	finished: Document, interaction: Document, step: dict[str, Any] | None, no_next_reason: str
) -> str | None:
	frappe.db.set_value("Follow Up", finished.name, "interaction", interaction.name, update_modified=False)
	finished.interaction = interaction.name
	note = frappe.utils.strip_html(interaction.summary or "")[:1000]
	return follow_ups.complete(
		finished,
		outcome=interaction.outcome or "",
		note=note,
		next_step=step,
		no_next_reason=no_next_reason,
	)


def _plan(interaction: Document, step: dict[str, Any] | None) -> str | None:
	if not step:
		return None
	about = {"customer_profile": interaction.customer_profile, "deal": interaction.deal}
	return str(frappe.get_doc({"doctype": "Follow Up", **about, **step}).insert().name)


def choices() -> dict[str, list[dict[str, Any]]]:
	"""Return the types that people log, and the outcomes with the types that each is limited to, in their order."""
	types = frappe.get_all(
		"Interaction Type",
		{"disabled": 0, "is_logged_by_hand": 1},
		["name", "icon", "default_direction"],
		order_by="position, name",
	)
	outcomes = frappe.get_all("Interaction Outcome", {"disabled": 0}, pluck="name", order_by="position, name")
	rows = frappe.get_all(
		"Interaction Outcome Type",
		{"parenttype": "Interaction Outcome"},
		["parent", "interaction_type"],
		order_by="parent, idx",
	)
	limits: dict[str, list[str]] = {}
	for row in rows:
		limits.setdefault(row.parent, []).append(row.interaction_type)
	return {"types": types, "outcomes": [{"name": name, "types": limits.get(name, [])} for name in outcomes]}
