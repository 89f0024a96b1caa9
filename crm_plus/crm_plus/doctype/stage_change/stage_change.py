import frappe
from frappe.model.document import Document

from crm_plus.workflows.plain_values import FoundAsListed

INDEXES = {
	# A record's history in order of time: when it began, and how far it came.
	"history": ("reference_doctype", "reference_name", "changed_on", "to_stage", "from_stage"),
	# The visits to stages that ended in a period, with all that reports ask of their deals. No key may be longer than
	# 3,072 bytes, four a character: hence the lengths of pipeline and from_stage.
	"visits": (
		*("pipeline", "from_stage", "changed_on", "deal_owner", "company", "source", "reference_name"),
		"seconds_in_previous",
	),
	# The same where nobody asks for the source or for the deal itself, as mostly: a fifth less to read.
	"visits_sums": ("pipeline", "from_stage", "changed_on", "deal_owner", "company", "seconds_in_previous"),
}


class StageChange(FoundAsListed, Document):
	"""One move of a deal's stage or of a profile's lifecycle."""


def on_doctype_update() -> None:
	"""Add the indexes by which histories are read and stages are compared; none of them needs the rows."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Stage Change", list(columns), index_name=name)
