import frappe
from frappe.model.document import Document


class PipelineSnapshot(Document):
	"""One open deal as it stood at the end of a day."""


def on_doctype_update() -> None:
	"""Add the indexes by which days are compared and a deal's own way is followed."""
	frappe.db.add_index(
		"Pipeline Snapshot", ["snapshot_date", "company", "pipeline"], index_name="day_company"
	)
	frappe.db.add_index("Pipeline Snapshot", ["deal", "snapshot_date"], index_name="deal_day")
