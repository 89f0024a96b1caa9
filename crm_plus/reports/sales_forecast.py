"""What each month brings: won, committed, in the best case and by probability, against quota and what was said before.

Amounts in the report's currency. A won deal counts in the month it was won, an open one in the month of its expected close.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case
from pypika.functions import Count, Max, Sum
from pypika.terms import EmptyCriterion

from crm_plus.reports.report_functions import along, month_number, month_text
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import (
	Scope,
	asked_day,
	between,
	deal_rows,
	narrowed,
	on_days,
	read_scope,
	scope_filters,
)
from crm_plus.reports.sales_quotas import attained_by_month, by_invoices, knows_attained, measure
from crm_plus.rules.deal_stages import OPEN, WON
from crm_plus.rules.forecast import Forecast, Sums, Thresholds, forecast, gap, percent
from crm_plus.rules.periods import Period, months, next_month

Months = dict[str, dict[str, Any]]
MONTHS_AHEAD = 6
FIGURES = ("won", "commit", "best_case", "weighted", "open", "deals", "quota", "attained", "measured", "then")


def sales_forecast(filters: dict[str, Any] | None) -> tuple[Scope, date | None, list[dict[str, Any]]]:
	"""Return the scope, the day of the snapshot that is compared with, and a row a month; open deals without a day last.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters, months=MONTHS_AHEAD)
	periods = months(scope.first, scope.last)
	open_sums, won_sums = read_open(scope), read_won(scope, scope.last)
	against = read_measured(scope, periods, open_sums, won_sums)
	compared_on, then = read_then(scope, asked_day((filters or {}).get("compare_with")))
	rows = []
	for period in periods:
		sums = open_sums.get(period.key, {})
		found = forecast(as_sums(sums, won_sums.get(period.key, {}).get("amount", 0)))
		deals = int(sums.get("deals", 0) + won_sums.get(period.key, {}).get("deals", 0))
		rows.append(month_row(scope, period, found, deals, against[period.key], then.get(period.key, 0)))
	undated = open_sums.get("")
	if undated:
		rows.append(undated_row(scope, undated, then.get("", 0)))
	return scope, compared_on, rows


def of_month(filters: dict[str, Any] | None) -> tuple[float, float]:
	"""Return what a month brings by probability, and what the snapshot of the end of last month said of it, as `sales_forecast`.

	Without asking what is measured by quotas. Raises as `sales_forecast`.
	"""
	scope = read_scope(filters, months=MONTHS_AHEAD)
	month = months(scope.first, scope.last)[0].key
	open_sums, won = read_open(scope).get(month, {}), read_won(scope, scope.last).get(month, {})
	_day, then = read_then(scope, None)
	return forecast(as_sums(open_sums, won.get("amount", 0))).weighted, then.get(month, 0)


def read_measured(scope: Scope, periods: list[Period], open_sums: Months, won_sums: Months) -> Months:
	"""Return by month the quota, and what those whom it is for have attained and committed: of all, where all are measured.

	What was attained is None where a reader may not know it.
	"""
	measured = measure(scope, periods)
	if measured.scope is not scope:
		open_sums, won_sums = read_open(measured.scope), read_won(measured.scope, scope.last)
	billed = attained_by_month(measured.scope) if by_invoices() and knows_attained() else {}
	rows = {}
	for period in periods:
		won = won_sums.get(period.key, {}).get("amount", 0)
		found = forecast(as_sums(open_sums.get(period.key, {}), won))
		rows[period.key] = {
			"quota": measured.quotas[period.key],
			"attained": attained_of(found.won, billed.get(period.key, 0)),
			"measured": found.commit,
		}
	return rows


def attained_of(won: float, billed: float) -> float | None:
	"""Return which of both amounts attains a quota, None where a reader may not know it."""
	if not by_invoices():
		return won
	return billed if knows_attained() else None


def as_sums(row: dict[str, Any], won: float) -> Sums:
	"""Return a month's sums as the rules take them."""
	return Sums(
		won=flt(won),
		open=flt(row.get("open")),
		committed=flt(row.get("committed")),
		likely=flt(row.get("likely")),
		by_probability=flt(row.get("weighted")),
	)


def month_row(
	scope: Scope, period: Period, found: Forecast, deals: int, against: dict[str, Any], then: float
) -> dict[str, Any]:
	"""Return what is shown of a month."""
	dated = {"expected_close_date": between(period.first, period.last)}
	return {
		"month": period.key,
		**{key: getattr(found, key) for key in ("won", "commit", "best_case", "weighted", "open")},
		**{**against, "deals": deals, "then": then, "change": found.weighted - then},
		"attainment": attainment(against),
		"gap": gap(against["quota"], against["measured"]),
		"drill": {
			"won": {**scope_filters(scope), "status": WON, "closed_on": between(period.first, period.last)},
			"open": {**scope_filters(scope), "status": OPEN, **dated},
		},
	}


def undated_row(scope: Scope, sums: dict[str, Any], then: float) -> dict[str, Any]:
	"""Return what is shown of the open deals that name no day: in no month, yet in the pipeline."""
	found = forecast(as_sums(sums, 0))
	return {
		"month": "",
		**{key: getattr(found, key) for key in ("won", "commit", "best_case", "weighted", "open")},
		**{"deals": int(sums["deals"]), "then": then, "change": found.weighted - then},
		**{"quota": 0.0, "attained": 0.0, "measured": 0.0, "attainment": None, "gap": 0.0},
		"drill": {"open": {**scope_filters(scope), "status": OPEN, "expected_close_date": ["is", "not set"]}},
	}


