"""Who is shown a chart or a card: who may read the columns that it adds up or groups by."""

from typing import Any

import frappe

from crm_plus.access.rows import readable_fields
from crm_plus.setup.compatibility import no_objection

COLUMNS = ("value_based_on", "based_on", "aggregate_function_based_on", "group_by_based_on")


def shows_hidden_columns(shown: Any, user: str | None = None) -> bool:
	"""Tell whether a chart or a card is of a column of our DocTypes that a user may not read."""
	doctype, columns = shown.get("document_type"), {shown.get(column) for column in COLUMNS} - {None, ""}
	if not doctype or not columns or frappe.get_meta(doctype).module != "CRM Plus":
		return False
	hidden = {field.fieldname for field in frappe.get_meta(doctype).fields} - readable_fields(doctype, user)
	return bool(hidden & columns)


def may_see(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Leave a chart or a card out of workspaces and dashboards where opening it would be refused; None has no objection."""
	if ptype == "create" or not doc.get("document_type") or not shows_hidden_columns(doc, user):
		return no_objection()
	return False
