"""Everything behind a deal: its quotations, orders, deliveries, invoices, payments and projects, as the reader may see them.

A constant number of queries, however many documents there are. A document that the reader may not open is counted and
nothing else is told of it, and nothing is derived from it either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Sum

from crm_plus.access.rows import readable_fields
from crm_plus.reports.readable_documents import as_row, company_total, readable_documents
from crm_plus.rules.deal_money import shares

Weights = dict[str, dict[str, Decimal]]

SALES_DOCUMENTS = ("Quotation", "Sales Order", "Sales Invoice")
PAYMENTS = ("Payment Entry", "Journal Entry")
FLOW = (
	*("quoted_amount", "ordered_amount", "invoiced_amount", "paid_amount", "outstanding_amount"),
	"billing_status",
)


def documents_of_deal(deal: str) -> dict[str, Any]:
	"""Return the rows to show for a deal, how many more the reader may not open, and the deal's five amounts.

	A row's `total` is in the document's currency; `share` and `unpaid` are the deal's part in company currency.
	The caller has made sure that the reader may read the deal.
	"""
	digits = frappe.get_precision("Deal", "base_amount") or 2
	rows: list[dict[str, Any]] = []
	hidden = 0
	weights = {doctype: row_weights(doctype, deal) for doctype in SALES_DOCUMENTS}
	weights["Delivery Note"] = delivery_weights(weights["Sales Order"])
	for doctype in (*SALES_DOCUMENTS[:2], "Delivery Note", "Sales Invoice"):
		found = readable_documents(doctype, weights[doctype])
		hidden += len(weights[doctype]) - len(found)
		rows += [with_share(doctype, one, weights[doctype][one["name"]], deal, digits) for one in found]
	invoices = {
		row["name"]: weights["Sales Invoice"][row["name"]]
		for row in rows
		if row["doctype"] == "Sales Invoice"
	}
	entries = ledger_entries(invoices)
	add_unpaid(rows, entries, invoices, deal, digits)
	payments, hidden_payments = payment_rows(entries, invoices, deal, digits)
	projects, hidden_projects = project_rows(deal)
	return {
		"rows": [*rows, *payments, *projects],
		"hidden": hidden + hidden_payments + hidden_projects,
		**flow_of(deal),
	}


def flow_of(deal: str) -> dict[str, Any]:
	"""Return the deal's currency and those of its five amounts that the reader's permission level lets him see."""
	allowed = readable_fields("Deal")
	values = frappe.db.get_value("Deal", deal, ["company", *FLOW], as_dict=True)
	return {
		"currency": frappe.get_cached_value("Company", values.company, "default_currency"),
		"flow": {field: values[field] for field in FLOW if field in allowed},
	}


def row_weights(doctype: str, deal: str) -> Weights:
	"""Return, for each document that names the deal on its header or rows, the net amount of each deal's rows.

	Alternative rows of a quotation are no part of its total. A document whose rows all belong to others weighs nothing.
	"""
	row = frappe.qb.DocType(f"{doctype} Item")
	header = frappe.qb.DocType(doctype)
	by_row = frappe.qb.from_(row).select(row.parent).where(row.crm_plus_deal == deal).distinct().run()
	by_header = frappe.qb.from_(header).select(header.name).where(header.crm_plus_deal == deal).run()
	names = {name for (name,) in (*by_row, *by_header)}
	if not names:
		return {}
	query = (
		frappe.qb.from_(row)
		.select(row.parent, row.crm_plus_deal, Sum(row.base_net_amount))
		.where(row.parent.isin(sorted(names)))
		.groupby(row.parent, row.crm_plus_deal)
	)
	if doctype == "Quotation":
		query = query.where(row.is_alternative == 0)
	return {name: {} for name in names} | gather(query.run())


def delivery_weights(orders: Collection[str]) -> Weights:
	"""Return the net amount of each deal's rows in the deliveries of `orders`; a delivery's row has the deal of its order's."""
	if not orders:
		return {}
	row, order_row = frappe.qb.DocType("Delivery Note Item"), frappe.qb.DocType("Sales Order Item")
	named = (
		frappe.qb.from_(row).select(row.parent).distinct().where(row.against_sales_order.isin(sorted(orders)))
	)
	names = [name for (name,) in named.run()]
	if not names:
		return {}
	query = (
		frappe.qb.from_(row)
		.left_join(order_row)
		.on(order_row.name == row.so_detail)
		.select(row.parent, order_row.crm_plus_deal, Sum(row.base_net_amount))
		.where(row.parent.isin(names))
		.groupby(row.parent, order_row.crm_plus_deal)
	)
	return gather(query.run())


