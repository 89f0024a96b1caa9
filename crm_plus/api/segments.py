"""Looking at a segment before it is used."""

from typing import Any

import frappe

from crm_plus.workflows import segments


@frappe.whitelist(methods=["POST"])
def preview(conditions: str | list[Any]) -> dict[str, Any]:
	"""How many profiles that the user may read meet conditions, saved or not, and the first of them.

	Raises frappe.PermissionError for those who read no segments, and for a condition on what the user may not read.
	"""
	frappe.has_permission("Segment", "read", throw=True)
	return segments.preview(conditions if isinstance(conditions, str) else frappe.as_json(conditions))
