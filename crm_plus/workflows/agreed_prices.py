"""The prices that a customer agreed to in a deal stay those of its quotation, orders and delivery notes.

ERPNext keeps `ignore_pricing_rule` at a permission level that sellers lack. Frappe takes it off whatever they store, and the
Pricing Rules would then price anew what was agreed: here it is put back. Who has that level decides himself.
"""

from typing import Any

import frappe
from frappe.utils import flt

from crm_plus.access.deal_links import FIELD, made_from

IGNORES = "ignore_pricing_rule"


def note_wish(quotation: Any) -> None:
	"""Remember whether a new quotation asks for its prices to stand, as one made from a deal does: Frappe forgets it next."""
	quotation.flags.crm_plus_keeps_prices = bool(quotation.get(IGNORES))


def keep(document: Any) -> None:
	"""Let Pricing Rules leave a document alone whose prices are those of a deal. Called before ERPNext looks for rules.

	That is a quotation that was made from a deal which the user may price himself, or as it stands there; and what was
	made from such a quotation, or from an order of it.
	"""
	if document.get(IGNORES) or document.has_permlevel_access_to(IGNORES, permission_type="write"):
		return
	if _is_of_deal(document) or _is_of_agreed(document):
		document.set(IGNORES, 1)


def _is_of_deal(document: Any) -> bool:
	deal = document.get(FIELD)
	if not deal or not document.flags.crm_plus_keeps_prices:
		return False
	if frappe.has_permission("Deal", "write", deal):
		return True
	return _priced_rows(document) == _priced_rows(frappe.get_doc("Deal", deal))


def _priced_rows(document: Any) -> list[tuple[Any, ...]]:
	return [(row.item_code, row.uom, flt(row.qty), flt(row.rate)) for row in document.items]


def _is_of_agreed(document: Any) -> bool:
	earlier = made_from(document)
	return bool(earlier) and all(_is_agreed(*source) for source in earlier)


def _is_agreed(doctype: str, name: str) -> bool:
	ignores, deal = frappe.db.get_value(doctype, name, [IGNORES, FIELD]) or (0, None)
	rows = f"{doctype} Item"
	return bool(ignores and (deal or frappe.db.exists(rows, {"parent": name, FIELD: ["is", "set"]})))
