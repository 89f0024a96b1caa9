import frappe
from frappe.model.document import Document

from crm_plus.workflows.plain_values import PlainValues

INDEXES = {
	# What is due, by the time alone: whose it is stands in the index too.
	"due": ("status", "send_after", "user", "channel"),
	"due_of_user": ("user", "channel", "status", "send_after"),
	"document": ("reference_doctype", "reference_name"),
	"message": ("message_doctype", "message_name"),
}
# Long enough for nothing to come again: what is swept for lies within a year of today.
KEPT_DAYS = 400


class ReminderDelivery(PlainValues, Document):
	"""What was sent to whom, when and how."""

	@staticmethod
	def clear_old_logs(days: int = KEPT_DAYS) -> None:
		"""Delete what was settled so many days ago; Frappe's Log Settings call it. What still waits is kept."""
		row = frappe.qb.DocType("Reminder Delivery")
		before = frappe.utils.add_days(frappe.utils.now_datetime(), -days)
		settled = row.status.isin(("Sent", "Dropped"))
		frappe.db.delete("Reminder Delivery", filters=(settled & (row.send_after < before)))


def on_doctype_update() -> None:
	"""Add the indexes by which the scheduler finds what is due."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Reminder Delivery", list(columns), index_name=name)
