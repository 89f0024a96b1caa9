"""Add the indexes along which reports are made, in place of one that a wider one now holds."""

import frappe

from crm_plus.crm_plus.doctype.deal import deal
from crm_plus.crm_plus.doctype.stage_change import stage_change


def execute() -> None:
	"""Add what is missing; a site that has it stays as it is."""
	deal.on_doctype_update()
	stage_change.on_doctype_update()
	if frappe.db.has_index("tabStage Change", "reference_changed_on"):
		frappe.db.sql_ddl("alter table `tabStage Change` drop index `reference_changed_on`")
