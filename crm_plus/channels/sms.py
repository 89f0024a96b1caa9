"""SMS through the gateway of Frappe's SMS Settings."""

from html import unescape
from typing import Any

import frappe
import requests
from frappe import _
from frappe.core.doctype.sms_settings.sms_settings import send_via_gateway, validate_receiver_nos
from frappe.utils import strip_html

from crm_plus.channels import network
from crm_plus.channels.message import Message
from crm_plus.channels.outcome import NotDelivered, NotWanted, Unclear

# Three parts of a long message; what is cut off stands in the bell.
LONGEST_TEXT = 459


def is_set_up() -> bool:
	"""Tell whether the site has a gateway."""
	return bool(frappe.db.get_single_value("SMS Settings", "sms_gateway_url"))


def deliver(person: Any, message: Message) -> None:
	"""Hand a message to the gateway. Raises NotWanted, NotDelivered, or Unclear where it broke off after it was sent."""
	if not person.mobile_no:
		raise NotWanted(_("The user has no mobile number."))
	if not is_set_up():
		raise NotDelivered(_("SMS Settings names no gateway; fill it in."))
	receivers = validate_receiver_nos([person.mobile_no])
	try:
		send_via_gateway(
			{"receiver_list": receivers, "message": text(message).encode(), "success_msg": False}
		)
	except requests.exceptions.RequestException as failure:
		if network.never_arrived(failure):
			raise NotDelivered(str(failure)) from failure
		raise Unclear(str(failure)) from failure


def text(message: Message, longest: int = LONGEST_TEXT) -> str:
	"""Return a message as plain text of so many characters at most."""
	lines = [unescape(strip_html(line.text)) for line in message.lines]
	if len(lines) > 1:
		lines = [unescape(strip_html(message.title)), *lines]
	return "\n".join(lines)[:longest]
