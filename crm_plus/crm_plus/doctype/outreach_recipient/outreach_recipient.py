import frappe
from frappe.model.document import Document

from crm_plus.workflows.plain_values import FoundAsListed
from crm_plus.workflows.website_lists import get_list_context

__all__ = ["OutreachRecipient", "get_list_context"]


class OutreachRecipient(FoundAsListed, Document):
	"""One profile that an outreach was released to."""


def on_doctype_update() -> None:
	"""Let the database keep an address and a profile from getting an outreach twice, and find what waits."""
	frappe.db.add_unique("Outreach Recipient", ["outreach", "email"], "outreach_email")
	frappe.db.add_unique("Outreach Recipient", ["outreach", "customer_profile"], "outreach_profile")
	frappe.db.add_index("Outreach Recipient", ["outreach", "status", "creation"], "outreach_status")
	frappe.db.add_index("Outreach Recipient", ["customer_profile", "sent_on"], "profile_sent")
