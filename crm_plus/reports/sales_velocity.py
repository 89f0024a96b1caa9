"""How fast deals go through their stages, and what the closed ones brought a day. Amounts in the report's currency."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import flt
from pypika.functions import Count, Sum

from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import (
	SECONDS_IN_DAY,
	Words,
	along,
	seconds_between,
	summed_together,
)
from crm_plus.reports.report_groups import (
	chosen_group,
	closed_filters,
	group_filter,
	group_labels,
	group_term,
	in_order,
	known_words,
	with_own,
)
from crm_plus.reports.report_money import money
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, deal_rows, default_pipeline, on_days, read_scope
from crm_plus.reports.stage_visits import sums_of_stages, visits_of_readable
from crm_plus.reports.visits_behind import visits_behind
from crm_plus.rules.deal_stages import LOST, OPEN, WON, Stage
from crm_plus.rules.forecast import percent

GROUPS = ("Owner", "Source", "Campaign", "Size", "Company")
KNOWN_TO_VISITS = ("Owner", "Source", "Company")
SUMS = ("closed", "won", "amount", "seconds")


def sales_velocity(
	filters: dict[str, Any] | None,
) -> tuple[Scope, str, list[Stage], list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the group, the pipeline's open stages, a row a group, and the total; two queries of deals.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	group, pipeline = chosen_group(filters, with_own(GROUPS)), default_pipeline(scope)
	stages = [stage for stage in load_stages(pipeline) if stage.outcome == OPEN]
	words, drawn = {"value": known_words(group)}, is_chart_only(filters)
	closed = {row["value"]: row for row in read_closed(scope, group, pipeline, words)}
	visits = read_visits(scope, group, pipeline, [stage.name for stage in stages], words)
	values = {*closed, *(value for value, _stage in visits)}
	labels = group_labels(group, values)
	empty = dict.fromkeys(SUMS, 0)
	rows = []
	for value in values:
		row = shown({**empty, **closed.get(value, {})}, {s.name: visits.get((value, s.name)) for s in stages})
		behind = {} if drawn else behind_group(scope, group, value, pipeline, stages)
		rows.append({**row, "group": labels[value], "value": value, "drill": behind})
	sums = {key: sum(flt(row[key]) for row in closed.values()) for key in SUMS}
	total = shown(sums, {stage.name: summed(visits, stage.name) for stage in stages})
	return scope, group, stages, in_order(group, rows, "amount"), total


def behind_group(
	scope: Scope, group: str, value: Any, pipeline: str, stages: list[Stage]
) -> dict[str, dict[str, Any]]:
	"""Return the list filters behind the figures of a group; a list of visits knows no more than some groups."""
	closed = drill({**closed_filters(scope, group, value), "pipeline": pipeline})
	if group not in KNOWN_TO_VISITS:
		return closed
	return {**closed, **visits_behind(scope, pipeline, stages, group_filter(group, value))}


def drill(behind: dict[str, Any]) -> dict[str, Any]:
	"""Return the list filters behind the figures of closed deals."""
	closed, won = {**behind, "status": ["in", [WON, LOST]]}, {**behind, "status": WON}
	of_won = dict.fromkeys(("won", "amount", "average", "cycle", "per_day"), won)
	return {"closed": closed, "win_rate": closed, **of_won}


def summed(visits: dict[tuple[Any, str], tuple[float, int]], stage: str) -> tuple[float, int] | None:
	"""Return seconds and number of all visits to a stage."""
	found = [visit for (_value, name), visit in visits.items() if name == stage]
	return (sum(seconds for seconds, _n in found), sum(n for _s, n in found)) if found else None


def shown(sums: dict[str, Any], visits: dict[str, tuple[float, int] | None]) -> dict[str, Any]:
	"""Return what is shown: rates and averages of the closed deals, and the average days of a visit to each stage."""
	won, amount = int(sums["won"]), flt(sums["amount"])
	cycle = flt(sums["seconds"]) / won / SECONDS_IN_DAY if won else None
	return {
		**{"closed": int(sums["closed"]), "won": won, "amount": amount},
		"win_rate": percent(won, sums["closed"]),
		"average": amount / won if won else None,
		"cycle": cycle,
		"per_day": amount / cycle if cycle else None,
		**{stage: seconds_as_days(visit) for stage, visit in visits.items()},
	}


def seconds_as_days(visit: tuple[float, int] | None) -> float | None:
	"""Return the average days of visits; None without any."""
	return visit[0] / visit[1] / SECONDS_IN_DAY if visit and visit[1] else None


def read_closed(scope: Scope, group: str, pipeline: str, words: Words | None = None) -> list[dict[str, Any]]:
	"""Return of the deals closed in the period by group: how many, the won ones, their amount and their age in seconds."""
	deal = frappe.qb.DocType("Deal")
	query = (
		along(frappe.qb.from_(deal), "Deal", "report_ended")
		.where(deal_rows(scope, deal))
		.where((deal.pipeline == pipeline) & on_days(deal.closed_on, scope.first, scope.last))
	)
	keys = {"value": group_term(group, deal)}
	of_won = {
		**{"closed": Count("*"), "won": Count("*"), "amount": Sum(money(scope, deal))},
		"seconds": Sum(seconds_between(deal.began_on, deal.closed_on)),
	}
	return summed_together(
		[
			(query.where(deal.status == WON), keys, of_won),
			(query.where(deal.status == LOST), keys, {"closed": Count("*")}),
		],
		words,
	)


def read_visits(
	scope: Scope, group: str, pipeline: str, stages: Sequence[str], words: Words | None = None
) -> dict[tuple[Any, str], tuple[float, int]]:
	"""Return seconds and number of the visits that ended in the period, by group and stage."""
	move = frappe.qb.DocType("Stage Change")
	query, known = visits_of_readable(
		scope, pipeline, move, ask_deals=group not in KNOWN_TO_VISITS, by_source=group == "Source"
	)
	sums = sums_of_stages(query, move, stages, {"value": group_term(group, known)}, words)
	return {(row["value"], stage): (seconds, visits) for row, stage, seconds, visits in sums}
