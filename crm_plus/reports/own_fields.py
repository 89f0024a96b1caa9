"""An administrator's own fields of deals, as reports group by them: the links, choices and checks that their readers may read."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

from crm_plus.access.report_readers import fields_for_readers, readers

DEAL = "Deal"
CHECK, LINK = "Check", "Link"
GROUPABLE = ("Select", LINK, CHECK)


def own_fields() -> dict[str, Any]:
	"""Return those fields by their names, which stand for them as groups; they come with the DocType's own description."""
	own = [field for field in frappe.get_meta(DEAL).get_custom_fields() if field.fieldtype in GROUPABLE]
	shown = [field for field in own if not field.hidden and not field.get("is_virtual")]
	readable = fields_for_readers(DEAL) if shown else set()
	return {field.fieldname: field for field in shown if field.fieldname in readable}


def is_check(group: str) -> bool:
	"""Tell whether a group is a field that is either ticked or not."""
	field = own_fields().get(group)
	return bool(field) and field.fieldtype == CHECK


def group_title(group: str) -> str:
	"""Return what a group is called."""
	field = own_fields().get(group)
	return _(field.label) if field else _(group)


def own_labels(group: str, values: Iterable[Any]) -> dict[Any, str]:
	"""Return the words for each of a field's values, in one query at most; records by their titles, as far as they may be read."""
	field, filled = own_fields()[group], [value for value in values if value not in (None, "")]
	if field.fieldtype == CHECK:
		return {value: _("Yes") if value else _("No") for value in filled}
	if field.fieldtype == LINK:
		return {**{value: value for value in filled}, **_titles(field.options, filled)}
	return {value: _(value) for value in filled}


def _titles(doctype: str, names: list[Any]) -> dict[str, str]:
	meta = frappe.get_meta(doctype)
	is_titled = meta.show_title_field_in_link and meta.title_field
	# A list is of what one user may read.
	if not is_titled or len(readers()) > 1 or not frappe.has_permission(doctype, "read"):
		return {}
	rows = frappe.get_list(
		doctype, filters={"name": ["in", names]}, fields=["name", meta.title_field], limit=0
	)
	return {row["name"]: row[meta.title_field] or row["name"] for row in rows}
