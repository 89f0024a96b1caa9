"""What a form is sent when it opens: Frappe hides the fields of a level from who may not read it, and sends their history.

`hooks.override_whitelisted_methods` puts these in Frappe's place; each takes what Frappe's takes.
"""

import json
from typing import Any

import frappe
from frappe.desk.form import load

from crm_plus.api.narrowed import refusing

TABLES = ("added", "removed", "row_changed")


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def document(doctype: str, name: str | int, **_sent: Any) -> Any:
	"""Open a record as Frappe does. Raises frappe.PermissionError."""
	answer = load.getdoc(doctype, name)
	_mask(doctype)
	return answer


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def beside(doctype: str, name: str | int, **_sent: Any) -> None:
	"""Read anew what stands beside a record. Raises frappe.PermissionError, frappe.DoesNotExistError."""
	load.get_docinfo(doctype=doctype, name=name)
	_mask(doctype)


def _mask(doctype: str) -> None:
	"""Take out of the history that is sent what the reader's levels hide."""
	info = frappe.response.get("docinfo")
	if not info or not frappe.db.exists("DocType", {"name": doctype, "module": "CRM Plus"}):
		return
	meta = frappe.get_meta(doctype)
	levels = meta.get_permlevel_access("read")
	hidden = {field.fieldname for field in meta.fields if field.permlevel not in levels}
	for version in info.versions if hidden else ():
		version.data = _without(version.data, hidden)


def _without(data: str, hidden: set[str]) -> str:
	stored = json.loads(data or "{}")
	for part in ("changed", *TABLES):
		stored[part] = [row for row in stored.get(part) or [] if row and row[0] not in hidden]
	return json.dumps(stored)
