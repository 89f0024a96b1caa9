import frappe
from frappe.model.document import Document


class AdoptionEntry(Document):
	"""What one document became when it was taken over: the memory that makes a run repeatable and undoable."""


def on_doctype_update() -> None:
	"""Index the two ways in: by what was there, and by what hangs on a record here."""
	frappe.db.add_index("Adoption Entry", ["source_doctype", "source_name"])
	frappe.db.add_index("Adoption Entry", ["holder_doctype", "holder_name"])
	frappe.db.add_index("Adoption Entry", ["run", "kind", "name"])
