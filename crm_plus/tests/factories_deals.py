"""What the tests of deals share: a pipeline with rules, and a deal's history."""

from typing import Any

import frappe
from frappe.utils.background_jobs import get_queue

from crm_plus.tests import factories


def changes(deal: str) -> list[Any]:
	"""Return a deal's Stage Changes, oldest first."""
	return frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal", "reference_name": deal},
		fields=["from_stage", "to_stage", "cause", "seconds_in_previous", "note", "changed_by", "pipeline"],
		order_by="changed_on asc, creation asc",
	)


def work_off(deal: str) -> int:
	"""Do what a worker would for a deal that was left to one; returns how many jobs there were."""
	jobs = [job for job in get_queue("short").jobs if job.kwargs["kwargs"].get("deals") == [deal]]
	for job in jobs:
		frappe.get_attr(job.kwargs["method"])(**job.kwargs["kwargs"])
		job.delete()
	return len(jobs)


def gated_pipeline() -> str:
	"""New, Gate (close date to leave), Proposal (quotation and contact to enter), Won (managers only), Lost."""
	return factories.make_pipeline(
		(
			"New",
			{
				"stage_name": "Gate",
				"required_fields": [{"fieldname": "expected_close_date", "needed_to": "Leave"}],
			},
			{
				"stage_name": "Proposal",
				"requires_quotation": 1,
				"required_fields": [{"fieldname": "source", "needed_to": "Enter"}],
			},
			{"stage_name": "Won", "allowed_roles": [{"role": "Sales Manager"}]},
			"Lost",
		)
	).name
