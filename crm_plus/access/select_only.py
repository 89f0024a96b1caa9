"""The right to `select` without the right to read: it links a record, and lists none."""

import frappe


def hide_from_lists(user: str | None = None, doctype: str = "Deal") -> str:
	"""Return the condition that empties every list of a DocType for users who may only select it, "" for all others.

	Frappe's own lists, searches and REST would show such a user the search fields of all records.
	"""
	rights = frappe.permissions.get_role_permissions(
		frappe.get_meta(doctype), user=user or frappe.session.user
	)
	return "" if rights.get("read") else "1 = 0"
