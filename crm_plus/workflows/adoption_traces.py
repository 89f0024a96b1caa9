"""What the app itself writes about deals and profiles: such rows are nobody's work, so they keep no record from being undone.

They go with the record that they tell of. An interaction that was captured from a mail is one of them as long as nobody
has written on it; its mail stays and is placed anew.
"""

from collections.abc import Collection
from typing import Any

import frappe

from crm_plus.workflows import capture

INTERACTION, PARTICIPANT = "Interaction", "Interaction Participant"
# Tables whose every row the app writes by itself: (DocType, its DocType field or "", its name field).
ALWAYS = (
	("Pipeline Snapshot", "", "deal"),
	("Pipeline Snapshot", "", "customer_profile"),
	("Reminder Delivery", "reference_doctype", "reference_name"),
)
FIELDS = {"Deal": "deal", "Customer Profile": "customer_profile"}


def is_peoples(table: str, row: Any) -> Any:
	"""Return the query's condition that a row of a table is somebody's work."""
	if table in {trace for trace, _doctype_field, _field in ALWAYS}:
		return row.name.isnull()
	if table == INTERACTION:
		return _is_written(row)
	if table == PARTICIPANT:
		interaction = frappe.qb.DocType(INTERACTION)
		written = frappe.qb.from_(interaction).select(interaction.name)
		return row.parent.isin(written.where((interaction.name == row.parent) & _is_written(interaction)))
	return row.name.isnotnull()


def _is_written(interaction: Any) -> Any:
	"""By hand, or captured and then worked on."""
	return interaction.source_key.isnull() | (interaction.summary != "") | (interaction.outcome != "")


def remove(doctype: str, names: Collection[str]) -> None:
	"""Remove what the app has written about records that are being removed."""
	for table, doctype_field, field in ALWAYS:
		if doctype_field:
			frappe.db.delete(table, {doctype_field: doctype, field: ["in", list(names)]})
		elif field == FIELDS[doctype]:
			frappe.db.delete(table, {field: ["in", list(names)]})
	_remove_captured(doctype, list(names))


def _remove_captured(doctype: str, names: list[str]) -> None:
	where = {FIELDS[doctype]: ["in", names], "source_key": ["is", "set"]}
	fields = ["name", "source_doctype", "source_name"]
	captured = frappe.get_all(INTERACTION, where, fields)
	if doctype == "Customer Profile":
		frappe.db.delete(PARTICIPANT, {"customer_profile": ["in", names]})
	gone = [row.name for row in captured]
	frappe.db.delete(PARTICIPANT, {"parenttype": INTERACTION, "parent": ["in", gone or [""]]})
	frappe.db.delete(INTERACTION, {"name": ["in", gone or [""]]})
	for row in captured:
		capture.note(row.source_doctype, row.source_name)
