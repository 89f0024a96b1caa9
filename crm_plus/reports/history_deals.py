"""The open deals behind the forecast by history, each with its chance to be won in the period. Amounts in the report's currency."""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Order
from pypika.functions import Coalesce

from crm_plus.reports.deal_visits import History, read_history
from crm_plus.reports.forecast_by_history import Chances, age_in_weeks, edges_of, look_ahead, weeks_shown
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, deal_rows, read_scope
from crm_plus.reports.sales_forecast import MONTHS_AHEAD, read_won
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.periods import Period
from crm_plus.rules.win_simulation import expected

MOST_ROWS = 1000


def likely_deals(
	filters: dict[str, Any] | None,
) -> tuple[Scope, History, list[dict[str, Any]], dict[str, float]]:
	"""Return the scope, the history, the largest open deals that it speaks of, most to expect first, and the sums of all.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters, months=MONTHS_AHEAD)
	history = read_history(scope)
	won = sum(row["amount"] for row in read_won(scope, scope.last).values())
	# The period as one span.
	coming = [Period("", scope.first, scope.last)] if scope.last >= scope.today else []
	ahead = look_ahead(scope, history, coming)
	told = sum(expected(ahead.bets, ahead.crowds, len(coming)))
	rows = with_chances(read_deals(scope), Chances(history, edges_of(scope, coming))) if coming else []
	sums = {"won": won, "ahead": told, "expected": won + told}
	return scope, history, sorted(rows, key=lambda row: (-row["expected"], row["name"])), sums


def with_chances(deals: list[dict[str, Any]], told: Chances) -> list[dict[str, Any]]:
	"""Return the deals that history speaks of with their chance (percent) and what to expect of them."""
	found = []
	for deal in deals:
		chances = told.of(deal["stage"], deal["deal_owner"], weeks_shown(deal["weeks"]))
		if chances:
			amount, stage = flt(deal["amount"]), told.history.stages[deal["stage"]].stage_name
			sums = {"amount": amount, "chance": chances[0] * 100, "expected": amount * chances[0]}
			found.append({**deal, **sums, "stage_name": stage})
	return found


def read_deals(scope: Scope) -> list[dict[str, Any]]:
	"""Return the largest open deals of the filters."""
	deal = frappe.qb.DocType("Deal")
	amount = money(scope, deal)
	return (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.stage, deal.probability, deal.expected_close_date)
		.select(Coalesce(deal.deal_owner, "").as_("deal_owner"), amount.as_("amount"))
		.select(age_in_weeks(deal).as_("weeks"))
		.where(deal_rows(scope, deal))
		.where(deal.status == OPEN)
		.orderby(amount, order=Order.desc)
		.orderby(deal.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
