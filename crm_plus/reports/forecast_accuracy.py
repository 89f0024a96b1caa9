"""What the snapshots said of each month that is over, against what was won in it. Amounts in the report's currency."""

from bisect import bisect_left
from datetime import date, timedelta
from typing import Any

import frappe

from crm_plus.reports.forecast_deals import SAID, drill
from crm_plus.reports.report_scope import Scope, between, read_scope, scope_filters
from crm_plus.reports.sales_forecast import read_snapshots, read_won
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.forecast import percent
from crm_plus.rules.periods import Period, months, next_month

# Months before the end of the month in question: 1 is what was said on the eve of its first day.
AHEAD = (1, 2, 3)
# A snapshot older than this says nothing of the day that is looked for.
OLDEST_DAYS = 31


def forecast_accuracy(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and a row for each month of the period that has begun, newest last; three queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	periods = [period for period in months(scope.first, scope.last) if period.first <= scope.today]
	days = snapshot_days(scope)
	looked_up = {(period.key, ahead): told_on(period, ahead, days) for period in periods for ahead in AHEAD}
	said = {
		(day, month): amount
		for day, month, amount in read_snapshots(scope, sorted({day for day in looked_up.values() if day}))
	}
	won = read_won(scope, scope.last)
	return scope, [
		accuracy_row(
			scope,
			period,
			won.get(period.key, {}).get("amount", 0.0),
			{ahead: told(said, looked_up[period.key, ahead], period.key) for ahead in AHEAD},
			{ahead: looked_up[period.key, ahead] for ahead in AHEAD},
		)
		for period in periods
	]


def total_of(scope: Scope, rows: list[dict[str, Any]]) -> dict[str, Any]:
	"""Return what is shown of all months: the sums, and how far off the eves' words were of what came in their months.

	What was said of months comes from several snapshots, which no one list shows.
	"""
	known = [row for row in rows if row["error"] is not None]
	keys = ("won", "error", *(f"said_{ahead}" for ahead in AHEAD))
	told = {key: [row[key] for row in rows if row[key] is not None] for key in keys}
	off, came = sum(abs(row["error"]) for row in known), sum(row["won"] for row in known)
	behind = {**scope_filters(scope), "status": WON, "closed_on": between(scope.first, scope.last)}
	return {
		**{key: sum(amounts) if amounts else None for key, amounts in told.items()},
		**{"off": percent(off, came), "bias": percent(sum(row["error"] for row in known), came)},
		"drill": dict.fromkeys(("won", "off"), behind),
	}


def told(said: dict[tuple[date, str], float], day: date | None, month: str) -> float | None:
	"""Return what a day's snapshot said of a month; None without a snapshot, which is not the same as nothing."""
	return said.get((day, month), 0.0) if day else None


def told_on(period: Period, ahead: int, days: list[date]) -> date | None:
	"""Return the newest day with a snapshot before the month that lies `ahead` - 1 months ahead of a period."""
	limit = next_month(period.first, 1 - ahead)
	place = bisect_left(days, limit)
	found = days[place - 1] if place else None
	return found if found and found >= limit - timedelta(days=OLDEST_DAYS) else None


def snapshot_days(scope: Scope) -> list[date]:
	"""Return the days that have a snapshot and matter to the period."""
	snapshot = frappe.qb.DocType("Pipeline Snapshot")
	first = next_month(scope.first, -len(AHEAD) - 1)
	return (
		frappe.qb.from_(snapshot)
		.select(snapshot.snapshot_date)
		.distinct()
		.where((snapshot.snapshot_date >= first) & (snapshot.snapshot_date < scope.last))
		.orderby(snapshot.snapshot_date)
		.run(pluck=True)
	)


def accuracy_row(
	scope: Scope, period: Period, won: float, said: dict[int, float | None], days: dict[int, date | None]
) -> dict[str, Any]:
	"""Return what is shown of a month: how far off the word of the eve was, in percent of what came.

	`days` are those of the snapshots that said so.
	"""
	eve = said[1]
	error = None if eve is None else won - eve
	behind = {**scope_filters(scope), "status": WON, "closed_on": between(period.first, period.last)}
	return {
		"month": period.key,
		"won": won,
		**{f"said_{ahead}": amount for ahead, amount in said.items()},
		"error": error,
		"off": None if error is None else percent(abs(error), won),
		"drill": {
			**{"won": behind, "off": behind},
			**{f"said_{ahead}": drill(scope, period.key, day)[SAID] for ahead, day in days.items() if day},
		},
	}
