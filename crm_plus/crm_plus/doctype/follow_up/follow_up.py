import frappe
from frappe.model.document import Document

from crm_plus.workflows import follow_ups, recurrence_words
from crm_plus.workflows.plain_values import PlainValues

INDEXES = {
	"assigned_status_due": ("assigned_to", "status", "due_on"),
	"deal_status_due": ("deal", "status", "due_on"),
	"profile_status_due": ("customer_profile", "status", "due_on"),
	"status_remind": ("status", "remind_on"),
	# What is done stands in the timeline where it was done.
	"deal_status_completed": ("deal", "status", "completed_on"),
	"profile_status_completed": ("customer_profile", "status", "completed_on"),
	# The reports: what was done and what was due in a period, of whom, without the rows.
	"done_report": ("status", "completed_on", "assigned_to"),
	"status_due_report": ("status", "due_on", "assigned_to", "completed_on"),
	# The list in its own order.
	"due_report": ("due_on", "assigned_to", "status", "completed_on"),
}


class FollowUp(PlainValues, Document):
	"""One thing that somebody promised to do by a time; may recur."""

	@property
	def recurrence_sentence(self) -> str:
		"""The rule in words, in the reader's language; empty where it happens once."""
		return recurrence_words.sentence(self.recurrence or "", self.occurs_on or "")

	def validate(self) -> None:
		"""Complete and check the follow-up; see workflows.follow_ups.prepare for what is refused."""
		follow_ups.prepare(self)

	def on_update(self) -> None:
		"""Bring its ToDo, its successor and, after the commit, its deal's and customer's next step in step."""
		follow_ups.record(self)

	def on_trash(self) -> None:
		"""Take its ToDos along, and let deal and customer know."""
		follow_ups.forget(self)


def on_doctype_update() -> None:
	"""Add the indexes by which a person's day, a deal's and a customer's next step, the reminders, and the list are found."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Follow Up", list(columns), index_name=name)
