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


def quota_attainment(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and a row for each team and each of its people, as the tree has them.

	What was attained is None where it is counted by invoices and a reader may not know what was invoiced.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	rows = attainment_rows(scope, months(scope.first, scope.last))
	names = full_names(row["who"] for row in rows if row["kind"] == PERSON)
	teams, is_known = load_teams(), knows_attained()
	behind = invoiced_by if by_invoices() else won_by
	for row in rows:
		row["name"] = names.get(row["who"], row["who"])
		if not is_known:
			row.update(attained=None, attainment=None, gap=None, drill={"quota": quotas_of(scope, row)})
			continue
		row["attainment"] = percent(row["attained"], row["quota"])
		row["gap"] = gap(row["quota"], row["attained"])
		attained = behind(scope, row, teams)
		row["drill"] = {"quota": quotas_of(scope, row), "attained": attained, "attainment": attained}
	return scope, rows


def quotas_of(scope: Scope, row: dict[str, Any]) -> dict[str, Any]:
	"""Return the filters by which Sales Forecast lists the quotas that a row's is made of."""
	whose = {"owner" if row["kind"] == PERSON else "team": row["who"]}
	return {**whole_question(replace(scope, owner="", team="")), **whose, "month": "", "figure": QUOTA}


def invoiced_by(scope: Scope, row: dict[str, Any], teams: dict[str, Team]) -> dict[str, Any] | None:
	"""Return the filters by which Revenue by Source and Campaign lists the deals that a row's people invoiced for."""
	if row["kind"] == PERSON:
		return deals_of(scope, "Owner", row["who"])
	if not scope.team:
		return deals_of(replace(scope, team=row["who"]))
	# A report takes one team: that of the two which is within the other.
	people, chosen = people_of(row["who"], teams), people_of(scope.team, teams)
	within = {row["who"]: people <= chosen, scope.team: chosen <= people}
	inner = next((team for team, is_within in within.items() if is_within), "")
	return deals_of(replace(scope, team=inner)) if inner else None


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
	return {
		**scope_filters(scope),
		**{"status": WON, "closed_on": between(scope.first, scope.last)},
		"deal_owner": ["in", counted or [""]],
	}
