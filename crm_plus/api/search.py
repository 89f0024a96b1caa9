"""The search over profiles and deals, as the Desk's search bar and other clients call it."""

from typing import Any

import frappe

from crm_plus.reports import search


@frappe.whitelist(methods=["GET", "POST"])
def find(text: str, limit: int = search.LIMIT) -> list[dict[str, Any]]:
	"""Return up to 20 profiles and deals that contain a fragment of name, e-mail or phone, and that the user may open."""
	return search.find(text, limit)
