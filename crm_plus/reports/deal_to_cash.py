"""From the won deal to the bank: what was ordered, invoiced and collected, the days between, and where it leaks.

Amounts in the report's currency, all without taxes as the won amount is: of what the deal's documents come to with taxes
counts the part that is net by their own totals, so that what is won, ordered, invoiced and paid can be held together.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case, CustomFunction
from pypika.functions import Coalesce, Count, Max, Min, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Term

from crm_plus.reports.document_money import is_of_an_invoice, moves_money, net_part
from crm_plus.reports.report_groups import (
	behind_filters,
	chosen_group,
	closed_filters,
	group_labels,
	group_term,
	in_order,
	one_group,
	with_own,
)
from crm_plus.reports.report_money import books_money, money, refuse_hidden_ledger
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, between, deal_rows, on_days, read_scope, scope_filters
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.deal_to_cash import Leaks, largest
from crm_plus.rules.forecast import percent

GROUPS = ("Owner", "Month", "Source", "Campaign", "Customer", "Pipeline", "Company", "Size", "Deal")
AMOUNTS = ("won", "quoted", "ordered", "invoiced", "paid", "outstanding")
# Whose taxes each amount of a deal bears; each has its part without them beside the deal's amounts.
DOCUMENTS = {
	"quoted": ("Quotation", "net_of_quotations"),
	"ordered": ("Sales Order", "net_of_orders"),
	**dict.fromkeys(("invoiced", "paid", "outstanding"), ("Sales Invoice", "net_of_invoices")),
}
LEAKS = ("not_ordered", "not_invoiced", "not_paid", "written_off")
STEPS = ("to_order", "to_invoice", "to_cash")
ALL = 2**62
GREATEST = CustomFunction("GREATEST", ["one", "other"])
DAYS = CustomFunction("DATEDIFF", ["later", "earlier"])


def deal_to_cash(filters: dict[str, Any] | None) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group of deals won in the period, and the total.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal,
	or not what the ledger says of deals.
	"""
	refuse_hidden_ledger()
	scope = read_scope(filters)
	group = chosen_group(filters, with_own(GROUPS))
	behind = str((filters or {}).get("behind") or "")
	if is_chart_only(filters):
		total = {**read_drawn(scope, group, behind), "drill": {}}
		return scope, group, [total] if total["deals"] else [], total
	found = [
		{key: flt(value) if key != "value" else value for key, value in row.items()}
		for row in read(scope, group, behind)
	]
	labels = group_labels(group, [row["value"] for row in found])
	rows = [
		{
			**shown(row),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(scope, group, row["value"], closed_filters(scope, group, row["value"])),
		}
		for row in in_order(group, found, "won")
	]
	keys = ("deals", *AMOUNTS, *LEAKS, *STEPS, *(f"{step}_deals" for step in STEPS))
	total = {key: sum(row[key] for row in found) for key in keys}
	closed = {**scope_filters(scope), "closed_on": between(scope.first, scope.last)}
	return scope, group, rows, {**shown(total), "drill": drill(scope, "", "", closed)}


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums: the days of each step on average over the deals that made it."""
	steps = {step: sums[step] / sums[f"{step}_deals"] if sums[f"{step}_deals"] else None for step in STEPS}
	return {
		"deals": int(sums["deals"]),
		**{key: sums[key] for key in (*AMOUNTS, *LEAKS)},
		**steps,
		"collected": percent(sums["paid"], sums["invoiced"]),
	}


def drill(scope: Scope, group: str, value: Any, closed: dict[str, Any]) -> dict[str, Any]:
	"""Return what is behind a group's figures: the list of what was won, and this report by deal for all without taxes.

	`closed` are the list filters of the group's closed deals; a deal is a link by itself.
	"""
	won = {key: {**closed, "status": WON} for key in ("deals", "won")}
	if group == "Deal":
		return won
	by_deal = behind_filters(scope, "Deal", group, value)
	return {**won, **dict.fromkeys((*DOCUMENTS, *LEAKS, *STEPS, "collected"), by_deal)}


def largest_leak(total: dict[str, Any]) -> str:
	"""Return the name of the largest leak, "" where there is none."""
	return largest(Leaks(**{key: total[key] for key in LEAKS}))


def read(scope: Scope, group: str, behind: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, or of the one that is looked behind; one query however many deals and documents."""
	each = won_deals(scope, group, behind).as_("each")
	query = (
		frappe.qb.from_(each)
		.select(each.value, Count("*").as_("deals"), Sum(money(scope, each)).as_("won"))
		.groupby(each.value)
	)
	without_taxes = without_taxes_of(each, *DOCUMENTS)
	for key, amount in {**without_taxes, **leak_terms(each.base_amount, without_taxes)}.items():
		query = query.select(Sum(books_money(scope, each, amount)).as_(key))
	for key, days in (
		("to_order", DAYS(each.ordered_on, each.closed_on)),
		("to_invoice", DAYS(each.invoiced_on, Coalesce(each.ordered_on, each.closed_on))),
		("to_cash", DAYS(each.paid_on, each.invoiced_on)),
	):
		query = query.select(*step_terms(key, days))
	return query.run(as_dict=True)


