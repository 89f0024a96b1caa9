"""The bell: Frappe's own Notification Log."""

from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import is_notifications_enabled
from frappe.utils import get_url_to_list

from crm_plus.channels.message import Message
from crm_plus.channels.outcome import NotWanted

# A bell of the day's hundred things would be a page of its own.
LINES_SHOWN = 30


def deliver(person: Any, message: Message) -> tuple[str, str]:
	"""Put a message into a user's bell, in this transaction; returns what carries it.

	Raises NotWanted where the user has switched Frappe's notifications off.
	"""
	if not is_notifications_enabled(person.name):
		raise NotWanted(_("The user has switched notifications off."))
	log = frappe.new_doc("Notification Log")
	log.update({"type": "Alert", "for_user": person.name, "subject": message.title})
	log.from_user = frappe.session.user
	if len(message.lines) == 1:
		log.document_type, log.document_name = message.lines[0].doctype, message.lines[0].name
	else:
		log.email_content = _as_list(message)
	log.insert(ignore_permissions=True)  # safe: what is told, and to whom, was decided by the ledger
	return log.doctype, log.name


def _as_list(message: Message) -> str:
	"""Return the lines with their links, as the bell's own page shows them."""
	items = [f'<li><a href="{line.url}">{line.text}</a></li>' for line in message.lines[:LINES_SHOWN]]
	more = len(message.lines) - LINES_SHOWN
	rest = _("And {0} more.").format(more)
	return f"<ul>{''.join(items)}</ul>{f'<p>{rest}</p>' if more > 0 else ''}"


def choices_url() -> str:
	"""Return the address of the page where a user chooses what to hear of; each version has its own prefix for it."""
	return get_url_to_list("Notification Preference").rsplit("/", 1)[0] + "/my-notifications"
