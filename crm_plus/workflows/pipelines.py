"""The stages of pipelines, as every workflow reads them."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.deal_stages import Stage
from crm_plus.rules.quoted_text import quoted

STAGE_COLUMNS = (
	"name",
	"stage_name",
	"pipeline",
	"position",
	"outcome",
	"probability",
	"rots_after_days",
	"advance_on",
	"is_retired",
	"successor",
	"requires_quotation",
	"requires_approval",
)


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
	rows = frappe.get_all("Pipeline Stage", filters={"pipeline": pipeline}, fields=STAGE_COLUMNS)
	names = [row.name for row in rows]
	in_parents = {"parenttype": "Pipeline Stage", "parent": ["in", names or [""]]}
	fields = frappe.get_all(
		"Pipeline Stage Field", in_parents, ["parent", "fieldname", "needed_to"], order_by="idx"
	)
	roles = frappe.get_all("Pipeline Stage Role", in_parents, ["parent", "role"])

	def needed(stage: str, to: str) -> tuple[str, ...]:
		return tuple(row.fieldname for row in fields if row.parent == stage and row.needed_to == to)

	return rules.in_order(
		Stage(
			**{
				**row,
				"position": cint(row.position),
				"probability": flt(row.probability),
				"rots_after_days": cint(row.rots_after_days),
				"advance_on": row.advance_on or "",
				"is_retired": bool(row.is_retired),
				"successor": row.successor or "",
				"requires_quotation": bool(row.requires_quotation),
				"requires_approval": bool(row.requires_approval),
			},
			fields_to_leave=needed(row.name, "Leave"),
			fields_to_enter=needed(row.name, "Enter"),
			roles=frozenset(role.role for role in roles if role.parent == row.name),
		)
		for row in rows
	)


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
