"""Who may put which deal on a sales document."""

import frappe
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.rows import readable_rows


def may_link_any_deal() -> bool:
	"""Tell whether the user may link any deal of a document's party: the right to `select` deals, which accountants have.

	It shows a deal's name, title and amounts where a document is linked, and opens no deal.
	"""
	return bool(frappe.permissions.get_role_permissions("Deal").get("select"))


def may_link(deal: str) -> bool:
	"""Tell whether the user may put this deal on a document of its party."""
	return may_link_any_deal() or bool(frappe.has_permission("Deal", "read", deal))


def linkable_deals() -> Criterion | None:
	"""Return the condition for the deals that the user may link (the table must not be aliased), None where there are none."""
	if may_link_any_deal():
		return EmptyCriterion()
	return readable_rows("Deal") if frappe.has_permission("Deal", "read") else None
