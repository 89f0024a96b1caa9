"""What CRM Plus does when ERPNext's Quotation changes."""

from typing import Any

from crm_plus.overrides.sales_documents import (
	before_update_after_submit,
	before_validate,
	on_change,
	on_trash,
	validate,
)
from crm_plus.workflows import deal_approval

__all__ = [
	"before_submit",
	"before_update_after_submit",
	"before_validate",
	"on_change",
	"on_trash",
	"validate",
]


def before_submit(doc: Any, method: str | None = None) -> None:
	"""Hold a quotation that offers more than its deal's owner may grant, until the deal is approved."""
	deal_approval.hold_quotation(doc)
