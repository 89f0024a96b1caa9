"""How long customers wait for an answer: from what came in to the first that went out to the same customer afterwards.

What came in waits where nobody talked to the customer at once: a message, or a call that nobody took. A conversation has
a duration and waits for nothing. When it was answered is a fact of what came in: who may read that may know it. The
waiting counts on the person whose interaction it is. Times are the site's; seconds are of working days.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, now_datetime
from pypika import Case, CustomFunction, Order
from pypika import analytics as over
from pypika.functions import Coalesce, Count, Extract, Floor, Max, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term, ValueWrapper

from crm_plus.access.teams import all_teams
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_groups import chosen_group
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, on_days, read_scope
from crm_plus.reports.team_activity import rows_of
from crm_plus.reports.working_time import closed_days, working_seconds
from crm_plus.rules.forecast import percent
from crm_plus.rules.interactions import DONE, INCOMING, NO_SHOW
from crm_plus.rules.quoted_text import quoted
from crm_plus.rules.response_time import OUTCOME, OUTCOMES, SECONDS_IN_HOUR, target_seconds

GROUPS = ("Person", "Team", "Type", "Hour")
# All together, which nobody can choose: the report has them as its total.
ALL = ""
INTERACTION = "Interaction"
USUAL_TARGET_HOURS = 24
MOST_ROWS = 5000
NOBODY = "-"
COUNTS = ("incoming", *OUTCOMES)
PLACES = ("lower", "upper", "p90")
CEIL = CustomFunction("CEIL", ["number"])
SHOWN = ("name", "subject", "customer_profile", "interaction_owner", "interaction_type")


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


def read_question(filters: dict[str, Any] | None) -> Question:
	"""Return what is asked, checked. Raises frappe.ValidationError, in one sentence, for what cannot be meant."""
	chosen = dict(filters or {})
	scope, group = read_scope(filters), chosen_group(filters, GROUPS)
	target = target_seconds(flt(chosen.get("target") or USUAL_TARGET_HOURS))
	if target is None:
		frappe.throw(_("The target needs hours above 0, a year of them at most."))
	kind = str(chosen.get("interaction_type") or "")
	if kind and not frappe.db.exists("Interaction Type", kind):
		frappe.throw(
			_("There is no {0} {1}: choose another one.").format(_("Interaction Type"), quoted(kind))
		)
	company = scope.company or frappe.defaults.get_user_default("Company") or ""
	closed = [] if cint(chosen.get("every_day")) else closed_days(company, scope.first, scope.today)
	teams = first_teams() if group == "Team" or str(chosen.get("behind") or "").startswith("Team=") else ()
	return Question(scope, group, target, now_datetime(), kind, closed, teams)


def first_teams() -> tuple[tuple[str, tuple[str, ...]], ...]:
	"""Return each team with the people who count in it: everybody in one, the first of the tree that he is in."""
	found, counted = [], set()
	for team in sorted(all_teams(), key=lambda team: team.lft):
		people = tuple(sorted(set(team.members) - counted))
		counted.update(people)
		if people:
			found.append((team.name, people))
	return tuple(found)


def response_time(
	filters: dict[str, Any] | None,
) -> tuple[Question, list[dict[str, Any]], dict[str, Any]]:
	"""Return what was asked, a row a group, and the total; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no interaction.
	"""
	question = read_question(filters)
	found = [
		{**row, "value": row["value"] if row["value"] not in (None, "") else NOBODY}
		for row in read_sums(question, one_group(str((filters or {}).get("behind") or ""), question))
	]
	labels = group_labels(question.group, [row["value"] for row in found])
	rows = [
		{
			**shown(row),
			**{"group": labels[row["value"]], "value": row["value"]},
			"drill": drill(question, f"{question.group}={row['value']}"),
		}
		for row in in_order(question.group, found)
	]
	return question, rows, {**shown(sums_of_all(found)), "drill": drill(question, "")}


def response_totals(filters: dict[str, Any] | None) -> dict[str, Any]:
	"""Return the total alone, without asking whose each message was; raises as `response_time`."""
	return shown(sums_of_all(read_sums(replace(read_question(filters), group=ALL), None)))


def sums_of_all(found: list[dict[str, Any]]) -> dict[str, Any]:
	"""Return the sums of all groups together, nothing of none."""
	total = {key: sum(cint(row[key]) for row in found) for key in COUNTS}
	whole = {key: most(row[f"{key}_of_all"] for row in found) for key in PLACES}
	return {**total, **whole, "waited": most(row["waited"] for row in found)}


def most(values: Any) -> Any:
	"""Return the largest of values, None where there is none."""
	return max((value for value in values if value is not None), default=None)


def in_order(group: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Return hours as they pass, any other group by what came in."""
	if group == "Hour":
		return sorted(rows, key=lambda row: int(row["value"]))
	return sorted(rows, key=lambda row: (-row["incoming"], str(row["value"])))


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums; the share in time is of what was answered or should have been by now."""
	counts = {key: cint(sums[key]) for key in COUNTS}
	lower, upper = sums["lower"], sums["upper"]
	return {
		**counts,
		"median": None if lower is None else (flt(lower) + flt(upper)) / 2 / SECONDS_IN_HOUR,
		"p90": None if sums["p90"] is None else flt(sums["p90"]) / SECONDS_IN_HOUR,
		"share": percent(counts[OUTCOME.in_time], counts[OUTCOME.in_time] + counts[OUTCOME.late]),
		"longest": None if sums["waited"] is None else flt(sums["waited"]) / SECONDS_IN_HOUR,
	}


def drill(question: Question, behind: str) -> dict[str, Any]:
	"""Return the filters by which this report lists the interactions behind each count."""
	scope = question.scope
	kept = {key: getattr(scope, key) for key in ("company", "owner", "team")}
	filters = {
		**{key: value for key, value in kept.items() if value},
		**{"from_date": str(scope.first), "to_date": str(scope.last)},
		**{"target": question.target / SECONDS_IN_HOUR, "every_day": int(not question.closed)},
		**({"interaction_type": question.kind} if question.kind else {}),
		"behind": behind,
	}
	of = {one: {**filters, "show": one} for one in ("All", *OUTCOMES)}
	answered, waiting = of[OUTCOME.answered], of[OUTCOME.waiting]
	return {
		**{"incoming": of["All"], "share": of["All"], **{one: of[one] for one in OUTCOMES}},
		**{"median": answered, "p90": answered, "longest": waiting},
	}


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


def group_labels(group: str, values: list[Any]) -> dict[Any, str]:
	"""Return the words for each group, in one query at most."""
	names = full_names(values) if group == "Person" else {}
	hours = {value: f"{int(value):02}:00" for value in values} if group == "Hour" else {}
	kinds = {value: _(value) for value in values} if group == "Type" else {}
	return {
		value: _("None") if value == NOBODY else {**names, **hours, **kinds}.get(value) or str(value)
		for value in values
	}


def one_group(behind: str, question: Question) -> Criterion | None:
	"""The condition of the one group that is looked behind. Raises frappe.ValidationError where it is none."""
	if not behind:
		return None
	group, _equals, value = behind.partition("=")
	if group not in GROUPS or not value or (group == "Hour" and not value.isdecimal()):
		frappe.throw(_("The report has no group {0}: choose another one.").format(quoted(behind)))
	term = group_term(question, frappe.qb.DocType(INTERACTION), group)
	if group == "Hour":
		return term == cint(value)
	return term.isnull() if value == NOBODY and group != "Team" else term == value


def waiting_rows(question: Question, own: Criterion | None) -> QueryBuilder:
	"""What came in and could not be answered at once, each with when it was answered."""
	table, scope = frappe.qb.DocType(INTERACTION), question.scope
	missed = table.status.isin((DONE, NO_SHOW)) & (Coalesce(table.duration, 0) == 0)
	query = (
		along(frappe.qb.from_(table), INTERACTION, "done_report")
		.select(table.starts_on, table.answered_on)
		.select(group_term(question, table, question.group).as_("value"))
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
	until = Coalesce(table.answered_on, question.now)
	return waiting_rows(question, own).select(
		*(table[name] for name in shown),
		Case().when(table.answered_on.isnull(), 0).else_(1).as_("answered"),
		working_seconds(table.starts_on, until, question.closed).as_("seconds"),
	)


def read_sums(question: Question, own: Criterion | None) -> list[dict[str, Any]]:
	"""Return the counts of each group, and which seconds stand in the middle and at nine tenths, in it and in all."""
	timed = timed_rows(question, own).as_("timed")
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
		query = query.select(Sum(Case().when(is_so(row, outcome, question.target), 1).else_(0)).as_(outcome))
	for name in names:
		place, count = row[f"place{name}"], row[f"count{name}"]
		wanted_places = (Floor((count + 1) / 2), Floor(count / 2) + 1, CEIL(count * 9 / 10))
		for key, wanted in zip(PLACES, wanted_places, strict=True):
			at = (row.answered == 1) & (place == wanted)
			query = query.select(Max(Case().when(at, row.seconds)).as_(f"{key}{name}"))
	waited = Max(Case().when(row.answered == 0, row.seconds))
	return query.select(waited.as_("waited")).groupby(row.value).run(as_dict=True)


def count_waiting(filters: dict[str, Any] | None) -> int:
	"""Return how many messages wait for an answer, without a look at how long. Raises as `response_time` does."""
	table = frappe.qb.DocType(INTERACTION)
	waiting = waiting_rows(read_question(filters), None).where(table.answered_on.isnull()).as_("waiting")
	return int(frappe.qb.from_(waiting).select(Count("*")).run()[0][0])


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


def interactions_behind(filters: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
	"""Return the interactions that came out as the filter `show` says, those that waited longest first, and how many there are.

	Raises frappe.ValidationError where it says nothing known.
	"""
	outcome = str(filters["show"])
	if outcome not in (*OUTCOMES, "All"):
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(outcome)))
	question = read_question(filters)
	behind = one_group(str(filters.get("behind") or ""), question)
	timed = timed_rows(question, behind, SHOWN).as_("timed")
	query = frappe.qb.from_(timed)
	if outcome != "All":
		query = query.where(is_so(timed, outcome, question.target))
	rows = (
		query.select(timed.star, over.Count("*").over().as_("count"))
		.orderby(timed.seconds, order=Order.desc)
		.orderby(timed.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	return [{**row, "hours": flt(row["seconds"]) / SECONDS_IN_HOUR} for row in rows], rows[
		0
	].count if rows else 0
