"""From the won deal to the bank: what was ordered, invoiced and collected, the days between, and where it leaks.

Amounts in the report's currency: the won amount as the deal says it (without taxes), the others as the ledger has them.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import CustomFunction
from pypika.functions import Count, Max, Min, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Term

from crm_plus.reports.report_groups import (
	behind_filters,
	chosen_group,
	closed_filters,
	group_labels,
	group_term,
	in_order,
	one_group,
)
from crm_plus.reports.report_money import books_money, money, refuse_hidden_ledger
from crm_plus.reports.report_scope import Scope, between, deal_rows, on_days, read_scope, scope_filters
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.deal_to_cash import Leaks, largest
from crm_plus.rules.forecast import percent

GROUPS = ("Owner", "Month", "Source", "Campaign", "Customer", "Pipeline", "Company", "Size", "Deal")
AMOUNTS = ("won", "quoted", "ordered", "invoiced", "paid", "outstanding")
LEAKS = ("not_ordered", "not_invoiced", "not_paid", "written_off")
STEPS = ("to_order", "to_invoice", "to_cash")
ALL = 2**62
GREATEST = CustomFunction("GREATEST", ["one", "other"])
DAYS = CustomFunction("DATEDIFF", ["later", "earlier"])
FIRST = CustomFunction("COALESCE", ["one", "other"])


def deal_to_cash(filters: dict[str, Any] | None) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group of deals won in the period, and the total.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal,
	or not what the ledger says of deals.
	"""
	refuse_hidden_ledger()
	scope = read_scope(filters)
	group = chosen_group(filters, GROUPS)
	found = [
		{key: flt(value) if key != "value" else value for key, value in row.items()}
		for row in read(scope, group, str((filters or {}).get("behind") or ""))
	]
	labels = group_labels(group, [row["value"] for row in found])
	rows = [
		{
			**shown(row),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": {
				**drill({**closed_filters(scope, group, row["value"]), "status": WON}),
				**({} if group == "Deal" else leaking(scope, group, row["value"])),
			},
		}
		for row in in_order(group, found, "won")
	]
	keys = ("deals", *AMOUNTS, *LEAKS, *STEPS, *(f"{step}_deals" for step in STEPS))
	total = {key: sum(row[key] for row in found) for key in keys}
	behind = {**scope_filters(scope), "closed_on": between(scope.first, scope.last), "status": WON}
	return scope, group, rows, {**shown(total), "drill": {**drill(behind), **leaking(scope, "", "")}}


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums: the days of each step on average over the deals that made it."""
	steps = {step: sums[step] / sums[f"{step}_deals"] if sums[f"{step}_deals"] else None for step in STEPS}
	return {
		"deals": int(sums["deals"]),
		**{key: sums[key] for key in (*AMOUNTS, *LEAKS)},
		**steps,
		"collected": percent(sums["paid"], sums["invoiced"]),
	}


def drill(filters: dict[str, Any]) -> dict[str, Any]:
	"""Return the list filters behind the amounts: the same deals, whose columns hold each of them."""
	return dict.fromkeys(("deals", *AMOUNTS), filters)


def leaking(scope: Scope, group: str, value: Any) -> dict[str, Any]:
	"""Return the filters by which this report lists the deals behind what is left on the way."""
	return dict.fromkeys(LEAKS, behind_filters(scope, "Deal", group, value))


def largest_leak(total: dict[str, Any]) -> str:
	"""Return the name of the largest leak, "" where there is none."""
	return largest(Leaks(**{key: total[key] for key in LEAKS}))


def read(scope: Scope, group: str, behind: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, or of the one that is looked behind; one query however many deals and documents."""
	each = won_deals(scope, group, behind).as_("each")
	query = frappe.qb.from_(each).select(each.value, Count("*").as_("deals")).groupby(each.value)
	for key in (*AMOUNTS, *LEAKS):
		query = query.select(Sum(each[key]).as_(key))
	for key, days in (
		("to_order", DAYS(each.ordered_on, each.closed_on)),
		("to_invoice", DAYS(each.invoiced_on, FIRST(each.ordered_on, each.closed_on))),
		("to_cash", DAYS(each.paid_on, each.invoiced_on)),
	):
		# A document from before the step that it follows took no time.
		query = query.select(Sum(GREATEST(days, 0)).as_(key), Count(days).as_(f"{key}_deals"))
	return query.run(as_dict=True)


def won_deals(scope: Scope, group: str, behind: str) -> QueryBuilder:
	"""The deals won in the period, each with its group, its amounts, what leaks of them, and the days of its steps.

	The limit, which nothing reaches, has the database look for each day once, not wherever it is asked for.
	"""
	deal = frappe.qb.DocType("Deal")
	query = (
		frappe.qb.from_(deal)
		.select(group_term(group, deal).as_("value"), money(scope, deal).as_("won"), deal.closed_on)
		.select(first_order(deal).as_("ordered_on"), first_invoice(deal).as_("invoiced_on"))
		.select(last_payment(deal).as_("paid_on"))
		.where(deal_rows(scope, deal))
		.where((deal.status == WON) & on_days(deal.closed_on, scope.first, scope.last))
		.limit(ALL)
	)
	for key in AMOUNTS[1:]:
		query = query.select(books_money(scope, deal, deal[f"{key}_amount"]).as_(key))
	for key, lost in leak_terms(deal).items():
		query = query.select(books_money(scope, deal, lost).as_(key))
	own = one_group(behind, {each: group_term(each, deal) for each in GROUPS})
	return query.where(own) if own is not None else query


def leak_terms(deal: Any) -> dict[str, Term]:
	"""`rules.deal_to_cash.leaks` as expressions, in company currency; a test holds the two together."""
	still_open = GREATEST(deal.outstanding_amount, 0)
	return {
		"not_ordered": GREATEST(deal.base_amount - GREATEST(deal.ordered_amount, deal.invoiced_amount), 0),
		"not_invoiced": GREATEST(deal.ordered_amount - deal.invoiced_amount, 0),
		"not_paid": still_open,
		"written_off": GREATEST(deal.invoiced_amount - deal.paid_amount - still_open, 0),
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
	"""The day of the last payment on a deal's invoices, as the payment ledger has it; of what is paid in full alone."""
	entry, row = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType("Sales Invoice Item")
	paid = (
		(entry.against_voucher_type == "Sales Invoice")
		& (entry.voucher_type != "Sales Invoice")
		& (entry.delinked == 0)
		& (entry.docstatus == 1)
	)
	return (
		frappe.qb.from_(row)
		.join(entry)
		.on(entry.against_voucher_no == row.parent)
		.select(Max(entry.posting_date))
		.where(paid & (row.crm_plus_deal == deal.name) & (deal.billing_status == "Paid"))
	)
