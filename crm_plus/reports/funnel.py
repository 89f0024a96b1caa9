"""How far the deals that began in a period came, stage by stage, from their Stage Changes. Amounts in the report's currency.

A deal reached a stage when it entered it or a later one of its pipeline, wherever it stands now.
"""

from typing import Any

import frappe
from frappe.utils import flt
from pypika import Case
from pypika.functions import Count, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Term

from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import SECONDS_IN_DAY
from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, deal_rows, default_pipeline, on_days, read_scope
from crm_plus.reports.stage_visits import is_beginning, visits_of_readable
from crm_plus.rules.deal_stages import LOST, OPEN, WON, Stage
from crm_plus.rules.forecast import percent

CHANGE = "Stage Change"


def funnel(filters: dict[str, Any] | None) -> tuple[Scope, str, list[dict[str, Any]]]:
	"""Return the scope, the pipeline, and a row for each of its stages but the lost ones; three queries.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	pipeline = default_pipeline(scope)
	stages = [stage for stage in load_stages(pipeline) if stage.outcome != LOST]
	sums, days = read_furthest(scope, pipeline), read_days(scope, pipeline)
	rows: list[dict[str, Any]] = []
	for stage in stages:
		found = [row for row in sums if (row["furthest"] or 0) >= stage.position]
		here = [row for row in sums if row["furthest"] == stage.position]
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
			}
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


def furthest(scope: Scope, pipeline: str) -> QueryBuilder:
	"""The deals of the filters that began in the period, each with the highest place it entered.

	Read from the beginnings on: a short period costs little, however many deals there are.
	"""
	deal, began = frappe.qb.DocType("Deal"), frappe.qb.DocType(CHANGE).as_("began")
	return (
		frappe.qb.from_(began)
		.modifier("STRAIGHT_JOIN")
		.join(deal)
		.on(deal.name == began.reference_name)
		.select(deal.name, deal.title, deal.status, deal.stage, deal.deal_owner)
		.select(money(scope, deal).as_("amount"), highest_place(pipeline, deal).as_("furthest"))
		.where(is_beginning(began) & on_days(began.changed_on, scope.first, scope.last))
		.where(deal_rows(scope, deal))
		.where(deal.pipeline == pipeline)
	)


def highest_place(pipeline: str, deal: Any) -> Term:
	"""The highest place that a deal entered in a pipeline, leaving out the lost stages; nothing where it entered none.

	Of one that stands in the highest of all nothing else needs to be looked up.
	"""
	move, place = frappe.qb.DocType(CHANGE).as_("move"), Case()
	stages = [stage for stage in load_stages(pipeline) if stage.outcome != LOST]
	for stage in stages:
		place = place.when(move.to_stage == stage.name, stage.position)
	entered = (
		frappe.qb.from_(move)
		.select(Max(place.else_(None)))
		.where((move.reference_doctype == "Deal") & (move.reference_name == deal.name))
	)
	top = max(stages, key=lambda stage: stage.position)
	return Case().when(deal.stage == top.name, top.position).else_(entered)


def read_furthest(scope: Scope, pipeline: str) -> list[dict[str, Any]]:
	"""Return count and amount of those deals by their furthest place and their status."""
	each = furthest(scope, pipeline).as_("each")
	return (
		frappe.qb.from_(each)
		.modifier("STRAIGHT_JOIN")  # the database makes one query of the two and keeps the outer one's word
		.select(each.furthest, each.status, Count("*").as_("deals"), Sum(each.amount).as_("amount"))
		.groupby(each.furthest, each.status)
		.run(as_dict=True)
	)


def read_days(scope: Scope, pipeline: str) -> dict[str, float]:
	"""Return the average days of a visit to each stage, of the visits that ended in the period."""
	move = frappe.qb.DocType(CHANGE)
	rows = (
		visits_of_readable(scope, pipeline, move)
		.select(move.from_stage, Sum(move.seconds_in_previous), Count("*"))
		.groupby(move.from_stage)
		.run()
	)
	return {stage: flt(seconds) / count / SECONDS_IN_DAY for stage, seconds, count in rows}


def deals_behind(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the deals that reached the stage which the filter `behind` names, the largest first."""
	scope = read_scope(filters)
	pipeline = default_pipeline(scope)
	stage = next((one for one in load_stages(pipeline) if one.name == filters["behind"]), None)
	if stage is None:
		return scope, []
	each = furthest(scope, pipeline).as_("each")
	rows = (
		frappe.qb.from_(each)
		.modifier("STRAIGHT_JOIN")
		.select(each.star)
		.where(each.furthest >= stage.position)
		.orderby(each.amount, order=frappe.qb.desc)
		.orderby(each.name)
		.run(as_dict=True)
	)
	return scope, [{**row, "amount": flt(row["amount"])} for row in rows]
