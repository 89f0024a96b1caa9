"""The queries behind a deal's money: rows, totals and the payment ledger of ERPNext, for many deals at once.

Every function reads a constant number of times, however many deals or documents are asked for. All amounts are in company
currency but those of `billed_parts`, which are in the order's own.
"""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum

from crm_plus.rules.deal_money import Journal

HEADER_FIELDS = (
	"name",
	"docstatus",
	"status",
	"company",
	"base_grand_total",
	"base_rounded_total",
	"base_rounding_adjustment",
	"amended_from",
)
INVOICE_FIELDS = ("is_return", "is_pos", "base_paid_amount", "base_change_amount")
BANK_AND_CASH = ("Bank", "Cash")
PAYMENT_REFERENCES = ("Payment Entry", "Journal Entry")


def item_table(doctype: str) -> str:
	"""Return the DocType of a sales document's rows."""
	return f"{doctype} Item"


def deals_named_in(doctype: str, names: Collection[str]) -> list[str]:
	"""Return the deals that the rows of documents of one DocType name."""
	row = frappe.qb.DocType(item_table(doctype))
	query = (
		frappe.qb.from_(row)
		.select(row.crm_plus_deal)
		.distinct()
		.where(row.parent.isin(list(names)) & row.crm_plus_deal.isnotnull() & (row.crm_plus_deal != ""))
	)
	return [deal for (deal,) in query.run()]


def row_weights(doctype: str, deals: list[str]) -> dict[str, dict[str, Decimal]]:
	"""Return, for each document with a row of `deals`, the net amount of each deal's rows, "" for rows without one.

	Alternative rows of a quotation are not part of its total and weigh nothing.
	"""
	row = frappe.qb.DocType(item_table(doctype))
	named = frappe.qb.DocType(item_table(doctype)).as_("named")
	documents = frappe.qb.from_(named).select(named.parent).where(named.crm_plus_deal.isin(deals))
	query = (
		frappe.qb.from_(row)
		.select(row.parent, row.crm_plus_deal, Sum(row.base_net_amount))
		.where(row.parent.isin(documents.where(named.docstatus > 0)))
		.groupby(row.parent, row.crm_plus_deal)
	)
	if doctype == "Quotation":
		query = query.where(row.is_alternative == 0)
	weights: dict[str, dict[str, Decimal]] = defaultdict(dict)
	for parent, deal, net in query.run():
		weights[parent][deal or ""] = weights[parent].get(deal or "", Decimal(0)) + Decimal(str(net or 0))
	return dict(weights)


def headers(doctype: str, names: Collection[str]) -> dict[str, dict[str, Any]]:
	"""Return the submitted and cancelled documents' totals and states by name."""
	if not names:
		return {}
	document = frappe.qb.DocType(doctype)
	fields = HEADER_FIELDS + (INVOICE_FIELDS if doctype == "Sales Invoice" else ())
	query = frappe.qb.from_(document).select(*[document[field] for field in fields])
	rows = query.where(document.name.isin(list(names)) & (document.docstatus > 0)).run(as_dict=True)
	return {row["name"]: row for row in rows}


def billed_parts(orders: Collection[str]) -> dict[str, tuple[Decimal, Decimal]]:
	"""Return the net amount of each sales order and the billed part of it, in the order's currency."""
	if not orders:
		return {}
	row = frappe.qb.DocType("Sales Order Item")
	query = frappe.qb.from_(row).select(row.parent, Sum(row.amount), Sum(row.billed_amt))
	rows = query.where(row.parent.isin(list(orders))).groupby(row.parent).run()
	return {order: (Decimal(str(net or 0)), Decimal(str(billed or 0))) for order, net, billed in rows}


def receivable_entries(invoices: list[str]) -> list[dict[str, Any]]:
	"""Return what the payment ledger holds against invoices: one row a voucher, amounts as the ledger signs them."""
	if not invoices:
		return []
	entry = frappe.qb.DocType("Payment Ledger Entry")
	return (
		frappe.qb.from_(entry)
		.select(
			entry.against_voucher_no, entry.voucher_type, entry.voucher_no, Sum(entry.amount).as_("amount")
		)
		.where(entry.against_voucher_no.isin(invoices) & (entry.against_voucher_type == "Sales Invoice"))
		.where((entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.docstatus == 1))
		.groupby(entry.against_voucher_no, entry.voucher_type, entry.voucher_no)
		.run(as_dict=True)
	)


def journals(names: Collection[str]) -> dict[str, Journal]:
	"""Return what of each Journal Entry tells whether it moved money."""
	if not names:
		return {}
	journal = frappe.qb.DocType("Journal Entry")
	row = frappe.qb.DocType("Journal Entry Account")
	account = frappe.qb.DocType("Account")
	names_payment = Case().when(row.reference_type.isin(PAYMENT_REFERENCES), 1).else_(0)
	query = (
		frappe.qb.from_(journal)
		.left_join(row)
		.on(row.parent == journal.name)
		.left_join(account)
		.on((account.name == row.account) & account.account_type.isin(BANK_AND_CASH))
		.select(journal.name, journal.voucher_type, Max(account.name), Max(names_payment))
		.where(journal.name.isin(list(names)))
		.groupby(journal.name, journal.voucher_type)
	)
	return {name: Journal(kind or "", bool(bank), bool(payment)) for name, kind, bank, payment in query.run()}


def stored_values(deals: list[str], fields: Collection[str]) -> list[dict[str, Any]]:
	"""Return what is stored of deals; deals that are gone are left out."""
	if not deals:
		return []
	deal = frappe.qb.DocType("Deal")
	query = frappe.qb.from_(deal).select(*[deal[field] for field in fields])
	return query.where(deal.name.isin(deals)).run(as_dict=True)


def company_currency_digits() -> int:
	"""Return the decimals that ERPNext rounds amounts in company currency to on this site."""
	return frappe.get_precision("Deal", "base_amount") or 2
