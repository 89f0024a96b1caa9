"""What the approvals have in common: Frappe's Workflow is switched on by a setting, and asks managers by mail."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.rules.approvals import PENDING


def switch(settings: Document, fieldname: str, workflow: str) -> None:
	"""Let a Workflow run while the settings ask for it. Raises frappe.ValidationError where it was deleted."""
	wanted = int(bool(settings.get(fieldname)))
	active = frappe.db.get_value("Workflow", workflow, "is_active")
	if active is None and wanted:
		frappe.throw(
			_("The workflow {0} was deleted; a migration of the site brings it back.").format(_(workflow))
		)
	if active is None or active == wanted or not settings.has_value_changed(fieldname):
		return
	shipped = frappe.get_doc("Workflow", workflow)
	shipped.is_active = wanted
	shipped.save(ignore_permissions=True)  # safe: who may save these settings decides on approvals
	frappe.clear_cache(doctype=shipped.document_type)


def let_managers_be_asked_again(doc: Any) -> None:
	"""Forget that managers have answered before: Frappe mails them but once for each state of a record."""
	before = doc.get_doc_before_save()
	if doc.approval_state == PENDING and before and before.approval_state != PENDING:
		answered = {"reference_doctype": doc.doctype, "reference_name": doc.name, "workflow_state": PENDING}
		frappe.db.delete("Workflow Action", {**answered, "status": "Completed"})
