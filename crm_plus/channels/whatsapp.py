"""WhatsApp through the app frappe_whatsapp, where it is installed: its document is sent by being inserted.

Up to its version 1.0.11 the app has one account, in WhatsApp Settings; later ones have a WhatsApp Account each.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
import requests
from frappe import _

from crm_plus.channels import network
from crm_plus.channels.message import Message
from crm_plus.channels.outcome import NotDelivered, NotWanted, Unclear
from crm_plus.channels.sms import text

DOCTYPE, ACCOUNT, SETTINGS = "WhatsApp Message", "WhatsApp Account", "WhatsApp Settings"
FILLED = ("type", "message_type", "content_type", "to", "message")
# The app's own status of a message that WhatsApp took and could not bring: its webhook writes what it is told.
FAILED = "failed"
LONGEST_TEXT = 4096


def is_set_up() -> bool:
	"""Tell whether the site has the app and in it the account that the app itself would send with."""
	return _account() is not None


def deliver(person: Any, message: Message) -> tuple[str, str]:
	"""Hand a message to the app. Raises NotWanted, NotDelivered, or Unclear where nobody knows whether it left."""
	if not person.mobile_no:
		raise NotWanted(_("The user has no mobile number."))
	account = _account()
	if account is None:
		raise NotDelivered(_("WhatsApp has no account to send with; set one up in the app frappe_whatsapp."))
	if not account.get_password("token", raise_exception=False):
		raise NotDelivered(_("WhatsApp's account has no token; fill it in in the app frappe_whatsapp."))
	sent = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"type": "Outgoing",
			"message_type": "Manual",
			"content_type": "text",
			"to": person.international_no or person.mobile_no,
			"message": text(message, LONGEST_TEXT),
		}
	)
	sent.flags.crm_plus_reminder = True  # said to one of our own people: no interaction
	try:
		sent.insert(ignore_permissions=True)  # safe: what is told, and to whom, was decided by the ledger
	except Exception as failure:
		raise _outcome(failure, left=bool(sent.get("message_id"))) from failure
	return sent.doctype, sent.name


def failed_since(moment: datetime) -> Sequence[str]:
	"""Return the messages of which WhatsApp has said since then (site's time zone) that they could not be brought."""
	if not _is_there():
		return []
	return frappe.get_all(DOCTYPE, {"status": FAILED, "modified": [">", moment]}, pluck="name")


def _account() -> Any | None:
	"""Return the document with the address and token that the app sends with; None where it has none."""
	if not _is_there():
		return None
	if frappe.db.exists("DocType", ACCOUNT):
		name = frappe.db.get_value(ACCOUNT, {"is_default_outgoing": 1})
		return frappe.get_doc(ACCOUNT, name) if name else None
	if not frappe.db.exists("DocType", SETTINGS):
		return None
	settings = frappe.get_doc(SETTINGS)
	return settings if settings.get("url") and settings.get("phone_id") else None


def _is_there() -> bool:
	"""Tell whether the site has the app's document: another app's of that name has other fields."""
	if not frappe.db.exists("DocType", DOCTYPE):
		return False
	meta = frappe.get_meta(DOCTYPE)
	return all(meta.has_field(field) for field in FILLED)


def _outcome(failure: Exception, *, left: bool) -> Exception:
	"""Return what a failure of the app means: it raises its own in place of what the request raised."""
	if left:
		return Unclear(str(failure))
	asked = [
		cause for cause in network.causes(failure) if isinstance(cause, requests.exceptions.RequestException)
	]
	if asked:
		# The first that was raised: reading the answer for its error may fail in requests again.
		answer = NotDelivered if network.never_arrived(asked[-1]) else Unclear
		return answer(network.words(asked[-1]))
	return Unclear(str(failure))
