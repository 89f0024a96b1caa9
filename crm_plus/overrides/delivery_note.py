"""What CRM Plus does when ERPNext's Delivery Note changes: an invoice may be made from it."""

from typing import Any

from crm_plus.overrides import sales_documents


def before_validate(doc: Any, method: str | None = None) -> None:
	"""Let Pricing Rules leave alone what was agreed in a deal."""
	sales_documents.keep_agreed_prices(doc)
