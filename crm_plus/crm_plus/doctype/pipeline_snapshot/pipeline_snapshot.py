import frappe
from frappe.model.document import Document

INDEXES = {
	# Days are compared and added up, of the months that are asked for, without looking a row up.
	"day_close_sums": (
		*("snapshot_date", "company", "expected_close_date", "pipeline", "deal_owner", "source"),
		*("base_amount", "probability"),
	),
	# A deal's own way, and what its newest snapshot knows of its close dates without looking the row up.
	"deal_day_dates": (
		"deal",
		"snapshot_date",
		"expected_close_date",
		"first_close_date",
		"close_date_moves",
	),
	# Whose close date had moved by a day, and how far.
	"day_moved_dates": (
		*("snapshot_date", "close_date_moves", "deal"),
		*("expected_close_date", "first_close_date"),
	),
	# How many had no next step on a day, or rotted: of the others none is touched.
	"day_attention": (
		*("snapshot_date", "tells_attention", "no_next_step", "is_rotten"),
		*("company", "deal_owner", "deal"),
	),
}


class PipelineSnapshot(Document):
	"""One open deal as it stood at the end of a day."""


def on_doctype_update() -> None:
	"""Add the indexes by which days are compared and a deal's own way is followed."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Pipeline Snapshot", list(columns), index_name=name)
