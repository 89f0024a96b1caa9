"""Open deals that stay too long in their stage, and those whose close date keeps moving. Amounts in the report's currency.

How often and how far a close date moved comes from the nightly snapshots, so it is by the day: what moved and came back
within one day did not move.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import cint, flt
from pypika import Case, CustomFunction
from pypika.functions import Coalesce, Count, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from crm_plus.reports.board import load_stages
from crm_plus.reports.board_conditions import is_rotten
from crm_plus.reports.own_fields import own_fields
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_groups import group_term, one_group
from crm_plus.reports.report_money import money
from crm_plus.reports.report_parts import full_names, is_chart_only
from crm_plus.reports.report_scope import Scope, deal_rows, read_scope
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.quoted_text import quoted

if TYPE_CHECKING:
	from pypika.terms import Term

SHOW = ("Rotten or Slipping", "Rotten", "Slipping")
SNAPSHOT = "Pipeline Snapshot"
# How many rows are shown unless the reader asks for more, and how many he may ask for; the sums are of all.
USUAL_ROWS, MOST_ROWS = 500, 10_000
# A close date that moved more often counts as so often in the chart.
OFTEN = 5
DAYS_BETWEEN = CustomFunction("DATEDIFF", ["end", "start"])
SUMS = ("deals", "amount", "later", "days")
LEAST = CustomFunction("LEAST", ["one", "other"])


@dataclass
class Totals:
	"""The sums of all deals that the filters show; `by_moves` counts the slipping ones by how often, up to OFTEN."""

	by_moves: dict[int, int]
	deals: int = 0
	amount: float = 0.0
	rotten: int = 0
	rotten_amount: float = 0.0
	slipping: int = 0
	slipping_amount: float = 0.0
	later: int = 0
	later_days: int = 0


def rotten_deals(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]], Totals]:
	"""Return the scope, the largest of the deals (none for a chart), and the totals of all of them; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	chosen = dict(filters or {})
	show = chosen.get("show") or SHOW[0]
	if show not in SHOW:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(show)))
	scope, most = read_scope(chosen), how_many(chosen.get("rows"))
	narrower = {key: str(chosen[key]) for key in ("stage", "campaign", "behind") if chosen.get(key)}
	shown = Shown(scope, show, narrower)
	rows = [] if is_chart_only(chosen) else shown.rows(most)
	names = full_names(row["deal_owner"] for row in rows)
	return scope, [as_row(scope, row, names) for row in rows], shown.totals()


def how_many(given: Any) -> int:
	"""Return how many rows to show. Raises frappe.ValidationError for a number that cannot be meant."""
	if given in (None, ""):
		return USUAL_ROWS
	if not 1 <= cint(given) <= MOST_ROWS:
		frappe.throw(_("The report shows 1 to {0} rows: choose another number.").format(MOST_ROWS))
	return cint(given)


