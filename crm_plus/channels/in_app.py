"""The bell: Frappe's own Notification Log."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification


def notify(user: str | None, message: str, doctype: str, name: str) -> None:
	"""Put a message (HTML, already escaped) about a document into a user's bell, after the transaction is safe."""
	if not user or user == "Guest":
		return
	enqueue_create_notification(
		user,
		{
			"type": "Alert",
			"document_type": doctype,
			"document_name": name,
			"subject": message,
			"from_user": frappe.session.user,
		},
	)
