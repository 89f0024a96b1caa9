"""The stages of pipelines, as every workflow reads them."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.deal_stages import Stage
from crm_plus.rules.quoted_text import quoted

# One question for a pipeline: whoever posts a document that moves a deal waits for the answer.
STAGES = """
	SELECT stage.name, stage.stage_name, stage.pipeline, stage.position, stage.outcome, stage.probability,
		stage.rots_after_days, stage.advance_on, stage.is_retired, stage.successor, stage.requires_quotation,
		stage.requires_approval,
		needed.fieldname, needed.needed_to, allowed.role
	FROM `tabPipeline Stage` stage
	LEFT JOIN `tabPipeline Stage Field` needed ON needed.parent = stage.name AND needed.parenttype = 'Pipeline Stage'
	LEFT JOIN `tabPipeline Stage Role` allowed ON allowed.parent = stage.name AND allowed.parenttype = 'Pipeline Stage'
	WHERE stage.pipeline = %(pipeline)s
	ORDER BY needed.idx
"""


def load_stages(pipeline: str) -> list[Stage]:
	"""Return a pipeline's stages from left to right, retired ones included; read once a request."""
	cache = _cache()
	if pipeline not in cache:
		cache[pipeline] = _read_stages(pipeline)
	return cache[pipeline]


def load_stage(name: str) -> Stage:
	"""Return one stage. Raises frappe.DoesNotExistError where there is none of that name."""
	for stages in _cache().values():
		for stage in stages:
			if stage.name == name:
				return stage
	pipeline = frappe.db.get_value("Pipeline Stage", name, "pipeline")
	found = [stage for stage in load_stages(pipeline) if stage.name == name] if pipeline else []
	if not found:
		frappe.throw(
			_("There is no stage {0}; choose another.").format(quoted(name)), frappe.DoesNotExistError
		)
	return found[0]


def forget_stages() -> None:
	"""Read the stages anew from here on; called when a stage or a pipeline changes."""
	_cache().clear()


def _cache() -> dict[str, list[Stage]]:
	cache = getattr(frappe.local, "crm_plus_stages", None)
	if cache is None:
		cache = frappe.local.crm_plus_stages = {}
	return cache


def _read_stages(pipeline: str) -> list[Stage]:
	by_name: dict[str, list[dict[str, Any]]] = {}
	for row in frappe.db.sql(STAGES, {"pipeline": pipeline}, as_dict=True):
		by_name.setdefault(row["name"], []).append(row)
	return rules.in_order(_stage(rows) for rows in by_name.values())


def _stage(rows: list[dict[str, Any]]) -> Stage:
	"""Return the stage that these rows tell of: each with one of its fields and one of its roles."""
	row = rows[0]
	return Stage(
		name=row["name"],
		stage_name=row["stage_name"],
		pipeline=row["pipeline"],
		position=cint(row["position"]),
		outcome=row["outcome"],
		probability=flt(row["probability"]),
		rots_after_days=cint(row["rots_after_days"]),
		advance_on=row["advance_on"] or "",
		is_retired=bool(row["is_retired"]),
		successor=row["successor"] or "",
		requires_quotation=bool(row["requires_quotation"]),
		requires_approval=bool(row["requires_approval"]),
		fields_to_leave=_needed(rows, "Leave"),
		fields_to_enter=_needed(rows, "Enter"),
		roles=frozenset(row["role"] for row in rows if row["role"]),
	)


def _needed(rows: list[dict[str, Any]], to: str) -> tuple[str, ...]:
	return tuple(dict.fromkeys(row["fieldname"] for row in rows if row["needed_to"] == to))


def reorder(pipeline: str, names: list[str]) -> None:
	"""Put a pipeline's stages in the given order. Raises frappe.ValidationError unless each is named exactly once."""
	if sorted(names) != sorted(stage.name for stage in load_stages(pipeline)):
		frappe.throw(
			_("The stages of this pipeline have changed meanwhile; reload the page and order them again.")
		)
	for position, name in enumerate(names, 1):
		stage = frappe.get_doc("Pipeline Stage", name)
		if stage.position != position:
			stage.position = position
			stage.save()


def spread_probability(stage: Document) -> None:
	"""Give a stage's new probability to the open deals in it that keep none of their own."""
	deal = frappe.qb.DocType("Deal")
	(
		frappe.qb.update(deal)
		.set(deal.probability, stage.probability)
		.where((deal.stage == stage.name) & (deal.pipeline == stage.pipeline) & (deal.status == "Open"))
		.where(deal.probability_overridden == 0)
	).run()
