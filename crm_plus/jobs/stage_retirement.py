"""Moves the open deals of a retired stage to its successor, in batches that commit; run again, it goes on where it stopped."""

import frappe

from crm_plus.workflows import pipelines, stage_retirement

BATCH = 100


def run(stage: str) -> None:
	"""Hand on every open deal of `stage`; one that fails is logged and stays, the rest go on."""
	pipelines.forget_stages()
	heir = stage_retirement.heir(stage)
	last = ""
	while heir and (names := stage_retirement.open_deals(stage, last, BATCH)):
		for name in names:
			_hand_on(name, stage, heir)
		frappe.db.commit()
		last = names[-1]


def _hand_on(name: str, stage: str, heir: str) -> None:
	frappe.db.savepoint("crm_plus_retirement")
	try:
		stage_retirement.hand_on(name, stage, heir)
	except Exception:
		frappe.db.rollback(save_point="crm_plus_retirement")
		frappe.log_error(
			title="A deal could not leave its retired stage", reference_doctype="Deal", reference_name=name
		)
