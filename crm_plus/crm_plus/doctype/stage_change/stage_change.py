import frappe
from frappe.model.document import Document


class StageChange(Document):
	"""One move of a deal's stage or of a profile's lifecycle."""


def on_doctype_update() -> None:
	"""Add the index by which a record's history is read, in order of time."""
	frappe.db.add_index(
		"Stage Change",
		["reference_doctype", "reference_name", "changed_on"],
		index_name="reference_changed_on",
	)