def gather(sums: Iterable[tuple[str, str | None, float | None]]) -> Weights:
	"""Bring (document, deal, net amount) into one mapping a document; rows without a deal go under ""."""
	weights: Weights = defaultdict(lambda: defaultdict(Decimal))
	for document, deal, net in sums:
		weights[document][deal or ""] += Decimal(str(net or 0))
	return {document: dict(deals) for document, deals in weights.items()}


def with_share(
	doctype: str, document: Mapping[str, Any], weights: dict[str, Decimal], deal: str, digits: int
) -> dict[str, Any]:
	"""Return a document's row with the deal's part of its total."""
	share = share_of(company_total(document), weights, deal, digits)
	return {**as_row(doctype, document), "share": float(share), "unpaid": None}


def share_of(total: Decimal, weights: Mapping[str, Decimal], deal: str, digits: int) -> Decimal:
	"""Return the deal's part of an amount in company currency; nothing where no row is the deal's."""
	if deal not in weights:
		return Decimal(0)
	return shares(total, weights, digits)[deal]


def ledger_entries(invoices: Collection[str]) -> list[dict[str, Any]]:
	"""Return what the payment ledger holds against invoices, one row for each voucher and invoice, in company currency."""
	if not invoices:
		return []
	entry = frappe.qb.DocType("Payment Ledger Entry")
	return (
		frappe.qb.from_(entry)
		.select(
			*(entry.voucher_type, entry.voucher_no, entry.against_voucher_no, Sum(entry.amount).as_("amount"))
		)
		.where(
			(entry.against_voucher_type == "Sales Invoice") & entry.against_voucher_no.isin(sorted(invoices))
		)
		.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
		.groupby(entry.voucher_type, entry.voucher_no, entry.against_voucher_no)
		.run(as_dict=True)
	)


def add_unpaid(
	rows: list[dict[str, Any]], entries: Iterable[dict[str, Any]], invoices: Weights, deal: str, digits: int
) -> None:
	"""Put the deal's part of what each submitted invoice is still owed onto its row."""
	open_amounts: dict[str, Decimal] = defaultdict(Decimal)
	for entry in entries:
		open_amounts[entry["against_voucher_no"]] += Decimal(str(entry["amount"]))
	for row in rows:
		if row["doctype"] == "Sales Invoice" and row["counts"]:
			unpaid = share_of(open_amounts[row["name"]], invoices[row["name"]], deal, digits)
			row["unpaid"] = float(unpaid)


def payment_rows(
	entries: Iterable[dict[str, Any]], invoices: Weights, deal: str, digits: int
) -> tuple[list[dict[str, Any]], int]:
	"""Return the payments and journals that settled invoices which the reader may read, and how many he may not open."""
	settled: dict[str, dict[str, Decimal]] = {doctype: defaultdict(Decimal) for doctype in PAYMENTS}
	for entry in entries:
		if entry["voucher_type"] in settled:
			invoice = entry["against_voucher_no"]
			amount = share_of(-Decimal(str(entry["amount"])), invoices[invoice], deal, digits)
			settled[entry["voucher_type"]][entry["voucher_no"]] += amount
	rows, hidden = [], 0
	for doctype, amounts in settled.items():
		found = readable_documents(doctype, amounts)
		hidden += len(amounts) - len(found)
		rows += [
			{**as_row(doctype, one), "share": float(amounts[one["name"]]), "unpaid": None} for one in found
		]
	return rows, hidden


def project_rows(deal: str) -> tuple[list[dict[str, Any]], int]:
	"""Return the deal's projects, which have no total, and how many the reader may not open."""
	names = frappe.get_all("Project", {"crm_plus_deal": deal}, pluck="name")
	found = readable_documents("Project", names)
	rows = [{**as_row("Project", one), "counts": True, "share": None, "unpaid": None} for one in found]
	return rows, len(names) - len(found)
