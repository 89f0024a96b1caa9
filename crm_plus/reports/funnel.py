"""How far the deals that began in a period came, stage by stage. Amounts in the report's currency.

A deal reached a stage when it entered it or a later one of its pipeline, wherever it stands now.
"""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import flt
from pypika.functions import Count, Sum
from pypika.queries import QueryBuilder

from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import SECONDS_IN_DAY, along
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, deal_rows, default_pipeline, on_days, read_scope
from crm_plus.reports.stage_visits import sums_of_stages, visits_of_readable
from crm_plus.reports.visits_behind import visits_behind
from crm_plus.rules.deal_stages import LOST, OPEN, WON, Stage
from crm_plus.rules.forecast import percent


def funnel(filters: dict[str, Any] | None) -> tuple[Scope, str, list[dict[str, Any]]]:
	"""Return the scope, the pipeline, and a row for each of its stages but the lost ones; two queries of deals.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	pipeline = default_pipeline(scope)
	everywhere = load_stages(pipeline)
	stages = [stage for stage in everywhere if stage.outcome != LOST]
	places = {stage.name: stage.position for stage in stages}
	names = [stage.name for stage in everywhere]
	sums, days = read_furthest(scope, pipeline, names), read_days(scope, pipeline, names)
	rows: list[dict[str, Any]] = []
	for stage in stages:
		found = [row for row in sums if places.get(row["furthest"], 0) >= stage.position]
		here = [row for row in sums if places.get(row["furthest"]) == stage.position]
		rows.append(stage_row(scope, pipeline, stage, found, here, days.get(stage.name)))
	return scope, pipeline, with_conversion(rows) if any(row["reached"] for row in rows) else []


def stage_row(
	scope: Scope, pipeline: str, stage: Stage, found: list[Any], here: list[Any], days: float | None
) -> dict[str, Any]:
	"""Return what is shown of a stage: who reached it, and what became of those who came no further."""
	filters = {key: getattr(scope, key) for key in ("company", "currency", "source", "owner", "team")}
	period = {"from_date": str(scope.first), "to_date": str(scope.last)}
	return {
		"stage": stage.stage_name,
		"reached": sum(row["deals"] for row in found),
		"amount": sum(flt(row["amount"]) for row in found),
		"won": sum(row["deals"] for row in found if row["status"] == WON),
		"stays": sum(row["deals"] for row in here if row["status"] == OPEN),
		"lost": sum(row["deals"] for row in here if row["status"] == LOST),
		"days": days,
		"drill": {
			"reached": {
				**{k: v for k, v in filters.items() if v},
				**period,
				"pipeline": pipeline,
				"behind": stage.name,
			},
			"days": visits_behind(scope, pipeline, [stage])[stage.name],
		},
	}


def with_conversion(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Add how many of a stage came on from the one before, from the first, and are won."""
	first, before = rows[0]["reached"], rows[0]["reached"]
	for row in rows:
		row["from_before"] = percent(row["reached"], before)
		row["from_first"] = percent(row["reached"], first)
		row["win_rate"] = percent(row["won"], row["reached"])
		before = row["reached"]
	return rows


def cohort(scope: Scope, pipeline: str, deal: Any) -> QueryBuilder:
	"""The deals of the filters that began in the period and stand in the pipeline; each knows the furthest stage it entered."""
	return (
		along(frappe.qb.from_(deal), "Deal", "report_reached")
		.where(deal_rows(scope, deal))
		.where((deal.pipeline == pipeline) & on_days(deal.began_on, scope.first, scope.last))
	)


def read_furthest(scope: Scope, pipeline: str, stages: Sequence[str]) -> list[dict[str, Any]]:
	"""Return count and amount of those deals by their furthest stage and their status.

	Both are named, so that the database goes to the days in question of each and adds up in the index's own order.
	"""
	deal = frappe.qb.DocType("Deal")
	return (
		cohort(scope, pipeline, deal)
		.where(deal.furthest_stage.isin(stages or [""]) & deal.status.isin((OPEN, WON, LOST)))
		.select(deal.furthest_stage.as_("furthest"), deal.status)
		.select(Count("*").as_("deals"), Sum(money(scope, deal)).as_("amount"))
		.groupby(deal.furthest_stage, deal.status)
		.run(as_dict=True)
	)


def read_days(scope: Scope, pipeline: str, stages: Sequence[str]) -> dict[str, float]:
	"""Return the average days of a visit to each stage, of the visits that ended in the period."""
	move = frappe.qb.DocType("Stage Change")
	query, _deals = visits_of_readable(scope, pipeline, move)
	sums = sums_of_stages(query, move, stages, {})
	return {stage: seconds / visits / SECONDS_IN_DAY for _all, stage, seconds, visits in sums}


def deals_behind(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the deals that reached the stage which the filter `behind` names, the largest first; without it all of them.

	With the filter `stayed_as` those that came no further and have that status.
	"""
	scope = read_scope(filters)
	pipeline, deal = default_pipeline(scope), frappe.qb.DocType("Deal")
	stages = load_stages(pipeline)
	behind, stayed = str(filters.get("behind") or ""), str(filters.get("stayed_as") or "")
	stage = next((one for one in stages if one.name == behind), None)
	if behind and stage is None:
		return scope, []
	counted = [one for one in stages if one.outcome != LOST]
	here = [one.name for one in counted if not stage or one.position == stage.position]
	beyond = [one.name for one in counted if stage and one.position > stage.position]
	reached = deal.furthest_stage.isin([*here, *([] if stayed else beyond)] or [""])
	amount = money(scope, deal)
	rows = (
		cohort(scope, pipeline, deal)
		.where(reached & (deal.status == stayed) if stayed else reached)
		.select(deal.name, deal.title, deal.status, deal.stage, deal.deal_owner, amount.as_("amount"))
		.orderby(amount, order=frappe.qb.desc)
		.orderby(deal.name)
		.run(as_dict=True)
	)
	return scope, [{**row, "amount": flt(row["amount"])} for row in rows]
