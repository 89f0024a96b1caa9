"""What CRM Plus does when ERPNext's Quotation changes."""

from typing import Any

from crm_plus.overrides import sales_documents
from crm_plus.overrides.sales_documents import before_validate, on_change, on_trash, validate
from crm_plus.workflows import agreed_prices, deal_approval

__all__ = [
	"before_insert",
	"before_submit",
	"before_update_after_submit",
	"before_validate",
	"on_change",
	"on_trash",
	"validate",
]


def before_insert(doc: Any, method: str | None = None) -> None:
	"""Remember whether the prices shall stand, before Frappe takes off what the user may not set."""
	agreed_prices.note_wish(doc)


def before_submit(doc: Any, method: str | None = None) -> None:
	"""Hold a quotation that offers more than the user may grant, until its deal is approved."""
	deal_approval.hold(doc)


def before_update_after_submit(doc: Any, method: str | None = None) -> None:
	"""Do what all sales documents do, and hold items that are changed after submission as new ones are held."""
	sales_documents.before_update_after_submit(doc, method)
	deal_approval.hold_changed(doc)
