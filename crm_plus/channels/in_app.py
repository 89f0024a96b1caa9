"""The bell: Frappe's own Notification Log."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs


def notify(user: str | None, message: str, doctype: str, name: str) -> None:
	"""Put a message (HTML, already escaped) about a document into a user's bell, in this transaction.

	Written at once rather than by a worker, so that it is stored with what it tells or not at all. Users who switched
	notifications off are left alone by Frappe.
	"""
	email = frappe.get_cached_value("User", user, "email") if user else None
	if not email:
		return
	log = frappe._dict(
		type="Alert",
		document_type=doctype,
		document_name=name,
		subject=message,
		from_user=frappe.session.user,
	)
	make_notification_logs(log, [email])
