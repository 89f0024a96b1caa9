"""How long customers wait for an answer: from what came in to the first that went out to the same customer afterwards.

What came in waits where nobody talked to the customer at once: a message, or a call that nobody took. A conversation has
a duration and waits for nothing. When it was answered is a fact of what came in: who may read that may know it. The
waiting counts on the person whose interaction it is. Times are the site's; seconds are of working days.
"""

from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, now_datetime
from pypika import Order
from pypika import analytics as over
from pypika.functions import Count
from pypika.terms import Criterion

from crm_plus.access.teams import all_teams
from crm_plus.reports.report_groups import chosen_group
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import read_scope
from crm_plus.reports.waiting import (
	ALL,
	COUNTS,
	INTERACTION,
	NOBODY,
	PLACES,
	Question,
	group_term,
	is_so,
	read_sums,
	timed_rows,
	waiting_rows,
)
from crm_plus.reports.working_time import closed_days
from crm_plus.rules.forecast import percent
from crm_plus.rules.quoted_text import quoted
from crm_plus.rules.response_time import OUTCOME, OUTCOMES, SECONDS_IN_HOUR, target_seconds

GROUPS = ("Person", "Team", "Type", "Hour")
USUAL_TARGET_HOURS = 24
MOST_ROWS = 5000
SHOWN = ("name", "subject", "customer_profile", "interaction_owner", "interaction_type")


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


def count_waiting(filters: dict[str, Any] | None) -> int:
	"""Return how many messages wait for an answer, without a look at how long. Raises as `response_time` does."""
	table = frappe.qb.DocType(INTERACTION)
	waiting = waiting_rows(read_question(filters), None).where(table.answered_on.isnull()).as_("waiting")
	return int(frappe.qb.from_(waiting).select(Count("*")).run()[0][0])


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
