"""Looks through the deals of a pipeline, each night of all, for what reports ask of their history; in batches that commit."""

import frappe

from crm_plus.workflows import deal_progress, pipelines

BATCH = 1000


def run(pipeline: str = "") -> int:
	"""Bring the deals in step and return how many were not; run again, it finds nothing to do."""
	pipelines.forget_stages()
	changed, last = 0, ""
	of_pipeline = {"pipeline": pipeline} if pipeline else {}
	while names := frappe.get_all(
		"Deal", {**of_pipeline, "name": [">", last]}, pluck="name", order_by="name asc", limit=BATCH
	):
		changed += len(deal_progress.refresh(names))
		frappe.db.commit()
		last = names[-1]
	return changed
