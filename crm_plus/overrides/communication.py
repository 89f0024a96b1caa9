"""Mail sent from a quotation, order or invoice, and the answers to it, belong to the deal and its customer too."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import mail_links


@never_in_the_way()
def validate(doc: Any, method: str | None = None) -> None:
	"""Show the mail on the timelines of the document's deals and of their customer, through Frappe's own links."""
	mail_links.link_to_deals(doc)
