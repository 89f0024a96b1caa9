import frappe
from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues

INDEXES = {
	"assigned_status_due": ("assigned_to", "status", "due_on"),
	"deal_status_due": ("deal", "status", "due_on"),
	"profile_status_due": ("customer_profile", "status", "due_on"),
	"status_remind": ("status", "remind_on"),
}


class FollowUp(PlainValues, Document):
	"""One thing that somebody promised to do by a time; may recur."""

	@property
	def recurrence_sentence(self) -> str:
		"""The rule in words, in the reader's language; empty where it happens once."""
		return ""


def on_doctype_update() -> None:
	"""Add the indexes by which a person's day, a deal's and a customer's next step, and the reminders are found."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Follow Up", list(columns), index_name=name)
