"""What the open deals will bring by the site's own history, beside what their stages' probabilities say.

Amounts in the report's currency. Of the deals that are open today; what comes in new until then is in neither figure.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
from frappe.utils import flt, now_datetime
from pypika import Case, Order
from pypika.functions import Coalesce, Count, Floor, Sum

from crm_plus.reports.deal_visits import History, read_history
from crm_plus.reports.forecast_deals import DATED
from crm_plus.reports.report_functions import SECONDS_IN_DAY, seconds_between
from crm_plus.reports.report_groups import whole_question
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, between, deal_rows, read_scope, scope_filters
from crm_plus.reports.sales_forecast import MONTHS_AHEAD, read_open, read_won
from crm_plus.rules.deal_history import (
	WEEK,
	Factors,
	Rates,
	Weeks,
	age_shown,
	by_days,
	wins_by_week,
	wins_of_open,
)
from crm_plus.rules.deal_stages import OPEN, WON
from crm_plus.rules.periods import Period, months, next_month
from crm_plus.rules.win_simulation import Bet, Crowd, Evidence, Range, expected, simulate

SEED = 20_05
PLAYS = 1000
# So many deals, the largest, are won or lost one by one; the others are many and small.
LARGE = 600
LONGEST_MONTHS = 24
FINE_WEEKS, OLDEST_WEEKS = 8, 104


@dataclass
class Ahead:
	"""What was reckoned of the open deals: bets on the large ones, crowds of the others, and what nothing is known of."""

	bets: list[Bet] = field(default_factory=list)
	crowds: list[Crowd] = field(default_factory=list)
	deals: list[float] = field(default_factory=list)
	untold: int = 0
	untold_amount: float = 0.0
	wins: dict[tuple[str, str], float] = field(default_factory=dict)


def forecast_by_history(
	filters: dict[str, Any] | None,
) -> tuple[Scope, History, Ahead, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the history, what was reckoned, a row a month, and the total; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters, months=MONTHS_AHEAD)
	limit = next_month(scope.today, LONGEST_MONTHS)
	periods = [period for period in months(scope.first, scope.last) if period.first < limit]
	coming = [period for period in periods if period.last >= scope.today]
	history = read_history(scope)
	ahead = look_ahead(scope, history, coming)
	found = expected(ahead.bets, ahead.crowds, len(coming))
	around = simulate(
		ahead.bets,
		ahead.crowds,
		Evidence(
			{name: (float(won), float(lost)) for name, (won, lost) in history.closed.items()}, ahead.wins
		),
		months=len(coming),
		plays=PLAYS,
		chance=random.Random(SEED),
	)
	rows = month_rows(scope, periods, found, around, ahead.deals)
	last = periods[-1].last if periods else scope.last
	return scope, history, ahead, rows, total_of(scope, rows, around, last)


def look_ahead(scope: Scope, history: History, coming: list[Period]) -> Ahead:
	"""Return the chances of the open deals in the months to come."""
	if not coming:
		return Ahead()
	told, ahead = Chances(history, edges_of(scope, coming)), Ahead(deals=[0.0] * len(coming))
	groups = read_groups(scope)
	for stage, owner, age, amount in read_large(scope):
		count, total, squares = groups[stage, owner, age]
		groups[stage, owner, age] = (count - 1, total - amount, squares - amount * amount)
		chances = told.of(stage, owner, age)
		if chances:
			ahead.bets.append(Bet(amount, chances, history.pipeline(stage), owner))
			add_deals(ahead, 1, chances)
		else:
			ahead.untold += 1
			ahead.untold_amount += amount
	for (stage, owner, age), (count, amount, squares) in groups.items():
		add_crowd(ahead, history, (stage, owner), told.of(stage, owner, age), (count, amount, squares))
	ahead.wins = {key: factors.wins for key, factors in told.factors.items()}
	return ahead


def edges_of(scope: Scope, coming: list[Period]) -> list[int]:
	"""Return the days from today on which the months end, the beginning of the first one before them."""
	begins = max(days_until(scope.today, coming[0].first), 0)
	return [begins, *(days_until(scope.today, period.last) + 1 for period in coming)]


def add_crowd(
	ahead: Ahead,
	history: History,
	whose: tuple[str, str],
	chances: tuple[float, ...],
	sums: tuple[int, float, float],
) -> None:
	"""Add the small deals that stand alike."""
	(stage, owner), (count, amount, squares) = whose, sums
	if count <= 0:
		return
	if not chances:
		ahead.untold += count
		ahead.untold_amount += amount
		return
	ahead.crowds.append(Crowd(max(amount, 0.0), max(squares, 0.0), chances, history.pipeline(stage), owner))
	add_deals(ahead, count, chances)


def add_deals(ahead: Ahead, count: int, chances: tuple[float, ...]) -> None:
	"""Count the deals to be won in each month."""
	for month, chance in enumerate(chances):
		ahead.deals[month] += count * chance


def days_until(today: date, day: date) -> int:
	"""Return the days from today to another day."""
	return (day - today).days


class Chances:
	"""The chances of deals by stage, owner and age, each reckoned once."""

	def __init__(self, history: History, edges: list[int]) -> None:
		"""Take the history, and the days from today on which the spans end; before the first one nothing is asked."""
		self.history, self.edges = history, edges
		self.weeks = edges[-1] // WEEK + 2
		self.factors: dict[tuple[str, str], Factors] = {}
		self._owners: dict[tuple[str, str], tuple[dict[str, Rates], dict[str, Weeks]]] = {}
		self._known: dict[tuple[str, str, int], tuple[float, ...]] = {}

	def of(self, stage: str, owner: str, age: int) -> tuple[float, ...]:
		"""Return the chances of each span, none where there is too little history."""
		if not self.history.told(stage):
			return ()
		key = (stage, owner, age_shown(age * WEEK))
		if key not in self._known:
			rates, wins = self.of_owner(self.history.pipeline(stage), owner)
			weekly = wins_of_open(rates[stage], key[2], wins, self.weeks)
			self._known[key] = tuple(by_days(weekly, self.edges)[1:])
		return self._known[key]

	def of_owner(self, pipeline: str, owner: str) -> tuple[dict[str, Rates], dict[str, Weeks]]:
		"""Return an owner's rates, and from each stage the chances to win by week."""
		key = (pipeline, owner)
		if key not in self._owners:
			self.factors[key] = self.history.factors(pipeline, owner)
			rates = self.history.of_owner(pipeline, self.factors[key])
			self._owners[key] = (rates, wins_by_week(rates, self.weeks))
		return self._owners[key]


