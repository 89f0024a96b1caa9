"""What managers call to fill the tree of Revenue Teams from ERPNext's Sales Persons and employees."""

from typing import Any

import frappe

from crm_plus.workflows import team_filling


@frappe.whitelist(methods=["GET"])
def preview() -> dict[str, Any]:
	"""Return what filling would make and change, and who gets no place; it writes nothing.

	It tells managers which employee has which user and reports to whom, which the teams then show anyhow.
	Raises frappe.PermissionError unless the caller may make teams.
	"""
	frappe.has_permission(team_filling.TEAM, "create", throw=True)
	return team_filling.preview()


@frappe.whitelist(methods=["POST"])
def fill(seen: str, take_out: bool = False) -> dict[str, int]:
	"""Do what the preview of this mark has shown; with `take_out`, people leave whom a team has beyond the records.

	Returns how many teams and people there are more, and how many were taken out. Raises frappe.PermissionError unless the
	caller may make and change teams, frappe.ValidationError where something has changed since the preview.
	"""
	for right in ("create", "write"):
		frappe.has_permission(team_filling.TEAM, right, throw=True)
	return team_filling.fill(seen, take_out)
