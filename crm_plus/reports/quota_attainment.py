"""Quotas along the tree of teams, and what was attained of them. Amounts in the report's currency."""

from dataclasses import replace
from typing import Any

from crm_plus.reports.forecast_deals import QUOTA
from crm_plus.reports.report_groups import behind_filters, whole_question
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, between, read_scope, scope_filters
from crm_plus.reports.revenue_by_source import INVOICES
from crm_plus.reports.sales_quotas import (
	attainment_rows,
	by_invoices,
	knows_attained,
	load_teams,
	people_of,
)
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.forecast import gap, percent
from crm_plus.rules.periods import months
from crm_plus.rules.quotas import PERSON, Team


def quota_attainment(
	filters: dict[str, Any] | None,
) -> tuple[Scope, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, a row for each team and each of its people, as the tree has them, and the total.

	Where a team or an owner is chosen it is of these alone. Who knows only some of the quotas is told what the people of
	these attained, as in Sales Forecast. What was attained is None where it is counted by invoices and a reader may not know
	what was invoiced.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	measured, rows, total = attainment_rows(scope, months(scope.first, scope.last))
	names = full_names(row["who"] for row in rows if row["kind"] == PERSON)
	teams, is_known = load_teams(), knows_attained()
	behind = invoiced_by if by_invoices() else won_by
	for row in rows:
		row["name"] = names.get(row["who"], row["who"])
		attained = behind(measured, row, teams) if is_known else None
		row.update(compared(row, is_known=is_known), drill=drill(quotas_of(scope, row), attained))
	everybody = invoiced_in(measured, teams) if by_invoices() else won_in(measured)
	total |= compared(total, is_known=is_known)
	total["drill"] = drill(quotas_behind(scope), everybody if is_known else None)
	return scope, rows, total


def compared(row: dict[str, Any], *, is_known: bool) -> dict[str, Any]:
	"""Return what was attained of a quota and what lacks to it, nothing where the readers may not know it."""
	if not is_known:
		return dict.fromkeys(("attained", "attainment", "gap"))
	quota, attained = row["quota"], row["attained"]
	return {"attained": attained, "attainment": percent(attained, quota), "gap": gap(quota, attained)}


def drill(quotas: dict[str, Any], attained: dict[str, Any] | None) -> dict[str, Any]:
	"""Return the filters behind each figure."""
	return {"quota": quotas, **({"attained": attained, "attainment": attained} if attained else {})}


def quotas_behind(scope: Scope) -> dict[str, Any]:
	"""Return the filters by which Sales Forecast lists the quotas that those of the scope are made of."""
	return {**whole_question(scope), "month": "", "figure": QUOTA}


def quotas_of(scope: Scope, row: dict[str, Any]) -> dict[str, Any]:
	"""Return the filters by which Sales Forecast lists the quotas that a row's is made of."""
	whose = {"owner" if row["kind"] == PERSON else "team": row["who"]}
	return {**quotas_behind(replace(scope, owner="", team="")), **whose}


def invoiced_by(scope: Scope, row: dict[str, Any], teams: dict[str, Team]) -> dict[str, Any] | None:
	"""Return the filters by which Revenue by Source and Campaign lists the deals that a row's people invoiced for."""
	if row["kind"] == PERSON:
		return deals_of(scope, "Owner", row["who"])
	people = people_of(row["who"], teams)
	return invoiced_of(scope, people if scope.owners is None else people & set(scope.owners), teams)


def invoiced_in(scope: Scope, teams: dict[str, Team]) -> dict[str, Any] | None:
	"""Return the filters by which that report lists the deals that everybody in the scope invoiced for."""
	return deals_of(scope) if scope.owners is None else invoiced_of(scope, set(scope.owners), teams)


def invoiced_of(scope: Scope, people: set[str], teams: dict[str, Team]) -> dict[str, Any] | None:
	"""Return the filters by which that report lists what some people invoiced for.

	It takes one team or one owner: None where neither stands for just these people.
	"""
	same = [team for team in (scope.team, *teams) if team and people_of(team, teams) == people]
	if same:
		return deals_of(replace(scope, team=same[0]))
	return deals_of(scope, "Owner", *people) if len(people) == 1 else None


def deals_of(scope: Scope, group: str = "", who: str = "") -> dict[str, Any]:
	"""Return the filters by which Revenue by Source and Campaign lists the deals that were invoiced."""
	return {
		**whole_question(scope),
		"dated_by": INVOICES,
		"behind": "",
		**behind_filters(scope, "Deal", group, who),
	}


def won_by(scope: Scope, row: dict[str, Any], teams: dict[str, Team]) -> dict[str, Any]:
	"""Return the list filters for what a row's people won in the period."""
	owners = [row["who"]] if row["kind"] == PERSON else sorted(people_of(row["who"], teams))
	counted = owners if scope.owners is None else [owner for owner in owners if owner in scope.owners]
	return {**won_in(scope), "deal_owner": ["in", counted or [""]]}


def won_in(scope: Scope) -> dict[str, Any]:
	"""Return the list filters for what everybody won in the period."""
	return {**scope_filters(scope), "status": WON, "closed_on": between(scope.first, scope.last)}