def read_groups(scope: Scope) -> dict[tuple[str, str, int], tuple[int, float, float]]:
	"""Return count, amount and sum of the squared amounts of the open deals, by stage, owner and weeks in the stage."""
	deal = frappe.qb.DocType("Deal")
	amount, owner, age = money(scope, deal), Coalesce(deal.deal_owner, ""), age_in_weeks(deal)
	rows = (
		frappe.qb.from_(deal)
		.select(deal.stage, owner, age, Count("*"), Sum(amount), Sum(amount * amount))
		.where(deal_rows(scope, deal))
		.where(deal.status == OPEN)
		.groupby(deal.stage, owner, age)
		.run()
	)
	found: dict[tuple[str, str, int], tuple[int, float, float]] = defaultdict(lambda: (0, 0.0, 0.0))
	for stage, whose, weeks, count, total, squares in rows:
		key = (stage, whose, weeks_shown(weeks))
		before = found[key]
		found[key] = (before[0] + int(count), before[1] + flt(total), before[2] + flt(squares))
	return found


def read_large(scope: Scope) -> list[tuple[str, str, int, float]]:
	"""Return stage, owner, weeks in the stage and amount of the largest open deals."""
	deal = frappe.qb.DocType("Deal")
	amount, owner = money(scope, deal), Coalesce(deal.deal_owner, "")
	rows = (
		frappe.qb.from_(deal)
		.select(deal.stage, owner, age_in_weeks(deal), amount)
		.where(deal_rows(scope, deal))
		.where(deal.status == OPEN)
		.orderby(amount, order=Order.desc)
		.orderby(deal.name)
		.limit(LARGE)
		.run()
	)
	return [(stage, whose, weeks_shown(weeks), flt(value)) for stage, whose, weeks, value in rows]


def age_in_weeks(deal: Any) -> Any:
	"""The whole weeks that a deal has stood in its stage; months of four weeks after the first two, as the rules take them."""
	weeks = Floor(seconds_between(deal.stage_entered_on, now_datetime()) / (SECONDS_IN_DAY * WEEK))
	return (
		Case()
		.when(weeks < FINE_WEEKS, weeks)
		.when(weeks < OLDEST_WEEKS, Floor(weeks / 4) * 4)
		.else_(OLDEST_WEEKS)
	)


def weeks_shown(weeks: Any) -> int:
	"""Return weeks as they are reckoned with: none before the first."""
	return max(int(weeks or 0), 0)


def month_rows(
	scope: Scope, periods: list[Period], found: list[float], around: Range, deals: list[float]
) -> list[dict[str, Any]]:
	"""Return what is shown of each month; one that is over holds what was won alone."""
	won, weighted = read_won(scope, scope.last), read_open(scope)
	past = len(periods) - len(found)
	rows = []
	for number, period in enumerate(periods):
		own = won.get(period.key, {}).get("amount", 0.0)
		open_deals, month = weighted.get(period.key, {}), number - past
		more = (
			(found[month], around.low[month], around.high[month], deals[month]) if month >= 0 else (0.0,) * 4
		)
		rows.append(
			{
				**{"month": period.key, "won": own, "deals": more[3]},
				"by_stage": own + flt(open_deals.get("weighted")),
				**{"expected": own + more[0], "low": own + more[1], "high": own + more[2]},
				"open": flt(open_deals.get("open")),
				"drill": drill(scope, period),
			}
		)
	return rows


def drill(scope: Scope, period: Period) -> dict[str, Any]:
	"""Return the filters behind a month's figures, "" is all of them.

	A range is simulated, so nothing adds up to it: it leads to the deals that were played with.
	"""
	days = between(period.first, period.last)
	deals = {**whole_question(scope), "month": period.key, "show": "Deals"}
	# A month's list is asked for in the whole period: its last day has the rates.
	until = scope.last if period.key else period.last
	weighted = {**whole_question(scope), "to_date": str(until), "month": period.key or DATED}
	return {
		"won": {**scope_filters(scope), "status": WON, "closed_on": days},
		"open": {**scope_filters(scope), "status": OPEN, "expected_close_date": days},
		"by_stage": {**weighted, "figure": "weighted"},
		**dict.fromkeys(("expected", "deals", "low", "high"), deals),
	}


def total_of(scope: Scope, rows: list[dict[str, Any]], around: Range, last: date) -> dict[str, Any]:
	"""Return the total up to a day; its range is that of the sum, which is narrower than the sum of the ranges."""
	total = {key: sum(row[key] for row in rows) for key in ("won", "by_stage", "expected", "open", "deals")}
	total |= {"low": total["won"] + around.total_low, "high": total["won"] + around.total_high}
	return {**total, "drill": drill(scope, Period("", scope.first, last))}
