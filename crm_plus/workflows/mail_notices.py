"""Who hears that a customer has written, or has opened what was sent."""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, now_datetime

from crm_plus.workflows import notices, occasion_owners

MESSAGES = "Communication"
# Mail that is fetched or taken in later than that is history.
NEWS = timedelta(days=2)


def arrived(interaction: Any) -> None:
	"""Tell the owner of the deal, else of the customer, of a message that has just been captured; of each message once."""
	if interaction.source_doctype != MESSAGES or interaction.direction != "Incoming":
		return
	if get_datetime(interaction.starts_on) < now_datetime() - NEWS:
		return
	customer = frappe.db.get_value("Customer Profile", interaction.customer_profile, "full_name")
	text = _("{0} wrote: {1}").format(
		frappe.bold(escape_html(customer or _("A customer"))),
		escape_html(interaction.subject or _("no subject")),
	)
	doctype, name = ("Deal", interaction.deal) if interaction.deal else ("Interaction", interaction.name)
	notices.tell(
		"email_answered",
		[interaction.interaction_owner],
		doctype,
		name,
		text,
		key=interaction.source_name or "",
		by="",
	)


def opened(since: Any) -> int:
	"""Tell the owners of deals and customers of quotations whose mail was opened since a time (site's); each mail once.

	Frappe notes it without any event, where the e-mail account tracks its mail. Returns how many mails were found.
	"""
	mails = frappe.get_all(
		MESSAGES,
		{"reference_doctype": "Quotation", "read_by_recipient": 1, "read_by_recipient_on": [">=", since]},
		["name", "reference_name"],
	)
	for mail in mails:
		_tell_opened(mail)
	return len(mails)


def _tell_opened(mail: Any) -> None:
	quotation = frappe.db.get_value(
		"Quotation",
		mail.reference_name,
		["name", "customer_name", "quotation_to", "party_name", "crm_plus_deal"],
		as_dict=True,
	)
	if not quotation:
		return
	owner = occasion_owners.of_quotations([quotation]).get(quotation.name)
	text = _("{0} opened the mail with quotation {1}").format(
		frappe.bold(escape_html(quotation.customer_name or quotation.party_name)), escape_html(quotation.name)
	)
	doctype, name = (
		("Deal", quotation.crm_plus_deal) if quotation.crm_plus_deal else ("Quotation", quotation.name)
	)
	notices.tell("quotation_opened", [owner], doctype, name, text, key=mail.name, by="")
