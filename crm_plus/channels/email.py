"""E-mail: a row in Frappe's own queue, which sends it and tries again by itself."""

from html import unescape
from typing import Any

import frappe
from frappe import _
from frappe.utils import strip_html

from crm_plus.channels.in_app import choices_url
from crm_plus.channels.message import Message
from crm_plus.channels.outcome import NotDelivered, NotWanted

LONGEST_SUBJECT = 140


def deliver(person: Any, message: Message) -> tuple[str, str]:
	"""Queue a message for a user, in this transaction; returns the row that carries it.

	Raises NotWanted where the user has no address or has unsubscribed from this site's mail, NotDelivered where the site
	has no outgoing e-mail account.
	"""
	if not person.email:
		raise NotWanted(_("The user has no e-mail address."))
	only = message.lines[0] if len(message.lines) == 1 else None
	try:
		queued = frappe.sendmail(
			recipients=[person.email],
			subject=unescape(strip_html(message.title))[:LONGEST_SUBJECT],
			template="crm_plus_reminders",
			args={"lines": message.lines, "choices_url": choices_url()},
			reference_doctype=only.doctype if only else None,
			reference_name=only.name if only else None,
			add_unsubscribe_link=0,
			delayed=True,
		)
	except frappe.OutgoingEmailError as failure:
		raise NotDelivered(strip_html(str(failure)) or _("Set up an outgoing e-mail account.")) from failure
	if not queued:
		raise NotWanted(_("The user's address is invalid or has unsubscribed from this site's mail."))
	return queued.doctype, queued.name
