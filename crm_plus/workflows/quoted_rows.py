"""Which rows of an order sell what a submitted quotation offered: that was judged when the quotation went out."""

from collections import defaultdict
from functools import cache
from typing import Any

import frappe
from frappe.utils import flt

from crm_plus.rules.approvals import PLACES
from crm_plus.workflows.offer_reductions import is_given_as_much, percent_off_later

# In what an order's row has to be like the quotation's that it was made from.
SAME = ("item_code", "uom", "conversion_factor", "crm_plus_deal")


def rows_beyond_quotations(order: Any) -> list[Any]:
	"""Return the rows of an order that sell more than a quotation for the same deal offered, or for less."""
	ordered: dict[str, float] = defaultdict(float)
	for row in order.items:
		ordered[row.get("quotation_item") or ""] += flt(row.qty)
	is_on_its_terms = cache(lambda name: _is_on_its_terms(order, frappe.get_doc("Quotation", name)))

	def is_as_quoted(row: Any) -> bool:
		quoted = _quoted(row)
		if not quoted or not is_on_its_terms(quoted.parent):
			return False
		coin = 10.0 ** -row.precision("net_rate")
		in_all = ordered[row.quotation_item] + _ordered_elsewhere(order, row)
		return in_all <= flt(quoted.qty) and flt(row.net_rate) >= flt(quoted.net_rate) - coin

	return [row for row in order.items if not is_as_quoted(row)]


def _quoted(row: Any) -> Any:
	"""Return the row of a submitted quotation that an order's row was made from, None where it sells something else."""
	asked = {"name": row.get("quotation_item") or "", "docstatus": 1}
	quoted = frappe.db.get_value("Quotation Item", asked, [*SAME, "parent", "qty", "net_rate"], as_dict=True)
	return quoted if quoted and all(quoted[name] == row.get(name) for name in SAME) else None


def _is_on_its_terms(order: Any, quotation: Any) -> bool:
	"""Tell whether an order's rates are in the quotation's money, and nothing comes off them that did not there.

	Nor anything that the company's rules took off there and would not here.
	"""
	if order.currency != quotation.currency:
		return False
	if round(percent_off_later(order), PLACES) > round(percent_off_later(quotation), PLACES):
		return False
	return is_given_as_much(order, quotation)


def _ordered_elsewhere(order: Any, row: Any) -> float:
	"""Return how much of the same row of a quotation other submitted orders have."""
	others = {"item_code": row.item_code, "quotation_item": row.quotation_item, "docstatus": 1}
	found = frappe.get_all("Sales Order Item", {**others, "parent": ["!=", order.name]}, pluck="qty")
	return sum(map(flt, found))
