"""The one interaction of a source: made, kept in step with it, and removed with it."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr

from crm_plus.rules import capture as rules
from crm_plus.rules import interactions as interaction_rules
from crm_plus.rules.capture import Placement, Source
from crm_plus.rules.interactions import DONE, PLANNED, Participant
from crm_plus.workflows.interactions import FIELDS, LONGEST_SUBJECT

# What the source alone says; the rest is people's once the interaction exists.
OF_SOURCE = ("subject", "starts_on", "direction", "status", "duration")
COMPARED = ("subject", "starts_on", "direction", "status", "customer_profile", "deal", "contact", "placed_by")
# What people may have hung on an interaction: (DocType, its DocType field, its name field).
HANGING = (
	("File", "attached_to_doctype", "attached_to_name"),
	("ToDo", "reference_type", "reference_name"),
)


def find(doctype: str, name: str) -> str | None:
	"""Return the interaction of a source."""
	return frappe.db.get_value("Interaction", {"source_key": rules.source_key(doctype, name)})


def exists(doctype: str, name: str) -> bool:
	"""Tell whether a source was looked at: it has its interaction, or waits as unmatched."""
	waiting = {"source_doctype": doctype, "source_name": name}
	return bool(find(doctype, name) or frappe.db.exists("Unmatched Mail", waiting))


def write(source: Source, placement: Placement) -> str:
	"""Make the interaction of a source or bring it in step; returns its name. Writes nothing where nothing changed."""
	name = find(source.doctype, source.name)
	if name and source.follows:
		_leave_behind(frappe.get_doc("Interaction", name, for_update=True))
		name = None
	if name:
		return _update(frappe.get_doc("Interaction", name, for_update=True), source, placement)
	return _insert(source, placement)


def _leave_behind(interaction: Document) -> None:
	"""Let the interaction of one time of something that repeats stay as it is, and the next have its place."""
	interaction.source_key = f"{interaction.source_key}:{interaction.starts_on:%Y-%m-%d %H:%M}"
	if interaction.status == PLANNED:
		interaction.status = DONE
	interaction.flags.from_source = True
	interaction.save(ignore_permissions=True)  # safe: it says no more than the calendar did


def _insert(source: Source, placement: Placement) -> str:
	interaction = frappe.new_doc("Interaction")
	interaction.update(
		{
			"interaction_type": source.interaction_type,
			"source_doctype": source.doctype,
			"source_name": source.name,
			"source_key": source.key,
			"interaction_owner": source.owner or owner_of(placement),
			**_of_source(source),
		}
	)
	_put(interaction, placement)
	_rows(interaction, placement)
	interaction.flags.from_source = True
	# safe: it says no more than its source, and nobody reads it who may not read its customer
	return interaction.insert(ignore_permissions=True).name


def _of_source(source: Source) -> dict[str, Any]:
	values = {name: getattr(source, name) for name in OF_SOURCE}
	storable = source.subject.encode("utf-8", "replace").decode()
	values["starts_on"] = source.starts_on.replace(microsecond=0)
	return {
		**values,
		"subject": interaction_rules.subject_of(storable, _(source.interaction_type), "", LONGEST_SUBJECT),
	}


def _put(interaction: Document, placement: Placement) -> None:
	interaction.update(
		{
			"customer_profile": placement.customer_profile,
			"deal": placement.deal or None,
			"contact": placement.contact or None,
			"placed_by": placement.said_by or None,
		}
	)


def _rows(interaction: Document, placement: Placement) -> None:
	interaction.set("participants", [])
	for participant in placement.participants:
		interaction.append("participants", {name: getattr(participant, name) or None for name in FIELDS})


def _update(interaction: Document, source: Source, placement: Placement) -> str:
	"""Follow the source. Where people re-linked the interaction, that stands until the thread itself moves."""
	before = _state(interaction)
	interaction.update(_of_source(source))
	known = {row.customer_profile for row in interaction.participants}
	wanted = {row.customer_profile for row in placement.participants} | {placement.customer_profile}
	if cstr(interaction.placed_by) != placement.said_by:
		_put(interaction, placement)
		_rows(interaction, placement)
	elif not wanted <= known:
		_add_rows(interaction, placement)
	if _state(interaction) != before:
		interaction.flags.from_source = True
		# safe: it says no more than its source, and nobody reads it who may not read its customer
		interaction.save(ignore_permissions=True)
	return interaction.name


def _add_rows(interaction: Document, placement: Placement) -> None:
	known = {row.customer_profile for row in interaction.participants}
	for participant in placement.participants:
		if participant.customer_profile not in known:
			interaction.append("participants", {name: getattr(participant, name) or None for name in FIELDS})


def _state(interaction: Document) -> tuple[Any, ...]:
	rows = [Participant(*(cstr(row.get(name)) for name in FIELDS)) for row in interaction.participants]
	return (cint(interaction.duration), *(cstr(interaction.get(name)) for name in COMPARED), rows)


def owner_of(placement: Placement) -> str | None:
	"""Return whose business it is: the deal's owner, else the profile's."""
	owner = placement.deal and frappe.db.get_value("Deal", placement.deal, "deal_owner")
	return owner or frappe.db.get_value("Customer Profile", placement.customer_profile, "profile_owner")


def remove(doctype: str, name: str) -> None:
	"""Remove the interactions of a source that is gone or matches nobody any more, of one that repeats all.

	What people wrote on stays, as an interaction of their own without a source.
	"""
	where = {"source_doctype": doctype, "source_name": name, "source_key": ["is", "set"]}
	for interaction in frappe.get_all("Interaction", where, pluck="name"):
		_remove(interaction)


def _remove(interaction: str) -> None:
	if _was_worked_on(interaction):
		nothing = dict.fromkeys(("source_doctype", "source_name", "source_key", "placed_by"))
		frappe.db.set_value("Interaction", interaction, nothing)
		return
	frappe.delete_doc(
		"Interaction",
		interaction,
		ignore_permissions=True,  # safe: it was made of the source, which its owner deleted
		delete_permanently=True,
	)


def _was_worked_on(interaction: str) -> bool:
	values = frappe.db.get_value("Interaction", interaction, ["summary", "outcome"])
	if any(values or ()):
		return True
	hangs = [(table, {field: "Interaction", name: interaction}) for table, field, name in HANGING]
	comments = {"reference_doctype": "Interaction", "reference_name": interaction, "comment_type": "Comment"}
	hangs.append(("Comment", comments))
	if frappe.db.exists("DocType", "Follow Up"):
		hangs.append(("Follow Up", {"interaction": interaction}))
	return any(frappe.db.exists(table, where) for table, where in hangs)
