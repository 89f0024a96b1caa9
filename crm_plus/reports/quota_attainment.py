"""Quotas along the tree of teams, and what was attained of them. Amounts in the report's currency."""

from typing import Any

from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, between, read_scope, scope_filters
from crm_plus.reports.sales_quotas import attainment_rows, by_invoices, load_teams, people_of
from crm_plus.rules.deal_stages import WON
from crm_plus.rules.forecast import gap, percent
from crm_plus.rules.periods import months
from crm_plus.rules.quotas import PERSON


def quota_attainment(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and a row for each team and each of its people, as the tree has them.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	rows = attainment_rows(scope, months(scope.first, scope.last))
	names = full_names(row["who"] for row in rows if row["kind"] == PERSON)
	teams, linked = load_teams(), not by_invoices()
	for row in rows:
		owners = [row["who"]] if row["kind"] == PERSON else sorted(people_of(row["who"], teams))
		row["name"] = names.get(row["who"], row["who"])
		row["attainment"] = percent(row["attained"], row["quota"])
		row["gap"] = gap(row["quota"], row["attained"])
		row["drill"] = {"attained": won_by(scope, owners)} if linked else {}
	return scope, rows


def won_by(scope: Scope, owners: list[str]) -> dict[str, Any]:
	"""Return the list filters for what these people won in the period."""
	counted = owners if scope.owners is None else [owner for owner in owners if owner in scope.owners]
	return {
		**scope_filters(scope),
		**{"status": WON, "closed_on": between(scope.first, scope.last)},
		"deal_owner": ["in", counted or [""]],
	}
