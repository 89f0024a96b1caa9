"""From the won deal to the bank: what was ordered, invoiced and collected, the days between, and where it leaks.

Amounts in the report's currency, all without taxes as the won amount is, so that what is won, ordered, invoiced and paid can
be held together. All of it stands on the deals themselves; `workflows.deal_money` keeps it there as the documents have it.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case, CustomFunction
from pypika.functions import Coalesce, Count, Sum
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
LEAKS = ("not_ordered", "not_invoiced", "not_paid", "written_off")
STEPS = ("to_order", "to_invoice", "to_cash")
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
		total = {**read_drawn(scope, behind), "drill": {}}
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


def shown(added: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of what was added up: the days of each step on average over the deals that made it."""
	steps = {step: added[step] / added[f"{step}_deals"] if added[f"{step}_deals"] else None for step in STEPS}
	return {
		"deals": int(added["deals"]),
		**{key: added[key] for key in (*AMOUNTS, *LEAKS)},
		**steps,
		"collected": percent(added["paid"], added["invoiced"]),
	}


def drill(scope: Scope, group: str, value: Any, closed: dict[str, Any]) -> dict[str, Any]:
	"""Return what is behind a group's figures: the list of what was won, and this report by deal for all without taxes.

	`closed` are the list filters of the group's closed deals; a deal is a link by itself.
	"""
	won = {key: {**closed, "status": WON} for key in ("deals", "won")}
	if group == "Deal":
		return won
	by_deal = behind_filters(scope, "Deal", group, value)
	return {**won, **dict.fromkeys((*AMOUNTS[1:], *LEAKS, *STEPS, "collected"), by_deal)}


def largest_leak(total: dict[str, Any]) -> str:
	"""Return the name of the largest leak, "" where there is none."""
	return largest(Leaks(**{key: total[key] for key in LEAKS}))


def read(scope: Scope, group: str, behind: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, or of the one that is looked behind; no document is touched for them."""
	deal = frappe.qb.DocType("Deal")
	value = group_term(group, deal)
	query = (
		won_deals(scope, behind).select(value.as_("value"), *sums(scope, AMOUNTS[1:], STEPS)).groupby(value)
	)
	for key, amount in leak_terms(deal).items():
		query = query.select(Sum(books_money(scope, deal, amount)).as_(key))
	return query.run(as_dict=True)


def read_drawn(scope: Scope, behind: str) -> dict[str, Any]:
	"""Return what is shown of all groups together; 0 of what neither a chart nor the line above it says."""
	query = won_deals(scope, behind).select(*sums(scope, AMOUNTS[2:], ("to_cash",)))
	found = {key: flt(value) for key, value in query.run(as_dict=True)[0].items()}
	nothing = dict.fromkeys((*AMOUNTS, *LEAKS, *STEPS, *(f"{step}_deals" for step in STEPS)), 0.0)
	return shown({**nothing, **found})


def won_deals(scope: Scope, behind: str) -> QueryBuilder:
	"""The deals won in the period, or those of one group of them."""
	deal = frappe.qb.DocType("Deal")
	query = frappe.qb.from_(deal).where(deal_rows(scope, deal))
	query = query.where((deal.status == WON) & on_days(deal.closed_on, scope.first, scope.last))
	own = one_group(behind, {each: group_term(each, deal) for each in with_own(GROUPS)})
	return query.where(own) if own is not None else query


def sums(scope: Scope, amounts: tuple[str, ...], steps: tuple[str, ...]) -> list[Term]:
	"""How many deals there are, what they were won for, what their documents come to, and the days of their steps."""
	deal = frappe.qb.DocType("Deal")
	found = [Count("*").as_("deals"), Sum(money(scope, deal)).as_("won")]
	found += [Sum(books_money(scope, deal, deal[f"{key}_net"])).as_(key) for key in amounts]
	# When what is not paid in full was last paid is no end of its way.
	paid_on = Case().when(deal.billing_status == "Paid", deal.last_paid_on)
	days = {
		"to_order": DAYS(deal.first_ordered_on, deal.closed_on),
		"to_invoice": DAYS(deal.first_invoiced_on, Coalesce(deal.first_ordered_on, deal.closed_on)),
		"to_cash": DAYS(paid_on, deal.first_invoiced_on),
	}
	for step in steps:
		# A document from before the step that it follows took no time.
		found += [Sum(GREATEST(days[step], 0)).as_(step), Count(days[step]).as_(f"{step}_deals")]
	return found


def leak_terms(deal: Any) -> dict[str, Term]:
	"""`rules.deal_to_cash.leaks` as expressions, in company currency without taxes; a test holds the two together."""
	still_open = GREATEST(deal.outstanding_net, 0)
	return {
		"not_ordered": GREATEST(deal.base_amount - GREATEST(deal.ordered_net, deal.invoiced_net), 0),
		"not_invoiced": GREATEST(deal.ordered_net - deal.invoiced_net, 0),
		"not_paid": still_open,
		"written_off": GREATEST(deal.invoiced_net - deal.paid_net - still_open, 0),
	}
