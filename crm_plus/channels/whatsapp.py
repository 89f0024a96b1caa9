"""WhatsApp through the app frappe_whatsapp, where it is installed: its document is sent by being inserted."""

from typing import Any

import frappe
from frappe import _

from crm_plus.channels.message import Message
from crm_plus.channels.outcome import NotDelivered, NotWanted
from crm_plus.channels.sms import text

APP, DOCTYPE = "frappe_whatsapp", "WhatsApp Message"


def is_set_up() -> bool:
	"""Tell whether the site has the app."""
	return APP in frappe.get_installed_apps()


def deliver(person: Any, message: Message) -> tuple[str, str]:
	"""Hand a message to the app. Raises NotWanted, NotDelivered, or what the app raises: then nobody knows whether it left."""
	if not person.mobile_no:
		raise NotWanted(_("The user has no mobile number."))
	if not is_set_up():
		raise NotDelivered(_("The app frappe_whatsapp is not installed on this site."))
	sent = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"type": "Outgoing",
			"message_type": "Manual",
			"content_type": "text",
			"to": person.mobile_no,
			"message": text(message),
		}
	)
	sent.insert(ignore_permissions=True)  # safe: what is told, and to whom, was decided by the ledger
	return sent.doctype, sent.name
