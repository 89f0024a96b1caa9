"""Stage Changes as reports ask for them: deals that began, and visits to stages that ended, along the index `left_stage`."""

from dataclasses import replace
from typing import Any

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_scope import Scope, deal_rows, on_days


def is_beginning(move: Any) -> Criterion:
	"""The condition that a Stage Change is the first of a deal, which left no stage."""
	return (move.reference_doctype == "Deal") & (move.from_stage.isnull() | (move.from_stage == ""))


def ended_visits(scope: Scope, pipeline: str, move: Any) -> QueryBuilder:
	"""The visits to stages of a pipeline that ended in the period, of all deals.

	Each stage is named, so that the database goes to the days in question and finds the visits stage by stage.
	"""
	stages = [stage.name for stage in load_stages()]
	return (
		along(frappe.qb.from_(move), "Stage Change", "left_stage")
		.where((move.reference_doctype == "Deal") & move.from_stage.isin(stages or [""]))
		.where((move.pipeline == pipeline) & on_days(move.changed_on, scope.first, scope.last))
	)


def visits_of_readable(scope: Scope, pipeline: str, move: Any) -> QueryBuilder:
	"""The same of the deals that the filters name and the readers may read; which these are is not asked where it is all."""
	query, deal = ended_visits(scope, pipeline, move), frappe.qb.DocType("Deal")
	company = "" if scope.company and is_only_company(scope.company) else scope.company
	rows = deal_rows(replace(scope, pipeline="", company=company), deal)
	if isinstance(rows, EmptyCriterion):
		return query
	return query.modifier("STRAIGHT_JOIN").join(deal).on(deal.name == move.reference_name).where(rows)


def is_only_company(company: str) -> bool:
	"""Tell whether all deals are of one company, which a look at both ends of an index answers."""
	deal = frappe.qb.DocType("Deal")
	another = (deal.company < company) | (deal.company > company) | deal.company.isnull()
	return not frappe.qb.from_(deal).select(deal.name).where(another).limit(1).run()
