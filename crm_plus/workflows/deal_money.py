"""Keep a deal's five amounts equal to what ERPNext's submitted documents and its payment ledger say."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe

from crm_plus.rules.deal_money import (
	BilledDocument,
	DealAmounts,
	Journal,
	Kind,
	closed_order_total,
	deal_amounts,
	is_payment_journal,
)
from crm_plus.workflows import deal_ledger as ledger

KINDS = {"Quotation": Kind.QUOTATION, "Sales Order": Kind.ORDER, "Sales Invoice": Kind.INVOICE}
DEAD_QUOTATIONS = frozenset({"Lost", "Expired", "Cancelled"})
AMOUNT_FIELDS = {
	"quoted_amount": "quoted",
	"ordered_amount": "ordered",
	"invoiced_amount": "invoiced",
	"paid_amount": "paid",
	"outstanding_amount": "outstanding",
}
STORED_FIELDS = ("name", "billing_status", *AMOUNT_FIELDS)


@dataclass(slots=True)
class Books:
	"""All documents that bear rows of some deals: what counts in money, and the raw headers by DocType and name."""

	documents: dict[str, list[BilledDocument]] = field(default_factory=lambda: defaultdict(list))
	headers: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def deals_of(documents: Iterable[tuple[str, str]]) -> set[str]:
	"""Return the deals that the rows of documents, given as (DocType, name), belong to."""
	by_doctype: dict[str, list[str]] = defaultdict(list)
	for doctype, name in documents:
		by_doctype[doctype].append(name)
	return {deal for doctype, names in by_doctype.items() for deal in ledger.deals_named_in(doctype, names)}


def refresh(deals: list[str]) -> list[str]:
	"""Recompute the amounts of deals from the ledger and return those that were wrong and are now repaired.

	Amounts are in each deal's company currency. `modified` stays: a user with the form open has nothing to lose by it.
	"""
	stored = ledger.stored_values(deals, STORED_FIELDS)
	books = open_books([row["name"] for row in stored])
	drifts = {row["name"]: drift(row, books) for row in stored}
	repaired = [name for name, values in drifts.items() if values]
	for name in repaired:
		store(name, drifts[name])
	return repaired


def drift(stored: dict[str, Any], books: Books) -> dict[str, Any]:
	"""Return the amounts of a deal, given with its STORED_FIELDS, as they should be; nothing where they are so already."""
	name, digits = stored["name"], ledger.company_currency_digits()
	values = _values(deal_amounts(name, books.documents[name], digits))
	return values if any(stored[field] != value for field, value in values.items()) else {}


def store(deal: str, values: dict[str, Any]) -> None:
	"""Store what follows from a deal's documents; nothing where nothing is given."""
	if values:
		frappe.db.set_value("Deal", deal, values, update_modified=False)


def _values(amounts: DealAmounts) -> dict[str, Any]:
	values: dict[str, Any] = {field: float(getattr(amounts, key)) for field, key in AMOUNT_FIELDS.items()}
	return {**values, "billing_status": amounts.billing_status}


def open_books(deals: list[str]) -> Books:
	"""Load everything that bears rows of `deals`, in a constant number of queries."""
	books, wanted = Books(), set(deals)
	headers: dict[tuple[str, str], dict[str, Any]] = {}
	weights: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
	for row in ledger.documents_of(deals):
		key, deal = (row["doctype"], row["name"]), row.pop("deal") or ""
		weights[key][deal] = weights[key].get(deal, Decimal(0)) + Decimal(str(row.pop("net") or 0))
		headers[key] = row
	_add_what_was_settled(headers)
	for key, header in headers.items():
		document = _billed(header, weights[key])
		for deal in wanted.intersection(weights[key]):
			books.headers[deal].append(header)
			if document:
				books.documents[deal].append(document)
	return books


def _add_what_was_settled(headers: dict[tuple[str, str], dict[str, Any]]) -> None:
	"""Tell invoices what was paid on them and is open, and closed orders which part was billed."""
	settled = _settlements([name for doctype, name in headers if doctype == "Sales Invoice"])
	billed = _billed_parts(header for (doctype, _), header in headers.items() if doctype == "Sales Order")
	for (doctype, name), header in headers.items():
		amounts = settled.get(name) if doctype == "Sales Invoice" else None
		header["paid"], header["outstanding"] = amounts or (Decimal(0), Decimal(0))
		header["billed_part"] = billed.get(name) if doctype == "Sales Order" else None


def _billed(header: dict[str, Any], weights: dict[str, Decimal]) -> BilledDocument | None:
	"""Return the document as far as it counts in money; None where it does not count."""
	doctype = header["doctype"]
	if header["docstatus"] != 1 or (doctype == "Quotation" and header["status"] in DEAD_QUOTATIONS):
		return None
	total = _total(header)
	if header["billed_part"]:
		total = closed_order_total(total, *header["billed_part"])
	paid = header["paid"] + _paid_at_the_till(header)
	return BilledDocument(KINDS[doctype], header["name"], total, weights, paid, header["outstanding"])


def _billed_parts(orders: Iterable[dict[str, Any]]) -> dict[str, tuple[Decimal, Decimal]]:
	return ledger.billed_parts([order["name"] for order in orders if order["status"] == "Closed"])


def _total(header: dict[str, Any]) -> Decimal:
	"""Return what ERPNext posts: the rounded total where it rounds, else the grand total."""
	if header["base_rounding_adjustment"] and header["base_rounded_total"]:
		return Decimal(str(header["base_rounded_total"]))
	return Decimal(str(header["base_grand_total"]))


def _paid_at_the_till(header: dict[str, Any]) -> Decimal:
	"""Return what a point-of-sale invoice was paid with, less the change: ERPNext posts it under the invoice's own name."""
	if not header["is_pos"]:
		return Decimal(0)
	return Decimal(str(header["base_paid_amount"])) - Decimal(str(header["base_change_amount"]))


def _settlements(invoices: list[str]) -> dict[str, tuple[Decimal, Decimal]]:
	"""Return (paid, outstanding) of each invoice by the payment ledger, in company currency."""
	entries = ledger.receivable_entries(invoices)
	journals = ledger.journals(
		{entry["voucher_no"] for entry in entries if entry["voucher_type"] == "Journal Entry"}
	)
	sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
	for entry in entries:
		amount = Decimal(str(entry["amount"]))
		sums[entry["against_voucher_no"]][1] += amount
		if _moves_money(entry, journals):
			sums[entry["against_voucher_no"]][0] -= amount
	return {invoice: (paid, outstanding) for invoice, (paid, outstanding) in sums.items()}


def _moves_money(entry: dict[str, Any], journals: dict[str, Journal]) -> bool:
	if entry["voucher_type"] == "Payment Entry":
		return True
	if entry["voucher_type"] != "Journal Entry":
		return False
	return is_payment_journal(journals[entry["voucher_no"]])
