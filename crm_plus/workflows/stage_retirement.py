"""A retired stage hands its open deals to its successor, in the background."""

import frappe
from frappe.model.document import Document

from crm_plus.rules import deal_stages as rules
from crm_plus.workflows import deal_stages
from crm_plus.workflows.pipelines import load_stages

CAUSE = "Stage Retired"
JOB = "crm_plus.jobs.stage_retirement.run"


def arrange(stage: Document) -> None:
	"""Have the open deals of a retired stage moved once this transaction is committed; never twice at once."""
	frappe.enqueue(
		JOB,
		queue="long",
		job_id=f"crm_plus_stage_retirement::{stage.name}",
		deduplicate=True,
		enqueue_after_commit=True,
		stage=stage.name,
	)


def heir(stage_name: str) -> str:
	"""Return the stage in use that succeeds a retired one, empty where there is none."""
	pipeline = frappe.db.get_value("Pipeline Stage", stage_name, "pipeline")
	stages = {stage.name: stage for stage in load_stages(pipeline)}
	found = rules.resolve_successor(stages, stage_name)
	return found.name if found and found.name != stage_name else ""


def open_deals(stage_name: str, after: str, limit: int) -> list[str]:
	"""Return the next open deals of a stage, by name."""
	return frappe.get_all(
		"Deal",
		filters={"stage": stage_name, "status": "Open", "name": [">", after]},
		pluck="name",
		order_by="name",
		limit=limit,
	)


def hand_on(deal_name: str, from_stage: str, to_stage: str) -> None:
	"""Move one deal; no rule of a stage is asked, for the administrator has decided."""
	deal = frappe.get_doc("Deal", deal_name, for_update=True)
	if deal.stage != from_stage or deal.status != "Open":
		return
	deal.flags.ignore_permissions = (
		True  # safe: only the stage changes, to the one that the administrator named
	)
	deal.flags.system_move = deal.flags.ignore_stage_rules = True
	deal_stages.move(deal, to_stage, cause=CAUSE, cause_doctype="Pipeline Stage", cause_name=from_stage)
