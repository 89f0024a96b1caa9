"""What was promised for a period: kept, late, missed. A promise is kept on the day that it was due, in the site's time zone."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case, CustomFunction
from pypika.functions import Count, Date, Sum
from pypika.terms import Criterion, Term

from crm_plus.reports.report_functions import along, summed_together
from crm_plus.reports.report_parts import full_names, is_chart_only
from crm_plus.reports.report_scope import Scope, midnight, on_days, read_scope
from crm_plus.reports.team_activity import people_of, rows_of
from crm_plus.rules.forecast import percent
from crm_plus.rules.quoted_text import quoted

FOLLOW_UP = "Follow Up"
PEOPLE = "People"
ALL = "All"
STATES = ("Kept", "Late", "Missed", "Ahead", "Cancelled")
DAYS = CustomFunction("DATEDIFF", ["later", "earlier"])


def discipline(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, a row for each person with what was due in the period, and the total; two queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read none.
	"""
	scope = read_scope(filters)
	found = read_due(scope)
	names, drawn = full_names(row["assigned_to"] for row in found), is_chart_only(filters)
	rows = [
		{
			**shown(row),
			"name": names.get(row["assigned_to"], _("Nobody")),
			"drill": {} if drawn else drill(scope, row["assigned_to"] or ""),
		}
		for row in sorted(found, key=lambda row: (-row["due"], row["assigned_to"] or ""))
	]
	total = {key: sum(flt(row[key]) for row in found) for key in ("due", *STATES, "days_late")}
	return scope, rows, {**shown(total), "drill": drill(scope, None)}


def read_due(scope: Scope) -> list[dict[str, Any]]:
	"""Return the sums of each person; one query of a part for each state.

	So the index has the rows, and none of them is asked for its state. What has a status of the site's own is due, and in none.
	"""
	table = frappe.qb.DocType(FOLLOW_UP)
	due = along(frappe.qb.from_(table), FOLLOW_UP, "status_due_report").where(due_rows(scope, table))
	days = DAYS(table.completed_on, table.due_on)
	done = {
		**{
			"Done": Count("*"),
			"Finished": Count(table.completed_on),
			"Kept": Count(Case().when(days <= 0, 1)),
		},
		# The times first: they are compared sooner than days are counted.
		"days_late": Sum(Case().when(table.completed_on >= table.due_on, days)),
	}
	other = table.status.isnull() | table.status.notin(("Done", "Open", "Cancelled"))
	parts: list[tuple[Criterion, dict[str, Term]]] = [
		*[(table.status == "Done", done), (other, {"Other": Count("*")})],
		*((is_so(table, scope, state), {state: Count("*")}) for state in ("Missed", "Ahead", "Cancelled")),
	]
	by_person, words = (
		{"assigned_to": table.assigned_to},
		{"assigned_to": people_of(scope, FOLLOW_UP, "assigned_to")},
	)
	rows = summed_together([(due.where(state), by_person, sums) for state, sums in parts], words)
	every = ("Done", "Other", "Missed", "Ahead", "Cancelled")
	return [
		{**row, "due": sum(row[state] for state in every), "Late": row["Finished"] - row["Kept"]}
		for row in rows
	]


def is_so(table: Any, scope: Scope, state: str) -> Criterion:
	"""The condition that a follow-up is in a state: kept or late where done, missed or ahead where open."""
	if state == "Cancelled":
		return table.status == "Cancelled"
	in_time = Date(table.completed_on) <= Date(table.due_on)
	due_before_today = table.due_on < midnight(scope.today)
	return {
		"Kept": (table.status == "Done") & in_time,
		"Late": (table.status == "Done") & (Date(table.completed_on) > Date(table.due_on)),
		"Missed": (table.status == "Open") & due_before_today,
		"Ahead": (table.status == "Open") & (table.due_on >= midnight(scope.today)),
	}[state]


def due_rows(scope: Scope, table: Any) -> Criterion:
	"""The follow-ups due in the period that the readers may read."""
	return rows_of(scope, FOLLOW_UP, "assigned_to") & on_days(table.due_on, scope.first, scope.last)


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums; the rate is of what should have been done by now."""
	counts = {key: int(sums[key] or 0) for key in ("due", *STATES)}
	over = counts["Kept"] + counts["Late"] + counts["Missed"]
	return {
		**counts,
		"kept_rate": percent(counts["Kept"], over),
		"days_late": flt(sums["days_late"]) / counts["Late"] if counts["Late"] else None,
	}


def drill(scope: Scope, owner: str | None) -> dict[str, Any]:
	"""Return the filters by which this report lists the follow-ups behind the figures of a person, or of all."""
	if owner == "":
		return {}
	people = {"owner": owner} if owner else {key: getattr(scope, key) for key in ("owner", "team")}
	asked = {key: value for key, value in people.items() if value}
	asked |= {"from_date": str(scope.first), "to_date": str(scope.last)}
	of = {state: {**asked, "show": state} for state in (ALL, *STATES)}
	return {"due": of[ALL], "kept_rate": of[ALL], "days_late": of["Late"], **{one: of[one] for one in STATES}}


def follow_ups_behind(filters: dict[str, Any]) -> list[dict[str, Any]]:
	"""Return the follow-ups in the state that the filter `show` names. Raises frappe.ValidationError where it names none."""
	if filters["show"] not in (ALL, *STATES):
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(filters["show"])))
	scope = read_scope(filters)
	table = frappe.qb.DocType(FOLLOW_UP)
	query = (
		frappe.qb.from_(table)
		.select(
			*(table.name, table.subject, table.assigned_to, table.status, table.due_on, table.completed_on)
		)
		.where(due_rows(scope, table))
	)
	if filters["show"] != ALL:
		query = query.where(is_so(table, scope, filters["show"]))
	return query.orderby(table.due_on).orderby(table.name).run(as_dict=True)
