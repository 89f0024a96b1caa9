"""The messages that wait for an answer, each with how long it took or takes: the rows that Response Time adds up.

The database tells groups by numbers: words would make its rows too wide for its memory, and are compared slowly.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zlib import crc32

import frappe
from pypika import Case, CustomFunction, Order
from pypika import analytics as over
from pypika.functions import Cast, Coalesce, Count, Extract, Max, NullIf
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term, ValueWrapper

from crm_plus.reports.report_functions import along
from crm_plus.reports.report_scope import Scope, on_days
from crm_plus.reports.team_activity import people_of, rows_of
from crm_plus.reports.working_time import working_seconds
from crm_plus.rules.interactions import DONE, INCOMING, NO_SHOW
from crm_plus.rules.response_time import OUTCOME, OUTCOMES

# All together, which nobody can choose: the report has them as its total.
ALL = ""
INTERACTION = "Interaction"
NOBODY = "-"
COUNTS = ("incoming", *OUTCOMES)
PLACES = ("lower", "upper", "p90")
CHECKSUM = CustomFunction("CRC32", ["text"])


@dataclass(frozen=True)
class Question:
	"""What the reader asks: the scope, the target in seconds, the days that do not count, and one kind of interactions."""

	scope: Scope
	group: str
	target: int
	now: datetime
	kind: str = ""
	closed: list[date] = field(default_factory=list)
	teams: tuple[tuple[str, tuple[str, ...]], ...] = ()


def group_term(question: Question, table: Any, group: str) -> Term:
	"""The expression of a group."""
	if group == "Hour":
		return Extract("HOUR", table.starts_on)
	if group in ("Team", ALL):
		case = Case()
		for name, people in question.teams:
			case = case.when(table.interaction_owner.isin(people), name)
		return case.else_(NOBODY) if question.teams else ValueWrapper(NOBODY)
	return NullIf(table.interaction_owner if group == "Person" else table.interaction_type, "")


def waiting_rows(question: Question, own: Criterion | None) -> QueryBuilder:
	"""What came in and could not be answered at once, each with when it was answered."""
	table, scope = frappe.qb.DocType(INTERACTION), question.scope
	missed = table.status.isin((DONE, NO_SHOW)) & (Coalesce(table.duration, 0) == 0)
	query = (
		along(frappe.qb.from_(table), INTERACTION, "came_report")
		.select(table.starts_on, table.answered_on)
		.where(rows_of(scope, INTERACTION, "interaction_owner"))
		.where((table.direction == INCOMING) & missed & (table.customer_profile > ""))
		.where(on_days(table.starts_on, scope.first, scope.last) & (table.starts_on <= question.now))
	)
	if question.kind:
		query = query.where(table.interaction_type == question.kind)
	return query.where(own) if own is not None else query


def timed_rows(question: Question, own: Criterion | None, shown: tuple[str, ...] = ()) -> QueryBuilder:
	"""The same with the seconds until the answer, or until now, and the columns to show."""
	table = frappe.qb.DocType(INTERACTION)
	# As a time: the database would compare texts, and turn each into a time again.
	until = Coalesce(table.answered_on, Cast(question.now, "DATETIME(6)"))
	return waiting_rows(question, own).select(
		*(table[name] for name in shown),
		Case().when(table.answered_on.isnull(), 0).else_(1).as_("answered"),
		working_seconds(table.starts_on, until, question.closed).as_("seconds"),
	)


def read_sums(question: Question, own: Criterion | None) -> list[dict[str, Any]]:
	"""Return the counts of each group, and which seconds stand in the middle and at nine tenths, in it and in all.

	Where the numbers of groups do not tell their words apart, or a word turns up that nobody expected, words are taken.
	"""
	number, words = numbered(question)
	if words is not None:
		rows = _sums(question, own, number)
		if all(row["value"] in words for row in rows):
			return [{**row, "value": words[row["value"]]} for row in rows]
	return _sums(question, own, group_term(question, frappe.qb.DocType(INTERACTION), question.group))


def numbered(question: Question) -> tuple[Term, dict[int, Any] | None]:
	"""Return the number of a row's group as an expression, and each number's word; None where two words have one number."""
	table = frappe.qb.DocType(INTERACTION)
	if question.group == "Hour":
		return Extract("HOUR", table.starts_on), {hour: hour for hour in range(24)}
	if question.group in ("Team", ALL):
		return team_number(question, table), dict(
			enumerate((NOBODY, *(name for name, _who in question.teams)))
		)
	people = question.group == "Person"
	words = set(
		people_of(question.scope, INTERACTION, "interaction_owner")
		if people
		else frappe.get_all("Interaction Type", pluck="name")
	)
	words -= {None, ""}
	word_of: dict[int, Any] = {crc32(word.encode()): word for word in words}
	number = Coalesce(CHECKSUM(table.interaction_owner if people else table.interaction_type), 0)
	return number, {**word_of, 0: None} if len(word_of) == len(words) and 0 not in word_of else None


def team_number(question: Question, table: Any) -> Term:
	"""The place of the team that a row counts in, from 1 on; 0 for none."""
	case = Case()
	for place, (_name, people) in enumerate(question.teams, 1):
		case = case.when(table.interaction_owner.isin(people), place)
	return case.else_(0) if question.teams else ValueWrapper(0)


def _sums(question: Question, own: Criterion | None, group: Term) -> list[dict[str, Any]]:
	timed = timed_rows(question, own).select(group.as_("value")).as_("timed")
	placed = frappe.qb.from_(timed).select(timed.value, timed.answered, timed.seconds)
	names = ("_of_all",) if question.group == ALL else ("", "_of_all")
	for name in names:
		# The value first: the other way round MariaDB 10.11 numbers all rows in a wrong order, as tests see.
		parts = (timed.answered,) if name else (timed.value, timed.answered)
		number = over.RowNumber().over(*parts).orderby(timed.seconds, order=Order.asc)
		placed = placed.select(number.as_(f"place{name}"))
		placed = placed.select(over.Count("*").over(*parts).as_(f"count{name}"))
	row = placed.as_("placed")
	query = frappe.qb.from_(row).select(row.value, Count("*").as_("incoming"))
	for outcome in OUTCOMES:
		so = Case().when(is_so(row, outcome, question.target), 1)
		query = query.select(Count(so).as_(outcome))
	for name in names:
		for key, is_there in places(row[f"place{name}"], row[f"count{name}"]).items():
			at = Case().when((row.answered == 1) & is_there, row.seconds)
			query = query.select(Max(at).as_(f"{key}{name}"))
	waited = Max(Case().when(row.answered == 0, row.seconds))
	return query.select(waited.as_("waited")).groupby(row.value).run(as_dict=True)


def places(place: Term, count: Term) -> dict[str, Criterion]:
	"""The conditions that a row stands in the middle of so many, or at nine tenths; in whole numbers, for each row is asked."""
	return {
		"lower": (place * 2 >= count) & (place * 2 <= count + 1),
		"upper": (place * 2 > count) & (place * 2 <= count + 2),
		"p90": (place * 10 >= count * 9) & (place * 10 < count * 9 + 10),
	}


def is_so(row: Any, outcome: str, target: int) -> Criterion:
	"""The condition that an interaction came out so."""
	in_time = row.seconds <= target
	return {
		OUTCOME.in_time: (row.answered == 1) & in_time,
		OUTCOME.late: row.seconds > target,
		OUTCOME.ahead: (row.answered == 0) & in_time,
		OUTCOME.answered: row.answered == 1,
		OUTCOME.waiting: row.answered == 0,
	}[outcome]
