"""The quotas behind a figure, each with its share in the months of the report. Amounts in the report's currency."""

from collections import defaultdict
from typing import Any

import frappe

from crm_plus.access.report_readers import readers
from crm_plus.reports.forecast_deals import UNDATED, period_of
from crm_plus.reports.report_scope import Scope, read_scope
from crm_plus.reports.sales_forecast import MONTHS_AHEAD
from crm_plus.reports.sales_quotas import QUOTA, counted, load_teams, read_quotas
from crm_plus.rules.periods import months
from crm_plus.rules.quotas import months_wanted


def quotas_behind(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the quotas that its owner, else its team, else everybody is measured by, the largest share first.

	Those of one month where the filters name one. A quota of somebody whose team has one of its own does not count.

	Raises frappe.ValidationError for filters that make no sense.
	"""
	scope, month = read_scope(filters, months=MONTHS_AHEAD), str(filters.get("month") or "")
	period, teams = period_of(scope, month), load_teams()
	if month == UNDATED or not period:
		return scope, []
	brings: dict[str, float] = defaultdict(float)
	quotas = {quota.name: quota for quota in read_quotas(scope)}
	for shares in months_wanted(quotas.values(), months(period.first, period.last)).values():
		whose = counted(scope, teams, {(quota.kind, quota.who) for quota, _share in shares})
		for quota, share in shares:
			if (quota.kind, quota.who) in whose:
				brings[quota.name] += share * rate(scope, quota.company)
	rows = [as_row(scope, quotas[name], amount) for name, amount in brings.items()]
	return scope, sorted(rows, key=lambda row: (-row["brings"], row["name"]))


def may_open_quotas() -> bool:
	"""Tell whether all readers may open quotas; everybody may know his own."""
	return all(frappe.has_permission(QUOTA, "read", user=user) for user in readers())


def rate(scope: Scope, company: str) -> float:
	"""Return what one unit of a company's books is in the report's currency."""
	return scope.rates.get(company, 1)


def as_row(scope: Scope, quota: Any, brings: float) -> dict[str, Any]:
	"""Return what is shown of a quota."""
	return {
		**{"name": quota.name, "kind": quota.kind, "who": quota.who, "company": quota.company},
		**{"starts_on": quota.first, "ends_on": quota.last},
		**{"amount": quota.amount * rate(scope, quota.company), "brings": brings},
	}
