"""The visits to stages that ended in a period, as their Stage Changes tell, along the index `visits`."""

from dataclasses import replace
from typing import Any

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import EmptyCriterion

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_scope import Scope, deal_rows, narrowed, on_days, refuse_hidden_amounts


def ended_visits(scope: Scope, pipeline: str, move: Any) -> QueryBuilder:
	"""The visits to stages of a pipeline that ended in the period, of all deals.

	Each stage is named, so that the database goes to the days in question and finds the visits stage by stage.
	"""
	stages = [stage.name for stage in load_stages(pipeline)]
	return (
		along(frappe.qb.from_(move), "Stage Change", "visits")
		.where((move.pipeline == pipeline) & move.from_stage.isin(stages or [""]))
		.where(on_days(move.changed_on, scope.first, scope.last))
	)


def visits_of_readable(
	scope: Scope, pipeline: str, move: Any, *, ask_deals: bool = False
) -> tuple[QueryBuilder, Any]:
	"""The same of the deals that the filters name and the readers may read, and the table that knows whose they are.

	A Stage Change repeats owner, company and source of its deal. The deals themselves are asked where the readers may not
	read all of them, and where the caller wants to know more of them.
	"""
	refuse_hidden_amounts()
	query, deal = ended_visits(scope, pipeline, move), frappe.qb.DocType("Deal")
	# A deal that has left the pipeline since was in its stages nevertheless.
	visited = replace(scope, pipeline="")
	if not ask_deals and isinstance(rows_for_readers("Deal"), EmptyCriterion):
		return query.where(narrowed(visited, move)), move
	query = query.modifier("STRAIGHT_JOIN").join(deal).on(deal.name == move.reference_name)
	return query.where(deal_rows(visited, deal)), deal
