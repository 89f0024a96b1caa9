"""Keep what a deal says of money equal to what ERPNext's submitted documents and its payment ledger say.

That is its five amounts, the same without taxes, and the days of its way to cash: reports need no document for them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import frappe

from crm_plus.rules.deal_money import (
	BilledDocument,
	DealAmounts,
	Journal,
	Kind,
	Milestones,
	closed_order_part,
	deal_amounts,
	is_payment_journal,
	milestones,
	net_amounts,
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
NET_FIELDS = {field.replace("_amount", "_net"): key for field, key in AMOUNT_FIELDS.items()}
DAY_FIELDS = tuple(field.name for field in fields(Milestones))
STORED_FIELDS = ("name", "billing_status", *AMOUNT_FIELDS, *NET_FIELDS, *DAY_FIELDS)
# Shares of rows in what was paid have no last digit. These are enough for sums of them to be right to the cent, and few
# enough for the database to give back the very number that it was given.
NET_DIGITS = 6


class Settled(NamedTuple):
	"""What the payment ledger says of an invoice, in company currency; the day on which money last came in for it."""

	paid: Decimal = Decimal(0)
	outstanding: Decimal = Decimal(0)
	last_paid_on: date | None = None


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
	"""Recompute what deals say of money and return those that were wrong and are now repaired.

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
	"""Return what a deal, given with its STORED_FIELDS, should say of money; nothing where it says so already."""
	name, digits = stored["name"], ledger.company_currency_digits()
	amounts = _values(deal_amounts(name, books.documents[name], digits))
	values = {**amounts, **way_to_cash(name, books)}
	return values if any(stored[field] != value for field, value in values.items()) else {}


def store(deal: str, values: dict[str, Any]) -> None:
	"""Store what follows from a deal's documents; nothing where nothing is given."""
	if values:
		frappe.db.set_value("Deal", deal, values, update_modified=False)


def _values(amounts: DealAmounts) -> dict[str, Any]:
	values: dict[str, Any] = {field: float(getattr(amounts, key)) for field, key in AMOUNT_FIELDS.items()}
	return {**values, "billing_status": amounts.billing_status}


def way_to_cash(deal: str, books: Books) -> dict[str, Any]:
	"""Return what a deal says of its way to cash: its amounts without taxes, in company currency, and its days."""
	net = net_amounts(deal, books.documents[deal])
	days = asdict(milestones(books.documents[deal]))
	return {**{field: float(round(net[key], NET_DIGITS)) for field, key in NET_FIELDS.items()}, **days}


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
		header["settled"] = settled.get(name, Settled()) if doctype == "Sales Invoice" else Settled()
		header["billed_part"] = billed.get(name) if doctype == "Sales Order" else None


def _billed(header: dict[str, Any], weights: dict[str, Decimal]) -> BilledDocument | None:
	"""Return the document as far as it counts in money; None where it does not count."""
	doctype = header["doctype"]
	if header["docstatus"] != 1 or (doctype == "Quotation" and header["status"] in DEAD_QUOTATIONS):
		return None
	settled, at_the_till = header["settled"], _paid_at_the_till(header)
	return BilledDocument(
		KINDS[doctype],
		header["name"],
		_total(header),
		weights,
		settled.paid + at_the_till,
		settled.outstanding,
		counted=closed_order_part(*header["billed_part"]) if header["billed_part"] else Decimal(1),
		day=header["day"],
		last_paid_on=settled.last_paid_on or (header["day"] if at_the_till > 0 else None),
		is_return=bool(header["is_return"]),
	)


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


def _settlements(invoices: list[str]) -> dict[str, Settled]:
	"""Return what the payment ledger says of each invoice."""
	entries = ledger.receivable_entries(invoices)
	journals = ledger.journals(
		{entry["voucher_no"] for entry in entries if entry["voucher_type"] == "Journal Entry"}
	)
	found: dict[str, Settled] = defaultdict(Settled)
	for entry in entries:
		invoice, amount = entry["against_voucher_no"], Decimal(str(entry["amount"]))
		paid, outstanding, last_paid_on = found[invoice]
		if _moves_money(entry, journals):
			paid -= amount
			if amount < 0:  # what is paid back to the customer lessens what is paid, on no day of his paying
				last_paid_on = max(last_paid_on or entry["day"], entry["day"])
		found[invoice] = Settled(paid, outstanding + amount, last_paid_on)
	return found


def _moves_money(entry: dict[str, Any], journals: dict[str, Journal]) -> bool:
	if entry["voucher_type"] == "Payment Entry":
		return True
	if entry["voucher_type"] != "Journal Entry":
		return False
	return is_payment_journal(journals[entry["voucher_no"]])
