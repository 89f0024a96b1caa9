"""The visits to stages that ended in a period, as their Stage Changes tell, along an index that holds all of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import flt
from pypika.functions import Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.belongings import as_sql
from crm_plus.access.hiding import asked_elsewhere
from crm_plus.access.rows import RawCondition
from crm_plus.reports.report_functions import Words, along, summed_together
from crm_plus.reports.report_scope import Scope, deal_rows, narrowed, on_days

# What a Stage Change repeats of its deal, by the deal's own column.
REPEATED = {"name": "reference_name", "deal_owner": "deal_owner", "company": "company", "source": "source"}
# The narrow index has nothing of these.
ONLY_WIDE = ("reference_name", "source")


def ended_visits(scope: Scope, pipeline: str, move: Any, index: str) -> QueryBuilder:
	"""The visits to stages of a pipeline that ended in the period, of all deals, along an index.

	The caller names each stage, so that the database goes to the days in question and finds the visits stage by stage.
	"""
	return (
		along(frappe.qb.from_(move), "Stage Change", index)
		.where(move.pipeline == pipeline)
		.where(on_days(move.changed_on, scope.first, scope.last))
	)


def visits_of_readable(
	scope: Scope, pipeline: str, move: Any, *, ask_deals: bool = False, by_source: bool = False
) -> tuple[QueryBuilder, Any]:
	"""The same of the deals that the filters name and the readers may read, and the table that knows whose they are.

	A Stage Change repeats owner, company and source of its deal. The deals themselves are asked where the readers' limits are
	of something else, and where the caller wants to know more of them; a caller who groups by the source says so.
	"""
	# A deal that has left the pipeline since was in its stages nevertheless.
	visited = replace(scope, pipeline="")
	told = None if ask_deals else as_moves_tell(scope.readable_deals())
	if told is not None:
		parts = [part for part in (told, narrowed(visited, move)) if not isinstance(part, EmptyCriterion)]
		is_wide = by_source or any(name in as_sql(part) for part in parts for name in ONLY_WIDE)
		query = ended_visits(scope, pipeline, move, "visits" if is_wide else "visits_sums")
		return query.where(Criterion.all(parts)), move
	deal = frappe.qb.DocType("Deal")
	query = ended_visits(scope, pipeline, move, "visits")
	query = query.modifier("STRAIGHT_JOIN").join(deal).on(deal.name == move.reference_name)
	return query.where(deal_rows(visited, deal)), deal


def sums_of_stages(
	query: QueryBuilder,
	move: Any,
	stages: Sequence[str],
	keys: Mapping[str, Term],
	words: Words | None = None,
) -> Iterator[tuple[dict[str, Any], str, float, int]]:
	"""Yield each group of visits by its keys, each stage that it has visits to, and their seconds and number; `words` as elsewhere.

	Each stage has sums of its own, which makes a row a group and no word of a stage to compare.
	"""
	parts = [
		(
			query.where(move.from_stage == stage),
			keys,
			{f"seconds{n}": Sum(move.seconds_in_previous), f"visits{n}": Count("*")},
		)
		for n, stage in enumerate(stages)
	]
	for group in summed_together(parts, words) if parts else ():
		for n, stage in enumerate(stages):
			if group[f"visits{n}"]:
				yield group, stage, flt(group[f"seconds{n}"]), int(group[f"visits{n}"])


def as_moves_tell(readable: Criterion) -> Criterion | None:
	"""The condition for readable deals as it is asked of their Stage Changes, None where these do not know."""
	told = {own: f"`tabStage Change`.`{name}`" for own, name in REPEATED.items()}
	condition = asked_elsewhere("Deal", as_sql(readable), told)
	if condition is None:
		return None
	return RawCondition(condition) if condition else EmptyCriterion()
