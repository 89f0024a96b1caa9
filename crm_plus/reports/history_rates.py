"""The rates behind the forecast by history: of each stage, and of each owner beside his pipeline. Durations in days."""

from typing import Any

from crm_plus.reports.deal_visits import History, read_history
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import Scope, read_scope
from crm_plus.rules.deal_history import (
	STILL,
	Rates,
	conversions,
	enough,
	median_days,
	wins_by_week,
)
from crm_plus.rules.deal_stages import LOST, OPEN, WON, in_order

WEEKS = 104


def stage_rows(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and a row for each stage that deals were in; empty figures where there is too little history.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	scope = read_scope(filters)
	history = read_history(scope)
	rows = []
	for pipeline in sorted({history.pipeline(stage) for stage in history.rates}):
		rates = history.of_pipeline(pipeline)
		won, wins = conversions(rates), wins_by_week(rates, WEEKS)
		for stage in in_order(history.stages[name] for name in rates):
			told = history.told(stage.name)
			rows.append(
				{
					**{"pipeline": pipeline, "stage": stage.stage_name, "probability": stage.probability},
					**counts(history, stage.name),
					"conversion": won[stage.name] * 100 if told else None,
					"days": median_days(wins[stage.name]) if told else None,
				}
			)
	return scope, rows


def counts(history: History, stage: str) -> dict[str, int]:
	"""Return how many visits to a stage ended by a win, a loss or a further stage, and how many have not ended."""
	found = {"won": 0, "lost": 0, "moved": 0, "still": 0}
	kinds = {WON: "won", LOST: "lost", STILL: "still"}
	for visits in history.visits.values():
		for visit in visits:
			if visit.stage == stage:
				found[kinds.get(visit.end, "moved")] += visit.count
	return {"visits": sum(found.values()), **found}


def owner_rows(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and a row for each pipeline and owner, beside the pipeline's own; as `stage_rows`."""
	scope = read_scope(filters)
	history = read_history(scope)
	shown = [
		key
		for key in sorted(history.visits)
		if enough(*history.closed.get(key[0], (0, 0))) and (scope.owners is None or key[1] in scope.owners)
	]
	names = full_names(owner for _pipeline, owner in shown)
	of_pipeline = {
		pipeline: from_start(history, pipeline, history.of_pipeline(pipeline)) for pipeline, _ in shown
	}
	return scope, [owner_row(history, key, names.get(key[1], key[1]), of_pipeline[key[0]]) for key in shown]


def owner_row(
	history: History, key: tuple[str, str], name: str, of_pipeline: dict[str, float | None]
) -> dict[str, Any]:
	"""Return what is shown of an owner."""
	factors = history.factors(*key)
	ends = [visit for visit in history.visits[key] if visit.end in (WON, LOST)]
	return {
		**{"pipeline": key[0], "owner_name": name},
		"won": sum(visit.count for visit in ends if visit.end == WON),
		"lost": sum(visit.count for visit in ends if visit.end == LOST),
		**from_start(history, key[0], history.of_owner(key[0], factors)),
		"of_pipeline": of_pipeline["conversion"],
		"win_factor": factors.win,
		"lose_factor": factors.lose,
	}


def from_start(history: History, pipeline: str, rates: dict[str, Rates]) -> dict[str, float | None]:
	"""Return what part of the deals that enter a pipeline's first stage is won, and in how many days half of them are."""
	stages = in_order(stage for stage in history.stages.values() if stage.pipeline == pipeline)
	first = next((stage.name for stage in stages if stage.outcome == OPEN and stage.name in rates), "")
	if not first:
		return {"conversion": None, "days": None}
	return {
		"conversion": conversions(rates)[first] * 100,
		"days": median_days(wins_by_week(rates, WEEKS)[first]),
	}
