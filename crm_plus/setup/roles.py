"""The role that CRM Plus brings: Frappe makes it with the DocTypes that name it, and leaves it behind when they go."""

import frappe

OURS = ("Marketing User",)


def remove_roles(doctypes: list[str]) -> None:
	"""Remove our roles, unless another app's or the site's own rights name them by now."""
	for role in OURS:
		if not _is_used(role, doctypes):
			frappe.db.delete("Has Role", {"role": role})
			frappe.db.delete("Custom DocPerm", {"role": role})
			frappe.db.delete("Role", {"name": role})


def _is_used(role: str, doctypes: list[str]) -> bool:
	elsewhere = {"role": role, "parent": ["not in", doctypes]}
	return any(frappe.db.exists(table, elsewhere) for table in ("DocPerm", "Custom DocPerm"))
