"""ERPNext's sales documents as a reader may see them: by name, with date, state and amounts, one query a DocType."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

import frappe

DATE_FIELDS = {
	"Quotation": "transaction_date",
	"Sales Order": "transaction_date",
	"Delivery Note": "posting_date",
	"Sales Invoice": "posting_date",
	"Payment Entry": "posting_date",
	"Journal Entry": "posting_date",
	"Project": "creation",
}
SALES_FIELDS = (
	*("grand_total", "rounded_total", "base_grand_total", "base_rounded_total", "base_rounding_adjustment"),
	*("currency", "company"),
)
FIELDS: dict[str, tuple[str, ...]] = {
	"Quotation": ("status", *SALES_FIELDS),
	"Sales Order": ("status", *SALES_FIELDS),
	"Delivery Note": ("status", "is_return", *SALES_FIELDS),
	"Sales Invoice": ("status", "is_return", "due_date", *SALES_FIELDS),
	"Payment Entry": (
		*("status", "payment_type", "company", "paid_amount", "received_amount"),
		*("paid_from_account_currency", "paid_to_account_currency"),
	),
	"Journal Entry": ("voucher_type", "total_debit", "company"),
	"Project": ("status", "project_name", "company"),
}
# Where each DocType's own total and its currency stand.
TOTALS = {
	"Payment Entry": ("received_amount", "paid_to_account_currency"),
	"Journal Entry": ("total_debit", ""),
}


def may_read(doctype: str) -> bool:
	"""Tell whether the reader may read any document of a DocType."""
	return bool(frappe.has_permission(doctype, "read"))


def readable_documents(
	doctype: str, names: Collection[str] | None = None, *, filters: Iterable[list[Any]] = (), limit: int = 0
) -> list[dict[str, Any]]:
	"""Return those of `names` (or of what `filters` finds, newest first) that the reader may read.

	Without the right to read the DocType that is none of them; fields beyond the reader's level are absent.
	"""
	if not may_read(doctype) or (names is not None and not names):
		return []
	conditions = [["name", "in", list(names)]] if names is not None else []
	return frappe.get_list(
		doctype,
		filters=[*conditions, *filters],
		fields=["name", "docstatus", DATE_FIELDS[doctype], *FIELDS[doctype]],
		order_by=f"{DATE_FIELDS[doctype]} desc, name desc",
		limit=limit,
	)


def as_row(doctype: str, document: Mapping[str, Any]) -> dict[str, Any]:
	"""Return what is shown of a document: its total in its own currency, the date in the site's time zone.

	A draft or cancelled document is shown and does not count.
	"""
	amount, currency = document_total(doctype, document)
	return {
		"doctype": doctype,
		"name": document["name"],
		"title": document.get("project_name") or "",
		"date": str(document.get(DATE_FIELDS[doctype]) or "")[:10],
		"status": status_of(document),
		"is_return": bool(document.get("is_return")),
		"total": amount,
		"currency": currency,
		"counts": document["docstatus"] == 1 and document.get("status") not in ("Lost", "Expired"),
	}


def status_of(document: Mapping[str, Any]) -> str:
	"""Return ERPNext's own word for the state; a Journal Entry has its type instead."""
	if document["docstatus"] == 2:
		return "Cancelled"
	return (
		document.get("status")
		or document.get("voucher_type")
		or ("Draft", "Submitted")[document["docstatus"]]
	)


def document_total(doctype: str, document: Mapping[str, Any]) -> tuple[float | None, str]:
	"""Return a document's total and its currency ("" where it is the company's); None where it has no total."""
	if doctype in TOTALS:
		amount_field, currency_field = TOTALS[doctype]
		return document.get(amount_field), document.get(currency_field) or ""
	return document.get("rounded_total") or document.get("grand_total"), document.get("currency") or ""


def company_total(document: Mapping[str, Any]) -> Decimal:
	"""Return what ERPNext posts for a sales document, in company currency: the rounded total where it rounds."""
	if document.get("base_rounding_adjustment") and document.get("base_rounded_total"):
		return Decimal(str(document["base_rounded_total"]))
	return Decimal(str(document.get("base_grand_total") or 0))
