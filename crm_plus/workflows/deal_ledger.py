"""The queries behind a deal's money: rows, totals and the payment ledger of ERPNext, for many deals at once.

Every function reads a constant number of times, however many deals or documents are asked for. All amounts are in company
currency but those of `billed_parts`, which are in the order's own.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum

from crm_plus.rules.deal_money import BANK_AND_CASH, PAYMENT_REFERENCES, Journal

# One question for all three: whoever posts an invoice waits for each one that is asked. Alternative rows of a quotation are
# not part of its total and weigh nothing.
DOCUMENTS = """
	SELECT 'Quotation' AS doctype, doc.name, row.crm_plus_deal AS deal, SUM(row.base_net_amount) AS net, doc.docstatus,
		doc.transaction_date AS day, doc.status, doc.base_grand_total, doc.base_rounded_total, doc.base_rounding_adjustment,
		0 AS is_return, 0 AS is_pos, 0 AS base_paid_amount, 0 AS base_change_amount
	FROM `tabQuotation Item` row JOIN `tabQuotation` doc ON doc.name = row.parent
	WHERE row.parent IN (SELECT parent FROM `tabQuotation Item` WHERE crm_plus_deal IN %(deals)s AND docstatus > 0)
		AND row.is_alternative = 0 AND doc.docstatus > 0
	GROUP BY doc.name, row.crm_plus_deal
	UNION ALL
	SELECT 'Sales Order', doc.name, row.crm_plus_deal, SUM(row.base_net_amount), doc.docstatus,
		doc.transaction_date, doc.status, doc.base_grand_total, doc.base_rounded_total, doc.base_rounding_adjustment, 0, 0, 0, 0
	FROM `tabSales Order Item` row JOIN `tabSales Order` doc ON doc.name = row.parent
	WHERE row.parent IN (SELECT parent FROM `tabSales Order Item` WHERE crm_plus_deal IN %(deals)s AND docstatus > 0)
		AND doc.docstatus > 0
	GROUP BY doc.name, row.crm_plus_deal
	UNION ALL
	SELECT 'Sales Invoice', doc.name, row.crm_plus_deal, SUM(row.base_net_amount), doc.docstatus,
		doc.posting_date, doc.status, doc.base_grand_total, doc.base_rounded_total, doc.base_rounding_adjustment,
		doc.is_return, doc.is_pos, doc.base_paid_amount, doc.base_change_amount
	FROM `tabSales Invoice Item` row JOIN `tabSales Invoice` doc ON doc.name = row.parent
	WHERE row.parent IN (SELECT parent FROM `tabSales Invoice Item` WHERE crm_plus_deal IN %(deals)s AND docstatus > 0)
		AND doc.docstatus > 0
	GROUP BY doc.name, row.crm_plus_deal
"""
RECEIVABLE_ENTRIES = """
	SELECT against_voucher_no, voucher_type, voucher_no, SUM(amount) AS amount, MAX(posting_date) AS day
	FROM `tabPayment Ledger Entry`
	WHERE against_voucher_no IN %(invoices)s AND against_voucher_type = 'Sales Invoice'
		AND delinked = 0 AND account_type = 'Receivable' AND docstatus = 1
	GROUP BY against_voucher_no, voucher_type, voucher_no
"""


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


def documents_of(deals: Collection[str]) -> list[dict[str, Any]]:
	"""Return the submitted and cancelled documents with rows of `deals`: for each document one row for each deal on it.

	`net` is the net amount of the deal's rows (`deal` is empty for rows without one); the rest is the document's own.
	"""
	return frappe.db.sql(DOCUMENTS, {"deals": tuple(deals)}, as_dict=True) if deals else []


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
	return frappe.db.sql(RECEIVABLE_ENTRIES, {"invoices": tuple(invoices)}, as_dict=True)


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
