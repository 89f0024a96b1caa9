"""The deals behind the forecast by history: the won ones, and each open one with its chance. Amounts in the report's currency."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import flt
from pypika import Order
from pypika.functions import Coalesce

from crm_plus.reports.deal_visits import History, read_history
from crm_plus.reports.forecast_by_history import (
	LONGEST_MONTHS,
	Chances,
	age_in_weeks,
	edges_of,
	look_ahead,
	weeks_shown,
)
from crm_plus.reports.forecast_deals import period_of, won_deals
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, deal_rows, read_scope
from crm_plus.reports.sales_forecast import MONTHS_AHEAD
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.periods import Period, next_month
from crm_plus.rules.win_simulation import expected

MOST_ROWS = 1000


def likely_deals(
	filters: dict[str, Any] | None,
) -> tuple[Scope, History, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the history, the largest of the deals won and open ones, most to expect first, and the sums of all.

	Of the month that the filters name, else of the whole period. The sums say too whether all deals are among the rows.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope, month = read_scope(filters, months=MONTHS_AHEAD), str((filters or {}).get("month") or "")
	history, span = read_history(scope), span_of(scope, month)
	coming = [span] if span and span.last >= scope.today else []
	ahead = look_ahead(scope, history, coming)
	told = sum(expected(ahead.bets, ahead.crowds, len(coming)))
	rows = [as_won(row) for row in won_deals(scope, month)]
	won = sum(row["amount"] for row in rows)
	still_open = read_deals(scope) if coming else []
	if coming:
		rows += with_chances(still_open[:MOST_ROWS], Chances(history, edges_of(scope, coming)))
	is_cut = max(len(still_open), len(rows)) > MOST_ROWS
	rows = sorted(rows, key=lambda row: (-row["expected"], row["name"]))[:MOST_ROWS]
	return scope, history, rows, {"won": won, "ahead": told, "expected": won + told, "is_cut": is_cut}


def span_of(scope: Scope, month: str) -> Period | None:
	"""Return the days of a month of the report, of all of it for "", as far ahead as history tells; None for no such month."""
	period = period_of(scope, month)
	latest = next_month(scope.today, LONGEST_MONTHS) - timedelta(days=1)
	return period and replace(period, last=min(period.last, latest))


def as_won(row: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of a won deal: it brings all of its amount, and no chance."""
	amount = flt(row["amount"])
	return {
		**{key: row[key] for key in ("name", "title", "status", "deal_owner", "probability")},
		**{"amount": amount, "expected": amount, "chance": None},
		**{"stage_name": "", "expected_close_date": row["day"]},
	}


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
	"""Return the largest open deals of the filters, and one more where there are more."""
	deal = frappe.qb.DocType("Deal")
	amount = money(scope, deal)
	return (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.status, deal.stage, deal.probability, deal.expected_close_date)
		.select(Coalesce(deal.deal_owner, "").as_("deal_owner"), amount.as_("amount"))
		.select(age_in_weeks(deal).as_("weeks"))
		.where(deal_rows(scope, deal))
		.where(deal.status == OPEN)
		.orderby(amount, order=Order.desc)
		.orderby(deal.name)
		.limit(MOST_ROWS + 1)
		.run(as_dict=True)
	)
