import frappe
from frappe.model.document import Document

from crm_plus.workflows import interactions
from crm_plus.workflows.plain_values import PlainValues

INDEXES = {
	"deal_starts": ("deal", "starts_on"),
	"customer_starts": ("customer_profile", "starts_on"),
	"owner_status_starts": ("interaction_owner", "status", "starts_on"),
	"source": ("source_doctype", "source_name"),
	"status_remind": ("status", "remind_on"),
	# The reports: what was done in a period; what came in and when it was answered; and the next answer to a customer. None
	# needs the rows.
	"done_report": (
		*("status", "starts_on", "interaction_owner", "interaction_type", "customer_profile"),
		*("direction", "duration", "answered_on"),
	),
	"came_report": (
		*("direction", "status", "starts_on", "interaction_owner", "interaction_type"),
		*("duration", "customer_profile", "answered_on"),
	),
	"customer_said": ("customer_profile", "direction", "status", "starts_on"),
}


class Interaction(PlainValues, Document):
	"""One thing that happened, or is planned, between us and a customer."""

	def validate(self) -> None:
		"""Complete and check the interaction; see workflows.interactions.prepare for what is refused."""
		interactions.prepare(self)

	def on_update(self) -> None:
		"""Tell those whom the summary mentions; customers and deals follow after the commit."""
		interactions.record(self)

	def on_trash(self) -> None:
		"""Let customers and deals forget it."""
		interactions.forget(self)


def on_doctype_update() -> None:
	"""Add the indexes that streams, calendars and the search for a source go by."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Interaction", list(columns), index_name=name)
