"""What the site's own Stage Changes say of its pipelines: visits to stages, how long, where they led. Durations in days.

History is that of the deals that the readers may read, of the last two years; a filter other than the pipeline does not
narrow it, so that an owner stands beside his pipeline. Deals that are open count as visits that have not ended; one that
moves to another pipeline has left its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime
from pypika import CustomFunction
from pypika.functions import Coalesce, Count, Floor
from pypika.terms import EmptyCriterion, PseudoColumn, Term

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.board import load_stages
from crm_plus.reports.report_functions import SECONDS_IN_DAY, seconds_between
from crm_plus.reports.report_scope import Scope, midnight
from crm_plus.rules.deal_history import (
	STILL,
	Factors,
	Rates,
	Visits,
	enough,
	owner_factors,
	stage_rates,
	with_factors,
)
from crm_plus.rules.deal_stages import LOST, OPEN, WON, Stage

HISTORY_DAYS = 730
_ADD = CustomFunction("TIMESTAMPADD", ["unit", "count", "start"])


@dataclass(frozen=True)
class History:
	"""All stages, the rates of the open ones that were visited, each pipeline's closed deals, and each owner's visits."""

	stages: dict[str, Stage]
	rates: dict[str, Rates]
	closed: dict[str, tuple[int, int]]
	visits: dict[tuple[str, str], list[Visits]]

	def told(self, stage: str) -> bool:
		"""Tell whether there is enough history to speak of deals in a stage."""
		rates, pipeline = self.rates.get(stage), self.pipeline(stage)
		return bool(rates and rates.known() and enough(*self.closed.get(pipeline, (0, 0))))

	def pipeline(self, stage: str) -> str:
		"""Return the pipeline of a stage, "" where the stage is gone."""
		return self.stages[stage].pipeline if stage in self.stages else ""

	def of_pipeline(self, pipeline: str) -> dict[str, Rates]:
		"""Return the rates of a pipeline's stages."""
		return {stage: rates for stage, rates in self.rates.items() if self.pipeline(stage) == pipeline}

	def factors(self, pipeline: str, owner: str) -> Factors:
		"""Return how an owner's deals of a pipeline differ from all of it."""
		return owner_factors(self.rates, self.visits.get((pipeline, owner), []))

	def of_owner(self, pipeline: str, factors: Factors) -> dict[str, Rates]:
		"""Return a pipeline's rates as an owner's deals have them."""
		return {stage: with_factors(rates, factors) for stage, rates in self.of_pipeline(pipeline).items()}


def read_history(scope: Scope) -> History:
	"""Return what the moves of the last two years say; three queries whatever their number."""
	stages = {stage.name: stage for stage in load_stages()}
	found = [
		visit
		for visit in (*read_ended(scope, stages), *read_open_visits(scope))
		if visit.stage in stages and stages[visit.stage].outcome == OPEN
	]
	closed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
	owners: dict[tuple[str, str], list[Visits]] = defaultdict(list)
	for visit in found:
		pipeline = stages[visit.stage].pipeline
		owners[pipeline, visit.owner].append(visit)
		if visit.end in (WON, LOST):
			closed[pipeline][visit.end == LOST] += visit.count
	return History(
		stages, stage_rates(found), {name: (won, lost) for name, (won, lost) in closed.items()}, dict(owners)
	)


def whole_days(start: Term, end: Any) -> Term:
	"""The whole days from one time to another."""
	return Floor(seconds_between(start, end) / SECONDS_IN_DAY)


def read_ended(scope: Scope, stages: dict[str, Stage]) -> Iterator[Visits]:
	"""Yield the visits that began and ended in the last two years, those alike together."""
	move, deal = frappe.qb.DocType("Stage Change"), frappe.qb.DocType("Deal")
	since = midnight(scope.today - timedelta(days=HISTORY_DAYS))
	began = _ADD(PseudoColumn("SECOND"), 0 - move.seconds_in_previous, move.changed_on)
	days, owner = Floor(move.seconds_in_previous / SECONDS_IN_DAY), Coalesce(deal.deal_owner, "")
	query = (
		frappe.qb.from_(move)
		.join(deal)
		.on(deal.name == move.reference_name)
		.select(move.from_stage, move.to_stage, days, Count("*"), owner)
		.where((move.reference_doctype == "Deal") & (move.from_stage > ""))
		.where((move.changed_on >= since) & (began >= since))
		.groupby(move.from_stage, move.to_stage, days, owner)
	)
	if scope.pipeline:
		# By where the visit was: a deal that moved to another pipeline wrote that one into its move.
		own = [stage.name for stage in stages.values() if stage.pipeline == scope.pipeline]
		query = query.where(move.from_stage.isin(own or [""]))
	for stage, to_stage, lasted, count, whose in readable(query).run():
		outcome = stages[to_stage].outcome if to_stage in stages else OPEN
		end = to_stage if outcome == OPEN else outcome
		yield Visits(stage, end, int(lasted or 0), int(count), whose)


def read_open_visits(scope: Scope) -> Iterator[Visits]:
	"""Yield the visits that began in the last two years and have not ended."""
	deal = frappe.qb.DocType("Deal")
	since = midnight(scope.today - timedelta(days=HISTORY_DAYS))
	days, owner = whole_days(deal.stage_entered_on, now_datetime()), Coalesce(deal.deal_owner, "")
	query = (
		frappe.qb.from_(deal)
		.select(deal.stage, days, Count("*"), owner)
		.where((deal.status == OPEN) & (deal.stage_entered_on >= since))
		.groupby(deal.stage, days, owner)
	)
	if scope.pipeline:
		query = query.where(deal.pipeline == scope.pipeline)
	for stage, lasted, count, whose in readable(query).run():
		yield Visits(stage, STILL, max(int(lasted or 0), 0), int(count), whose)


def readable(query: Any) -> Any:
	"""Return a query over deals that keeps to those which the readers may read."""
	rows = rows_for_readers("Deal")
	return query if isinstance(rows, EmptyCriterion) else query.where(rows)
