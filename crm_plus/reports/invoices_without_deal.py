"""Submitted invoices that name no deal, each with the deal that it most likely belongs to. Amounts in company currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Criterion
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import ExistsCriterion

from crm_plus.access.rows import readable_rows
from crm_plus.reports.likely_deals import deals_by_invoice
from crm_plus.reports.readable_documents import company_total
from crm_plus.rules.invoice_matching import (
	NOTHING,
	Candidate,
	Invoice,
	Proposal,
	Reason,
	expect,
	propose,
	shortlist,
)

INVOICE = "Sales Invoice"
RIVALS_NAMED = 5


def unlinked_invoices(filters: dict[str, Any]) -> list[dict[str, Any]]:
	"""Return the report's rows, newest first.

	`filters`: company (needed), customer, from_date, to_date, only_with_proposals. Shows what the reader's own list of
	invoices shows, and raises frappe.PermissionError where he may read none.
	"""
	condition, company = unlinked_condition(filters), filters["company"]
	invoices, named = read_invoices(condition), named_deals(condition)
	deals = deals_by_invoice(company, condition, invoices, {deal for each in named.values() for deal in each})
	labels, rows = reason_labels(), []
	for row in invoices:
		likely = deals.get(row["name"], [])
		candidates = as_candidates(row["customer"], company, likely)
		proposal = proposal_for(row, candidates, named.get(row["name"], frozenset()))
		if proposal.deal or not filters.get("only_with_proposals"):
			row.update(proposal_columns(proposal, {deal["name"]: deal for deal in likely}, labels))
			rows.append(row)
	return rows


def unlinked_condition(filters: dict[str, Any]) -> Criterion:
	"""Return the condition for submitted invoices of the filters that the reader may read and that name no deal at all."""
	invoice = frappe.qb.DocType(INVOICE)
	row = frappe.qb.DocType("Sales Invoice Item").as_("deal_row")
	with_deal = (
		frappe.qb.from_(row).select(row.name).where((row.parent == invoice.name) & (row.crm_plus_deal > ""))
	)
	conditions = [
		# First: the condition of a reader without limits is empty, and an empty one can only be the first.
		readable_rows(INVOICE),
		invoice.docstatus == 1,
		invoice.company == filters["company"],
		invoice.crm_plus_deal.isnull() | (invoice.crm_plus_deal == ""),
		ExistsCriterion(with_deal).negate(),
	]
	if filters.get("customer"):
		conditions.append(invoice.customer == filters["customer"])
	if filters.get("from_date"):
		conditions.append(invoice.posting_date >= getdate(filters["from_date"]))
	if filters.get("to_date"):
		conditions.append(invoice.posting_date <= getdate(filters["to_date"]))
	return Criterion.all(conditions)


def read_invoices(condition: Criterion) -> list[dict[str, Any]]:
	"""Return the invoices with their total, as ERPNext posts it, in company currency."""
	rows = invoice_query(condition).run(as_dict=True)
	for row in rows:
		row["amount"] = float(company_total(row))
	return rows


def invoice_query(condition: Criterion) -> QueryBuilder:
	"""Return the query behind the report; tests look at its plan."""
	invoice = frappe.qb.DocType(INVOICE)
	return (
		frappe.qb.from_(invoice)
		.select(
			*(invoice.name, invoice.posting_date, invoice.customer, invoice.customer_name, invoice.status),
			*(invoice.currency, invoice.company, invoice.base_net_total, invoice.base_grand_total),
			*(invoice.base_rounded_total, invoice.base_rounding_adjustment),
		)
		.where(condition)
		.orderby(invoice.posting_date, invoice.name, order=frappe.qb.desc)
	)


def named_deals(condition: Criterion) -> dict[str, frozenset[str]]:
	"""Return the deals that the orders behind the invoices, and the invoices that they return, name by now."""
	invoice = frappe.qb.DocType(INVOICE)
	row = frappe.qb.DocType("Sales Invoice Item")
	order_row = frappe.qb.DocType("Sales Order Item")
	original = frappe.qb.DocType("Sales Invoice Item").as_("original")
	by_order = (
		frappe.qb.from_(order_row)
		.join(row)
		.on(row.so_detail == order_row.name)
		.join(invoice)
		.on(invoice.name == row.parent)
		.select(invoice.name, order_row.crm_plus_deal)
		.where((order_row.crm_plus_deal > "") & condition)
	)
	by_original = (
		frappe.qb.from_(invoice)
		.join(original)
		.on(original.parent == invoice.return_against)
		.select(invoice.name, original.crm_plus_deal)
		.where((invoice.return_against > "") & (original.crm_plus_deal > "") & condition)
	)
	found: dict[str, set[str]] = defaultdict(set)
	for name, deal in (*by_order.run(), *by_original.run()):
		found[name].add(deal)
	return {name: frozenset(deals) for name, deals in found.items()}


def as_candidates(customer: str, company: str, deals: Iterable[dict[str, Any]]) -> list[Candidate]:
	"""Return a customer's deals as the rules weigh them."""
	return shortlist(
		Candidate(
			name=deal["name"],
			party=customer,
			company=company,
			currency=deal["currency"],
			expected=expect(
				deal["base_amount"] or 0,
				deal["quoted_amount"] or 0,
				deal["ordered_amount"] or 0,
				deal["invoiced_amount"] or 0,
			),
			opened_on=as_date(deal["creation"]),
			closes_on=as_date(deal["closed_on"] or deal["expected_close_date"]),
			is_lost=deal["status"] == "Lost",
		)
		for deal in deals
	)