def read_drawn(scope: Scope, group: str, behind: str) -> dict[str, Any]:
	"""Return what is shown of all groups together; 0 of what neither a chart nor the line above it says, and of no group."""
	each = drawn_deals(scope, group, behind).as_("each")
	query = frappe.qb.from_(each).select(Count("*").as_("deals"), Sum(money(scope, each)).as_("won"))
	for key, amount in without_taxes_of(each, "ordered", "invoiced", "paid", "outstanding").items():
		query = query.select(Sum(books_money(scope, each, amount)).as_(key))
	query = query.select(*step_terms("to_cash", DAYS(each.paid_on, each.invoiced_on)))
	sums = {key: flt(value) for key, value in query.run(as_dict=True)[0].items()}
	nothing = dict.fromkeys((*AMOUNTS, *LEAKS, *STEPS, *(f"{step}_deals" for step in STEPS)), 0.0)
	return shown({**nothing, **sums})


def without_taxes_of(each: Any, *keys: str) -> dict[str, Term]:
	"""What the documents of a deal come to without taxes, by kind."""
	return {key: each[f"{key}_amount"] * each[DOCUMENTS[key][1]] for key in keys}


def step_terms(step: str, days: Term) -> tuple[Term, Term]:
	"""The days of a step added up, and how many deals made it. A document from before the step that it follows took no time."""
	return Sum(GREATEST(days, 0)).as_(step), Count(days).as_(f"{step}_deals")


def won_deals(scope: Scope, group: str, behind: str) -> QueryBuilder:
	"""The deals won in the period, each with its group, its amounts, which part of them is net, and the days of its steps."""
	deal = frappe.qb.DocType("Deal")
	quoted = without_taxes_part(deal, deal.quoted_amount, "Quotation")
	days = (first_order(deal).as_("ordered_on"), first_invoice(deal).as_("invoiced_on"))
	return deals_and_cash(scope, group, behind).select(*days, quoted.as_("net_of_quotations"))


def drawn_deals(scope: Scope, group: str, behind: str) -> QueryBuilder:
	"""The same, of which nobody is told what was quoted, nor of other days than those from invoice to cash."""
	deal = frappe.qb.DocType("Deal")
	invoiced = first_invoice(deal).where(deal.billing_status == "Paid")
	return deals_and_cash(scope, group, behind).select(invoiced.as_("invoiced_on"))


def deals_and_cash(scope: Scope, group: str, behind: str) -> QueryBuilder:
	"""The deals won in the period, each with its group, its amounts, what is net of orders and invoices, and when it was paid.

	The limit, which nothing reaches, has the database look for each of these once, not wherever it is asked for.
	"""
	deal = frappe.qb.DocType("Deal")
	query = (
		frappe.qb.from_(deal)
		.select(group_term(group, deal).as_("value"), deal.company, deal.currency, deal.closed_on)
		.select(deal.amount, deal.base_amount, *(deal[f"{key}_amount"] for key in DOCUMENTS))
		.select(last_payment(deal).as_("paid_on"))
		.where(deal_rows(scope, deal))
		.where((deal.status == WON) & on_days(deal.closed_on, scope.first, scope.last))
		.limit(ALL)
	)
	for key in ("ordered", "invoiced"):
		doctype, part = DOCUMENTS[key]
		query = query.select(without_taxes_part(deal, deal[f"{key}_amount"], doctype).as_(part))
	own = one_group(behind, {each: group_term(each, deal) for each in with_own(GROUPS)})
	return query.where(own) if own is not None else query


def without_taxes_part(deal: Any, amount: Any, doctype: str) -> Term:
	"""Which part of a deal's amount is net; documents are looked for only where there is an amount, none has no taxes."""
	return Case().when(amount != 0, Coalesce(net_part(deal, doctype), 1)).else_(1)


def leak_terms(won: Any, way: dict[str, Any]) -> dict[str, Term]:
	"""`rules.deal_to_cash.leaks` as expressions, in company currency without taxes; a test holds the two together."""
	still_open = GREATEST(way["outstanding"], 0)
	return {
		"not_ordered": GREATEST(won - GREATEST(way["ordered"], way["invoiced"]), 0),
		"not_invoiced": GREATEST(way["ordered"] - way["invoiced"], 0),
		"not_paid": still_open,
		"written_off": GREATEST(way["invoiced"] - way["paid"] - still_open, 0),
	}


def first_order(deal: Any) -> QueryBuilder:
	"""The day of a deal's first submitted order."""
	order, row = frappe.qb.DocType("Sales Order"), frappe.qb.DocType("Sales Order Item")
	return (
		frappe.qb.from_(row)
		.join(order)
		.on(order.name == row.parent)
		.select(Min(order.transaction_date))
		.where((order.docstatus == 1) & (row.crm_plus_deal == deal.name))
	)


def first_invoice(deal: Any) -> QueryBuilder:
	"""The day of a deal's first submitted invoice; a return bills nothing."""
	invoice, row = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
	return (
		frappe.qb.from_(row)
		.join(invoice)
		.on(invoice.name == row.parent)
		.select(Min(invoice.posting_date))
		.where((invoice.docstatus == 1) & (invoice.is_return == 0) & (row.crm_plus_deal == deal.name))
	)


def last_payment(deal: Any) -> QueryBuilder:
	"""The day of the last payment on a deal's invoices, as the payment ledger has it; of what is paid in full alone.

	What was credited or written off is no payment: who paid nothing has no day.
	"""
	entry, row = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType("Sales Invoice Item")
	return (
		frappe.qb.from_(row)
		.join(entry)
		.on(entry.against_voucher_no == row.parent)
		.select(Max(entry.posting_date))
		.where(is_of_an_invoice(entry) & moves_money(entry))
		.where((row.crm_plus_deal == deal.name) & (deal.billing_status == "Paid"))
	)
