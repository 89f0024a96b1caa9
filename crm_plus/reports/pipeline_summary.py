"""The open pipeline as it stands now, by whatever the reader groups it by. Amounts in the report's currency."""

from typing import Any

import frappe
from frappe.utils import flt, now_datetime
from pypika import Case
from pypika.functions import Count, NullIf, Sum
from pypika.terms import Term

from crm_plus.reports import report_groups
from crm_plus.reports.board import load_stages
from crm_plus.reports.board_conditions import is_rotten
from crm_plus.reports.report_functions import SECONDS_IN_DAY, along, summed_by, whole_seconds
from crm_plus.reports.report_groups import (
	FIELDS,
	behind_text,
	chosen_group,
	field_of,
	group_filter,
	group_labels,
	group_term,
	with_own,
)
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, before_day, deal_rows, read_scope, scope_filters
from crm_plus.rules.deal_stages import OPEN

GROUPS = ("Stage", "Owner", "Source", "Campaign", "Pipeline", "Company", "Size")
# In this order the index of the open deals has what they are grouped by.
ALONG = ("company", "pipeline", "stage", "deal_owner", "source")
SUMS = ("deals", "amount", "weighted", "seconds", "rotten", "overdue", "no_follow_up")


def pipeline_summary(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, a row a group with its drill filters, and the total.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	group = chosen_group(filters, with_own(GROUPS))
	found = [
		{key: flt(row[key]) for key in SUMS} | {"value": row["value"]} for row in read_sums(scope, group)
	]
	labels = group_labels(group, [row["value"] for row in found])
	rows = [
		{
			**shown(row),
			"group": labels[row["value"]],
			"drill": drill(
				scope,
				group_filter(group, row["value"]),
				"" if group in FIELDS else behind_text(group, row["value"]),
			),
		}
		for row in in_order(group, found)
	]
	total = {key: sum(row[key] for row in found) for key in SUMS}
	return scope, group, rows, {**shown(total), "drill": drill(scope, {})}


def read_sums(scope: Scope, group: str) -> list[dict[str, Any]]:
	"""Return the sums of each group, in one query whatever the number of deals.

	Along the index `report_open` they are made in its own order, without sorting and without touching a row.
	"""
	deal = frappe.qb.DocType("Deal")
	sums = sums_of(scope, deal)
	query = frappe.qb.from_(deal).where(deal_rows(scope, deal)).where(deal.status == OPEN)
	fieldname = field_of(group)
	if fieldname not in ALONG:
		return summed_by(query, {"value": group_term(group, deal)}, sums)
	kept = [deal[name] for name in ALONG[: ALONG.index(fieldname) + 1]]
	each = along(query, "Deal", "report_open").select(*kept, *(term.as_(key) for key, term in sums.items()))
	each = each.groupby(*kept).as_("each")
	value = NullIf(each[fieldname], "")
	return (
		frappe.qb.from_(each)
		.select(value.as_("value"), *(Sum(each[key]).as_(key) for key in SUMS))
		.groupby(value)
		.run(as_dict=True)
	)


def sums_of(scope: Scope, deal: Any) -> dict[str, Term]:
	"""Return what is added up of each deal."""
	amount, entered = money(scope, deal), deal.stage_entered_on
	stages = [stage for stage in load_stages(scope.pipeline or None) if stage.outcome == OPEN]
	return {
		"deals": Count("*"),
		"amount": Sum(amount),
		"weighted": Sum(amount * deal.probability) / 100,
		"seconds": Count(entered) * whole_seconds(now_datetime()) - Sum(whole_seconds(entered)),
		"rotten": Sum(Case().when(is_rotten(deal, stages), 1).else_(0)),
		"overdue": Sum(Case().when(deal.expected_close_date < scope.today, 1).else_(0)),
		"no_follow_up": Sum(Case().when(deal.next_follow_up_on.isnull(), 1).else_(0)),
	}


def in_order(group: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Return stages from left to right, else as all reports order groups."""
	if group != "Stage":
		return report_groups.in_order(group, rows, "amount")
	places = {stage.name: (stage.pipeline, stage.position) for stage in load_stages()}
	return sorted(rows, key=lambda row: places.get(row["value"], ("", 0)))


def shown(sums: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of sums: whole counts, the average amount, the average days in the present stage."""
	deals = sums["deals"]
	return {
		**{key: int(sums[key]) for key in ("deals", "rotten", "overdue", "no_follow_up")},
		"amount": sums["amount"],
		"weighted": sums["weighted"],
		"average": sums["amount"] / deals if deals else 0,
		"days": sums["seconds"] / deals / SECONDS_IN_DAY if deals else 0,
	}


def drill(scope: Scope, own: dict[str, Any], behind: str = "") -> dict[str, dict[str, Any]]:
	"""Return the list filters behind each figure of a group; `behind` names it where it is of an administrator's own field."""
	of_group = {**scope_filters(scope), "status": OPEN, **own}
	return {
		**dict.fromkeys(("deals", "amount", "weighted", "average", "days"), of_group),
		"rotten": rotten_filters(scope, {"behind": behind} if behind else own),
		"overdue": {**of_group, "expected_close_date": before_day(scope.today)},
		"no_follow_up": {**of_group, "next_follow_up_on": ["is", "not set"]},
	}


def rotten_filters(scope: Scope, own: dict[str, Any]) -> dict[str, Any] | None:
	"""Return the filters by which the report of rotten deals shows those of a group; None where it has no such filter."""
	asked = {
		key: getattr(scope, key) for key in ("company", "pipeline", "source", "owner", "team", "currency")
	}
	named = {"owner" if key == "deal_owner" else key: value for key, value in own.items()}
	if any(isinstance(value, list) or key == "base_amount" for key, value in named.items()):
		return None
	return {**asked, **named, "show": "Rotten"}
