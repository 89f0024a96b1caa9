"""Who hears that a customer has written."""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, now_datetime

from crm_plus.workflows import notices

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