def as_date(value: date | datetime | None) -> date | None:
	"""Return the day of a date or a time in the site's time zone."""
	return value.date() if isinstance(value, datetime) else value


def proposal_for(row: dict[str, Any], candidates: list[Candidate], named: frozenset[str]) -> Proposal:
	"""Return what the rules propose for one invoice."""
	if not candidates:
		return NOTHING
	invoice = Invoice(
		name=row["name"],
		party=row["customer"],
		company=row["company"],
		currency=row["currency"],
		total=row["amount"],
		net_total=row["base_net_total"] or 0,
		posted_on=row["posting_date"],
		named_deals=named,
	)
	return propose(invoice, candidates)


def proposal_columns(
	proposal: Proposal, deals: dict[str, dict[str, Any]], labels: dict[Reason, str]
) -> dict[str, Any]:
	"""Return what the report shows of a proposal: of a deal no more than its name, title and amount."""
	deal = deals.get(proposal.deal) or {}
	return {
		"deal": proposal.deal or None,
		"deal_title": deal.get("title"),
		"deal_amount": deal.get("base_amount"),
		"confidence": proposal.confidence or None,
		"reasons": ", ".join(labels[reason] for reason in proposal.reasons)
		if proposal.deal
		else rivals_label(proposal.rivals),
	}


def rivals_label(rivals: tuple[str, ...]) -> str:
	"""Return the sentence that names deals of which none is preferred (the first few of many), empty without any."""
	if not rivals:
		return ""
	named = ", ".join(rivals[:RIVALS_NAMED])
	if len(rivals) > RIVALS_NAMED:
		return _("Equally likely: {0} and {1} more").format(named, len(rivals) - RIVALS_NAMED)
	return _("Equally likely: {0}").format(named)


def reason_labels() -> dict[Reason, str]:
	"""Return every reason in the reader's language."""
	return {
		Reason.NAMED: _("Named by its order or original invoice"),
		Reason.AMOUNT_EQUAL: _("Same amount"),
		Reason.AMOUNT_CLOSE: _("Close amount"),
		Reason.AMOUNT_FITS: _("Part of what is not billed yet"),
		Reason.DATES_MEET: _("Within the deal's time"),
		Reason.DATES_NEAR: _("Near the deal's time"),
		Reason.SAME_CURRENCY: _("Same currency"),
		Reason.DEAL_LOST: _("The deal is lost"),
	}


def by_month(rows: Iterable[dict[str, Any]]) -> list[tuple[str, float, float]]:
	"""Return (month as YYYY-MM, amount with a proposed deal, amount without), oldest first."""
	with_deal: Counter[str] = Counter()
	without: Counter[str] = Counter()
	for row in rows:
		month = f"{row['posting_date']:%Y-%m}"
		(with_deal if row["deal"] else without)[month] += row["amount"]
	return [(month, with_deal[month], without[month]) for month in sorted({*with_deal, *without})]
