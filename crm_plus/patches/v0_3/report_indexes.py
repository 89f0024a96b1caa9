"""Add the indexes along which reports are made, in place of those that a wider one now holds."""

import frappe

from crm_plus.crm_plus.doctype.customer_profile import customer_profile
from crm_plus.crm_plus.doctype.deal import deal
from crm_plus.crm_plus.doctype.follow_up import follow_up
from crm_plus.crm_plus.doctype.interaction import interaction
from crm_plus.crm_plus.doctype.pipeline_snapshot import pipeline_snapshot
from crm_plus.crm_plus.doctype.stage_change import stage_change

HELD_BY_ANOTHER = (
	("Stage Change", "reference_changed_on"),
	("Pipeline Snapshot", "deal_day"),
	("Pipeline Snapshot", "day_company"),
	("Pipeline Snapshot", "day_sums"),
	("Pipeline Snapshot", "day_moves"),
	("Deal", "report_began"),
	("Deal", "stage_status_modified"),
	("Deal", "board_sums"),
	("Follow Up", "status_due"),
)


def execute() -> None:
	"""Add what is missing; a site that has it stays as it is."""
	for doctype in (deal, customer_profile, stage_change, pipeline_snapshot, interaction, follow_up):
		doctype.on_doctype_update()
	for name, index in HELD_BY_ANOTHER:
		if frappe.db.has_index(f"tab{name}", index):
			# DDL takes no bound parameters; both names come from the table above.
			frappe.db.sql_ddl(f"alter table `tab{name}` drop index `{index}`")