def attainment(against: dict[str, Any]) -> float | None:
	"""Return what is attained in percent of the quota, None where one of them is not known."""
	return None if against["attained"] is None else percent(against["attained"], against["quota"])


def total_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
	"""Return the total of all rows; what a reader may not know of their attainment, he may not know of the total's."""
	total: dict[str, Any] = {key: sum(row[key] or 0 for row in rows) for key in FIGURES}
	if any(row["attained"] is None for row in rows):
		total["attained"] = None
	return {
		**total,
		"change": total["weighted"] - total["then"],
		"attainment": attainment(total),
		"gap": gap(total["quota"], total["measured"]),
	}


def thresholds() -> Thresholds:
	"""Return from which probability on a deal is committed or in the best case, as the settings say."""
	usual = Thresholds()
	values = [
		flt(frappe.db.get_single_value("CRM Plus Settings", fieldname))
		for fieldname in ("commit_probability", "best_case_probability")
	]
	return Thresholds(values[0] or usual.commit, values[1] or usual.best_case)


def read_open(scope: Scope) -> dict[str, dict[str, Any]]:
	"""Return the sums of the open deals by month of their expected close, "" for those without; one query."""
	deal = frappe.qb.DocType("Deal")
	amount, limits = money(scope, deal), thresholds()
	month = month_number(deal.expected_close_date)
	dated = on_days(deal.expected_close_date, scope.first, scope.last)
	rows = (
		along(frappe.qb.from_(deal), "Deal", "open_close")
		.select(
			month.as_("month"),
			Count("*").as_("deals"),
			Sum(amount).as_("open"),
			Sum(Case().when(deal.probability >= limits.commit, amount).else_(0)).as_("committed"),
			Sum(Case().when(deal.probability >= limits.best_case, amount).else_(0)).as_("likely"),
			(Sum(amount * deal.probability) / 100).as_("weighted"),
		)
		.where(deal_rows(scope, deal))
		.where((deal.status == OPEN) & (dated | deal.expected_close_date.isnull()))
		.groupby(month)
		.run(as_dict=True)
	)
	return {month_text(row["month"]): row for row in rows}


def read_won(scope: Scope, until: date) -> dict[str, dict[str, Any]]:
	"""Return count and amount of the deals won in the period up to a day, by month; one query."""
	deal = frappe.qb.DocType("Deal")
	month = month_number(deal.closed_on)
	rows = (
		frappe.qb.from_(deal)
		.select(month.as_("month"), Count("*").as_("deals"), Sum(money(scope, deal)).as_("amount"))
		.where(deal_rows(scope, deal))
		.where((deal.status == WON) & on_days(deal.closed_on, scope.first, min(until, scope.last)))
		.groupby(month)
		.run(as_dict=True)
	)
	return {month_text(row["month"]): {"deals": row["deals"], "amount": flt(row["amount"])} for row in rows}


def read_then(scope: Scope, wanted: date | None) -> tuple[date | None, dict[str, float]]:
	"""Return the day of the newest snapshot up to `wanted` (the end of last month unless said), and what it said by month.

	What it said of a month is what was won by then and its open deals by their probability of then.
	"""
	day = newest_snapshot(wanted or scope.today.replace(day=1), inclusive=bool(wanted))
	if not day:
		return None, {}
	said: dict[str, float] = defaultdict(float)
	for month, row in read_won(scope, day).items():
		said[month] += row["amount"]
	for _day, month, weighted in read_snapshots(scope, [day]):
		said[month] += weighted
	return day, said


def newest_snapshot(until: date, *, inclusive: bool) -> date | None:
	"""Return the last day up to another one that has a snapshot."""
	snapshot = frappe.qb.DocType("Pipeline Snapshot")
	limit = snapshot.snapshot_date <= until if inclusive else snapshot.snapshot_date < until
	return frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date)).where(limit).run()[0][0]


def read_snapshots(scope: Scope, days: list[date]) -> list[tuple[date, str, float]]:
	"""Return (day, month, open amount by probability) of the snapshots of some days; one query.

	The filters are held against the deals as they stood then, the readers' rights against what they are now.
	"""
	deal, snapshot = frappe.qb.DocType("Deal"), frappe.qb.DocType("Pipeline Snapshot")
	month = month_number(snapshot.expected_close_date)
	dated = on_days(snapshot.expected_close_date, scope.first, scope.last)
	query = frappe.qb.from_(snapshot)
	readable = scope.readable_deals()
	if isinstance(readable, EmptyCriterion):
		query = along(query, "Pipeline Snapshot", "day_close_sums")
	else:
		query = query.join(deal).on(deal.name == snapshot.deal).where(readable)
	narrow = narrowed(scope, snapshot)
	if not isinstance(narrow, EmptyCriterion):
		query = query.where(narrow)
	rows = (
		query.select(snapshot.snapshot_date, month, Sum(money(scope, snapshot) * snapshot.probability) / 100)
		.where(snapshot.snapshot_date.isin(days or [next_month(scope.today)]))
		.where(dated | snapshot.expected_close_date.isnull())
		.groupby(snapshot.snapshot_date, month)
		.run()
	)
	return [(day, month_text(number), flt(weighted)) for day, number, weighted in rows]
