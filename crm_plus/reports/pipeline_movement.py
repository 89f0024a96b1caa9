"""How the open pipeline of one evening became that of another, from their snapshots. Amounts in the report's currency.

The filters are held against the deals as they stood on each of the two days, the readers' rights against what they are now.
Both days' amounts are turned into the currency at the same rates, so that no movement is one of the exchange.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.terms import SubQuery
from frappe.utils import flt
from pypika import Case, Order
from pypika.functions import Coalesce, Count, Max, Min, NullIf, Sum
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import (
	Scope,
	asked_day,
	midnight,
	narrowed,
	on_days,
	read_scope,
	refuse_hidden_amounts,
)
from crm_plus.rules import periods
from crm_plus.rules.deal_stages import LOST, OPEN, WON
from crm_plus.rules.movements import MOVEMENTS, UNCHANGED, Course, Day, movement
from crm_plus.rules.quoted_text import quoted

SNAPSHOT = "Pipeline Snapshot"
START, END = "Start", "End"
MOST_ROWS = 1000
FACTS = ("then_open", "then_meets", "then_inside", "now_open", "now_meets", "now_inside")
ALL_FACTS = (*FACTS, "direction", "is_later", "is_born", "fate")


@dataclass(frozen=True)
class Window:
	"""What is compared: the days with snapshots (None where there is none), and in which days the deals are to close."""

	then: date | None
	now: date | None
	first: date | None = None
	last: date | None = None


def pipeline_movement(filters: dict[str, Any] | None) -> tuple[Scope, Window, dict[str, dict[str, Any]]]:
	"""Return the scope, the days compared, and by movement (START and END too) the deals and the amount; two queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	refuse_hidden_amounts()
	scope = month_so_far(read_scope(filters), filters)
	window = read_window(scope, filters)
	sums = {name: {"deals": 0, "amount": 0.0} for name in (START, *MOVEMENTS, UNCHANGED, END)}
	if window.then and window.now:
		for row in read_sums(scope, window):
			add(sums, row)
	return scope, window, sums


def month_so_far(scope: Scope, filters: dict[str, Any] | None) -> Scope:
	"""Return the scope with this month up to today as its period, where none was asked for."""
	asked = {key for key in ("from_date", "to_date", "fiscal_year") if (filters or {}).get(key)}
	return scope if asked else replace(scope, first=scope.today.replace(day=1), last=scope.today)


def read_window(scope: Scope, filters: dict[str, Any] | None) -> Window:
	"""Return the nearest days with snapshots up to the period's ends, and the window of close dates."""
	first, last = (asked_day((filters or {}).get(key)) for key in ("closing_from", "closing_to"))
	if first and last and periods.problem(first, last) == "backwards":
		frappe.throw(_("The days of closing end before they begin: choose a later end."))
	snapshot = frappe.qb.DocType(SNAPSHOT)
	found = [
		frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date)).where(snapshot.snapshot_date <= day)
		for day in (scope.first, scope.last)
	]
	then, now = (query.run()[0][0] for query in found)
	return Window(then, now, first, last)