def as_row(scope: Scope, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
	"""Return what is shown of a deal; days are the calendar's."""
	days = (scope.today - row["stage_entered_on"].date()).days if row["stage_entered_on"] else None
	over = days - row["rots_after_days"] if row["rotten"] and days is not None else None
	first, now = row["first_close_date"], row["expected_close_date"]
	return {
		**{key: row[key] for key in ("name", "title", "stage_name", "customer", "next_follow_up_on")},
		**{"amount": flt(row["amount"]), "days": days, "over": over, "moves": int(row["moves"])},
		**{"first_close_date": first, "expected_close_date": now, "rotten": int(row["rotten"])},
		"moved_days": (now - first).days if row["moves"] and first and now else None,
		"owner_name": names.get(row["deal_owner"], row["deal_owner"]),
	}


class Shown:
	"""The open deals that the filters show, with what their newest snapshot knows of their close dates."""

	def __init__(self, scope: Scope, show: str, narrowed: dict[str, Any]) -> None:
		self.scope, self.show, self.narrowed, self.newest = scope, show, narrowed, newest_day()
		self.deal, self.then = frappe.qb.DocType("Deal"), frappe.qb.DocType(SNAPSHOT)
		stages = [one for one in load_stages(scope.pipeline or None) if one.outcome == OPEN]
		has_moved = Case().when(self.then.expected_close_date != self.deal.expected_close_date, 1).else_(0)
		self.moves: Term = Coalesce(self.then.close_date_moves, 0) + has_moved
		rotten, slips = is_rotten(self.deal, stages), self.moves > 0
		self.rotten: Term = Case().when(rotten, 1).else_(0)
		self.condition = {SHOW[0]: rotten | slips, SHOW[1]: rotten, SHOW[2]: slips}[show]

	def queries(self) -> list[QueryBuilder]:
		"""The deals, each in one of the queries: where the slipping alone are shown, in those of the deals that may slip.

		Else in one along the index of the open ones, where no filter asks for more than it holds.
		"""
		deal, then = self.deal, self.then
		if self.show == SHOW[2]:
			return [self.narrow(query) for query in (self.had_moved(), self.may_have_moved())]
		query = frappe.qb.from_(deal)
		if self.narrowed.keys() <= {"stage"}:
			query = along(query, "Deal", "report_open")
		query = query.left_join(then).on((then.deal == deal.name) & (then.snapshot_date == self.newest))
		return [self.narrow(query).where(self.condition)]

	def narrow(self, query: QueryBuilder) -> QueryBuilder:
		"""Return a query of the open deals that the filters show."""
		for fieldname, value in self.narrowed.items():
			is_own = fieldname == "behind"
			query = query.where(of_own_field(self.deal, value) if is_own else self.deal[fieldname] == value)
		return query.where(deal_rows(self.scope, self.deal)).where(self.deal.status == OPEN)

	def had_moved(self) -> QueryBuilder:
		"""The deals whose close date had moved by the newest snapshot; its index has all that is known of that."""
		deal, then = self.deal, self.then
		query = along(frappe.qb.from_(then).modifier("STRAIGHT_JOIN"), SNAPSHOT, "day_moved_dates")
		query = query.join(deal).on(deal.name == then.deal)
		return query.where((then.snapshot_date == self.newest) & (then.close_date_moves > 0))

	def may_have_moved(self) -> QueryBuilder:
		"""Of the others those that were changed since the newest snapshot's day began and have another close date now.

		All others are as that snapshot has them. The day's snapshot is taken in the night after it: half a day of changes is
		held against it that it knows already.
		"""
		deal, then = self.deal, self.then
		query = along(frappe.qb.from_(deal).modifier("STRAIGHT_JOIN"), "Deal", "status_modified")
		query = query.join(then).on((then.deal == deal.name) & (then.snapshot_date == self.newest))
		has_not = Coalesce(then.close_date_moves, 0) <= 0
		return query.where((deal.modified >= self.newest) & has_not & (self.moves > 0))

	def rows(self, most: int) -> list[dict[str, Any]]:
		"""Return the largest of the deals; only of these the words are looked up."""
		deal = self.deal
		few, stage, profile = (
			reduce(mul, (self.largest(query, most) for query in self.queries())).as_("largest"),
			frappe.qb.DocType("Pipeline Stage"),
			frappe.qb.DocType("Customer Profile"),
		)
		return (
			frappe.qb.from_(few)
			.join(deal)
			.on(deal.name == few.name)
			.left_join(stage)
			.on(stage.name == deal.stage)
			.left_join(profile)
			.on(profile.name == deal.customer_profile)
			.select(few.star, deal.title, deal.deal_owner, deal.stage_entered_on, deal.expected_close_date)
			.select(deal.next_follow_up_on, stage.stage_name, stage.rots_after_days)
			.select(profile.full_name.as_("customer"), money(self.scope, deal).as_("amount"))
			.orderby(deal.base_amount, order=frappe.qb.desc)
			.orderby(deal.name)
			.limit(most)
			.run(as_dict=True)
		)

	def largest(self, query: QueryBuilder, most: int) -> QueryBuilder:
		"""The largest deals of a query, with what is known of them by their snapshot and stage."""
		deal = self.deal
		rows = query.select(
			deal.name, self.then.first_close_date, self.moves.as_("moves"), self.rotten.as_("rotten")
		)
		rows = rows.orderby(deal.base_amount, order=frappe.qb.desc).orderby(deal.name).limit(most)
		return frappe.qb.from_(rows.as_("rows_of_one")).select("*")

	def totals(self) -> Totals:
		"""Return the sums of all deals, not of those shown alone; one query."""
		each = reduce(mul, (self.sums(query) for query in self.queries())).as_("each")
		query = frappe.qb.from_(each).groupby(each.rotten, each.times).select(each.rotten, each.times)
		rows = query.select(*(Sum(each[name]).as_(name) for name in SUMS)).run(as_dict=True)
		rotten, slipping = [row for row in rows if row["rotten"]], [row for row in rows if row["times"]]
		return Totals(
			by_moves={
				int(number): number_of(row for row in slipping if row["times"] == number)
				for number in sorted({row["times"] for row in slipping})
			},
			deals=number_of(rows),
			amount=sum(flt(row["amount"]) for row in rows),
			rotten=number_of(rotten),
			rotten_amount=sum(flt(row["amount"]) for row in rotten),
			slipping=number_of(slipping),
			slipping_amount=sum(flt(row["amount"]) for row in slipping),
			later=number_of(slipping, "later"),
			later_days=number_of(slipping, "days"),
		)

	def sums(self, query: QueryBuilder) -> QueryBuilder:
		"""What a query's deals add up to, by whether they are rotten and how often their close date moved.

		How much later they are to close means something of those that moved alone.
		"""
		now, first = self.deal.expected_close_date, self.then.first_close_date
		times = LEAST(self.moves, OFTEN)
		query = query.select(self.rotten.as_("rotten"), times.as_("times"), Count("*").as_("deals"))
		query = query.select(
			Sum(money(self.scope, self.deal)).as_("amount"),
			Count(Case().when(now > first, 1)).as_("later"),
			Sum(Case().when(now > first, DAYS_BETWEEN(now, first))).as_("days"),
		)
		return query.groupby(self.rotten, times)


def number_of(rows: Iterable[dict[str, Any]], name: str = "deals") -> int:
	"""Return how many deals, or of what else, some groups have together."""
	return int(sum(row[name] or 0 for row in rows))


def of_own_field(deal: Any, behind: Any) -> Criterion | None:
	"""The deals of one value of an administrator's own field. Raises frappe.ValidationError where there is no such field."""
	return one_group(str(behind), {group: group_term(group, deal) for group in own_fields()})


def newest_day() -> Any:
	"""Return the day of the newest snapshot; None where there is none, which no row has."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	return frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date)).run()[0][0]
