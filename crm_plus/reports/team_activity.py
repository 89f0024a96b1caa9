"""What people did: interactions by person and kind, whom they reached, how long it took, and the follow-ups they finished."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case
from pypika.functions import Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.digests import different_by
from crm_plus.reports.report_functions import along, summed_by
from crm_plus.reports.report_parts import full_names, is_chart_only
from crm_plus.reports.report_scope import Scope, between, on_days, read_scope

DONE = "Done"
SUMS = ("interactions", "incoming", "outgoing", "seconds")
SECONDS_IN_HOUR = 3600


def team_activity(
	filters: dict[str, Any] | None,
) -> tuple[Scope, list[str], list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the kinds of interactions there were, a row a person, and the total; a fixed number of queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read none.
	"""
	scope = read_scope(filters)
	people: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(float))
	kinds = set()
	drawn = is_chart_only(filters)
	for row in read_interactions(scope, drawn=drawn):
		kinds.add(row["interaction_type"])
		sums = people[row["interaction_owner"] or ""]
		sums[row["interaction_type"]] += row["interactions"]
		for key in SUMS:
			sums[key] += flt(row.get(key))
	for who, customers in ({} if drawn else read_customers(scope, list(people))).items():
		people[who]["customers"] = customers
	for owner, done in read_follow_ups(scope):
		people[owner or ""]["follow_ups"] = done
	names = full_names(people)
	ordered = sorted(people, key=lambda who: (-people[who]["interactions"], who))
	rows = [
		{
			**shown(people[who], kinds),
			"owner": who,
			"name": names.get(who, who),
			"drill": {} if drawn else drill(scope, who, kinds),
		}
		for who in ordered
	]
	keys = (*SUMS, *kinds, "follow_ups")
	total = shown({key: sum(people[who][key] for who in people) for key in keys}, kinds)
	behind = drill(scope, None, kinds)
	del behind["customers"]
	return scope, sorted(kinds), rows, {**total, "customers": None, "drill": behind}


def shown(sums: dict[str, Any], kinds: set[str]) -> dict[str, Any]:
	"""Return what is shown of sums: whole counts, and hours."""
	counts = ("interactions", "incoming", "outgoing", "customers", "follow_ups", *kinds)
	return {
		**{key: int(sums.get(key) or 0) for key in counts},
		"hours": flt(sums.get("seconds")) / SECONDS_IN_HOUR,
	}


def drill(scope: Scope, owner: str | None, kinds: set[str]) -> dict[str, Any]:
	"""Return the list filters behind each figure of a person, "" for nobody, or of all whom the filters name."""
	behind = {
		**{"status": DONE, **of_person(scope, "interaction_owner", owner)},
		"starts_on": between(scope.first, scope.last),
	}
	finished = {
		**{"status": DONE, **of_person(scope, "assigned_to", owner)},
		"completed_on": between(scope.first, scope.last),
	}
	return {
		**dict.fromkeys(("interactions", "customers", "hours"), behind),
		"incoming": {**behind, "direction": "Incoming"},
		"outgoing": {**behind, "direction": "Outgoing"},
		**{kind: {**behind, "interaction_type": kind} for kind in kinds},
		"follow_ups": finished,
	}


def of_person(scope: Scope, fieldname: str, owner: str | None) -> dict[str, Any]:
	"""Return the list filter for a person, "" for nobody, or for all whom the filters name."""
	if owner is None:
		return {} if scope.owners is None else {fieldname: ["in", list(scope.owners) or [""]]}
	return {fieldname: owner or ["is", "not set"]}


def rows_of(scope: Scope, doctype: str, owner: str) -> Criterion:
	"""The records of a DocType that the readers may read and that belong to the chosen people."""
	parts = [rows_for_readers(doctype)]
	if scope.owners is not None:
		parts.append(frappe.qb.DocType(doctype)[owner].isin(scope.owners or ("",)))
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))


def people_of(scope: Scope, doctype: str, fieldname: str) -> Sequence[str | None]:
	"""Return whose records may be among those of a scope; the database finds them along an index, without the rows."""
	if scope.owners is not None:
		return scope.owners
	table = frappe.qb.DocType(doctype)
	return frappe.qb.from_(table).select(table[fieldname]).distinct().run(pluck=True)  # type: ignore[no-any-return]


def done_in(scope: Scope) -> QueryBuilder:
	"""The interactions of the period that took place, of the chosen people and as far as the readers may read them."""
	table = frappe.qb.DocType("Interaction")
	return (
		along(frappe.qb.from_(table), "Interaction", "done_report")
		.where(rows_of(scope, "Interaction", "interaction_owner"))
		.where((table.status == DONE) & on_days(table.starts_on, scope.first, scope.last))
	)


def read_interactions(scope: Scope, *, drawn: bool = False) -> list[dict[str, Any]]:
	"""Return the sums of each person and kind; where they are only `drawn`, without those by direction, which no chart shows."""
	table = frappe.qb.DocType("Interaction")
	keys = {"interaction_owner": table.interaction_owner, "interaction_type": table.interaction_type}
	sums = {"interactions": Count("*"), "seconds": Sum(table.duration)}
	if not drawn:
		sums["incoming"] = Sum(Case().when(table.direction == "Incoming", 1).else_(0))
		sums["outgoing"] = Sum(Case().when(table.direction == "Outgoing", 1).else_(0))
	words = {
		"interaction_owner": people_of(scope, "Interaction", "interaction_owner"),
		"interaction_type": frappe.qb.from_("Interaction Type").select("name").run(pluck=True),
	}
	return summed_by(done_in(scope), keys, sums, words)


def read_customers(scope: Scope, people: list[str]) -> dict[str, int]:
	"""Return how many customers each of these people had to do with."""
	table = frappe.qb.DocType("Interaction")
	return different_by(done_in(scope), table.interaction_owner, table.customer_profile, people)


def read_follow_ups(scope: Scope) -> list[tuple[str, int]]:
	"""Return how many follow-ups each person finished."""
	table = frappe.qb.DocType("Follow Up")
	query = (
		along(frappe.qb.from_(table), "Follow Up", "done_report")
		.where(rows_of(scope, "Follow Up", "assigned_to"))
		.where((table.status == DONE) & on_days(table.completed_on, scope.first, scope.last))
	)
	words = {"owner": people_of(scope, "Follow Up", "assigned_to")}
	rows = summed_by(query, {"owner": table.assigned_to}, {"done": Count("*")}, words)
	return [(row["owner"], int(row["done"])) for row in rows]