def first_snapshot() -> date | None:
	"""Return the first day that has a snapshot."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	return frappe.qb.from_(snapshot).select(Min(snapshot.snapshot_date)).run()[0][0]


def add(sums: dict[str, dict[str, Any]], row: dict[str, Any]) -> None:
	"""Add deals that share all facts to their movement, and to the two ends."""
	course = course_of(row)
	names = [(movement(course), flt(row["now_amount"]) - flt(row["then_amount"]))]
	names += [(START, flt(row["then_amount"]))] if course.then.counts() else []
	names += [(END, flt(row["now_amount"]))] if course.now.counts() else []
	for name, amount in names:
		sums[name]["deals"] += int(row["deals"])
		sums[name]["amount"] += amount


def course_of(row: dict[str, Any]) -> Course:
	"""Return the facts as the rules take them."""
	return Course(
		then=Day(*(bool(row[f"then_{fact}"]) for fact in ("open", "meets", "inside"))),
		now=Day(*(bool(row[f"now_{fact}"]) for fact in ("open", "meets", "inside"))),
		change=float(row["direction"]),
		later=bool(row["is_later"]),
		born=bool(row["is_born"]),
		fate=row["fate"] or "",
	)


def read_sums(scope: Scope, window: Window) -> list[dict[str, Any]]:
	"""Return count and amounts of the deals that share all facts; one query."""
	each = courses(scope, window).as_("course")
	facts = [each[fact] for fact in ALL_FACTS]
	return (
		frappe.qb.from_(each)
		.select(*facts, Count("*").as_("deals"))
		.select(Sum(each.then_amount).as_("then_amount"), Sum(each.now_amount).as_("now_amount"))
		.groupby(*facts)
		.run(as_dict=True)
	)


def deals_behind(
	filters: dict[str, Any],
) -> tuple[Scope, Window, list[dict[str, Any]], dict[str, Any]]:
	"""Return the deals of the movement that the filter `behind` names, the largest first, and the sums of all of them.

	Raises frappe.ValidationError where there is no such movement.
	"""
	scope, window, sums = pipeline_movement(filters)
	behind = str(filters["behind"])
	if behind not in sums:
		frappe.throw(_("The report knows no movement {0}: choose another one.").format(quoted(behind)))
	if not (window.then and window.now):
		return scope, window, [], sums[behind]
	same = [row for row in read_sums(scope, window) if belongs(course_of(row), behind)]
	rows = read_deals(scope, window, same, behind) if same else []
	return scope, window, rows, sums[behind]


def belongs(course: Course, behind: str) -> bool:
	"""Tell whether deals of a course are behind a figure."""
	if behind in (START, END):
		return (course.then if behind == START else course.now).counts()
	return movement(course) == behind


def read_deals(scope: Scope, window: Window, same: list[dict[str, Any]], behind: str) -> list[dict[str, Any]]:
	"""Return the deals that share one of some sets of facts, those with the largest figure first."""
	each = courses(scope, window).as_("course")
	kinds = [
		Criterion.all(
			each[fact].isnull() if row[fact] is None else each[fact] == row[fact] for fact in ALL_FACTS
		)
		for row in same
	]
	figure = {START: each.then_amount, END: each.now_amount}.get(behind, each.now_amount - each.then_amount)
	rows = (
		frappe.qb.from_(each)
		.select(each.star)
		.where(Criterion.any(kinds))
		.orderby(figure * figure, order=Order.desc)
		.orderby(each.deal)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	signs = {START: (1, 0), END: (0, 1)}.get(behind, (-1, 1))
	return [
		{**row, "amount": flt(row["then_amount"]) * signs[0] + flt(row["now_amount"]) * signs[1]}
		for row in rows
	]


def courses(scope: Scope, window: Window) -> QueryBuilder:
	"""Each deal that counts on one of the two days, with the facts that say how it moved the pipeline."""
	each, deal = two_days(scope, window).as_("each"), frappe.qb.DocType("Deal").as_("deal_now")
	then, now = (counts(each, side) for side in ("then", "now"))
	later = Case().when(each.then_close.isnull(), 0).when(each.now_close.isnull(), 1)
	later = later.when(each.now_close > each.then_close, 1).else_(0)
	grown = Case().when(each.now_amount > each.then_amount, 1).when(each.now_amount < each.then_amount, -1)
	left = then & (each.now_open == 0)
	return (
		frappe.qb.from_(each)
		.left_join(deal)
		.on(deal.name == each.deal)
		.select(each.star, deal.title, deal.status, deal.deal_owner)
		.select(Case().when(then & now, grown.else_(0)).else_(0).as_("direction"))
		.select(later.as_("is_later"))
		.select(Case().when(deal.creation >= midnight(day_after(window.then)), 1).else_(0).as_("is_born"))
		.select(Case().when(left, fate(each, deal, window)).else_("").as_("fate"))
		.where(then | now)
	)


def two_days(scope: Scope, window: Window) -> QueryBuilder:
	"""Each deal that was open on one of the two days, with how it stood on both."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	meets, inside = narrowed(scope, snapshot), closes_inside(window, snapshot)
	query = frappe.qb.from_(snapshot)
	readable = rows_for_readers("Deal")
	if not isinstance(readable, EmptyCriterion):
		deal = frappe.qb.DocType("Deal")
		query = query.join(deal).on(deal.name == snapshot.deal).where(readable)
	query = query.select(snapshot.deal.as_("deal")).where(
		snapshot.snapshot_date.isin([window.then, window.now])
	)
	for side, day in (("then", window.then), ("now", window.now)):
		that = snapshot.snapshot_date == day
		met, within = both(that, meets), both(that, inside)
		query = query.select(
			Max(Case().when(that, 1).else_(0)).as_(f"{side}_open"),
			Max(Case().when(met, 1).else_(0)).as_(f"{side}_meets"),
			Max(Case().when(within, 1).else_(0)).as_(f"{side}_inside"),
			Max(Case().when(that, snapshot.expected_close_date)).as_(f"{side}_close"),
			Max(Case().when(that, snapshot.stage)).as_(f"{side}_stage"),
			Sum(Case().when(both(met, inside), money(scope, snapshot)).else_(0)).as_(f"{side}_amount"),
		)
	return query.groupby(snapshot.deal)


def both(one: Criterion, other: Criterion) -> Criterion:
	"""Return a condition with another one, which may be none."""
	return one if isinstance(other, EmptyCriterion) else one & other


def closes_inside(window: Window, snapshot: Any) -> Criterion:
	"""The condition that a deal is to close in the window, none where none is chosen."""
	if not (window.first or window.last):
		return EmptyCriterion()
	return on_days(snapshot.expected_close_date, window.first or date.min, window.last or date(9999, 12, 30))


def counts(each: Selectable, side: str) -> Criterion:
	"""The condition that a deal counts on a day."""
	return (each[f"{side}_open"] == 1) & (each[f"{side}_meets"] == 1) & (each[f"{side}_inside"] == 1)


def day_after(day: date | None) -> date:
	"""Return the next day."""
	return (day or date.min) + timedelta(days=1)


def fate(each: Selectable, deal: Any, window: Window) -> Term:
	"""The outcome of the stage in which a deal stood at the end of the second day; as it is now where that tells none."""
	move, stage = frappe.qb.DocType("Stage Change"), frappe.qb.DocType("Pipeline Stage")
	stood = (
		frappe.qb.from_(move)
		.join(stage)
		.on(stage.name == move.to_stage)
		.select(stage.outcome)
		.where((move.reference_doctype == "Deal") & (move.reference_name == each.deal))
		.where(move.changed_on < midnight(day_after(window.now)))
		.orderby(move.changed_on, order=Order.desc)
		.orderby(move.creation, order=Order.desc)
		.limit(1)
	)
	closed = Case().when(deal.status.isin([WON, LOST]), deal.status).else_("")
	return Case().when(deal.name.isnull(), "").else_(Coalesce(NullIf(SubQuery(stood), OPEN), closed))
