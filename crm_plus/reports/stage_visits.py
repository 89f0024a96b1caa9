"""The visits to stages that ended in a period, as their Stage Changes tell, along the index `visits`."""

from dataclasses import replace
from typing import Any

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.belongings import as_sql
from crm_plus.access.hiding import asked_elsewhere
from crm_plus.access.rows import RawCondition
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_scope import Scope, deal_rows, narrowed, on_days

# What a Stage Change repeats of its deal, by the deal's own column.
REPEATED = {"name": "reference_name", "deal_owner": "deal_owner", "company": "company", "source": "source"}


def ended_visits(scope: Scope, pipeline: str, move: Any) -> QueryBuilder:
	"""The visits to stages of a pipeline that ended in the period, of all deals.

	The caller names each stage, so that the database goes to the days in question and finds the visits stage by stage.
	"""
	return (
		along(frappe.qb.from_(move), "Stage Change", "visits")
		.where(move.pipeline == pipeline)
		.where(on_days(move.changed_on, scope.first, scope.last))
	)


def visits_of_readable(
	scope: Scope, pipeline: str, move: Any, *, ask_deals: bool = False
) -> tuple[QueryBuilder, Any]:
	"""The same of the deals that the filters name and the readers may read, and the table that knows whose they are.

	A Stage Change repeats owner, company and source of its deal. The deals themselves are asked where the readers' limits are
	of something else, and where the caller wants to know more of them.
	"""
	# A deal that has left the pipeline since was in its stages nevertheless.
	query, visited = ended_visits(scope, pipeline, move), replace(scope, pipeline="")
	parts = None if ask_deals else [as_moves_tell(scope.readable_deals()), narrowed(visited, move)]
	if parts and parts[0] is not None:
		return query.where(
			Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))
		), move
	deal = frappe.qb.DocType("Deal")
	query = query.modifier("STRAIGHT_JOIN").join(deal).on(deal.name == move.reference_name)
	return query.where(deal_rows(visited, deal)), deal


def as_moves_tell(readable: Criterion) -> Criterion | None:
	"""The condition for readable deals as it is asked of their Stage Changes, None where these do not know."""
	told = {own: f"`tabStage Change`.`{name}`" for own, name in REPEATED.items()}
	condition = asked_elsewhere("Deal", as_sql(readable), told)
	if condition is None:
		return None
	return RawCondition(condition) if condition else EmptyCriterion()
