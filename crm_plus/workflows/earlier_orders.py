"""What was sold for a deal before: several orders are no alternatives, as quotations are, but add up."""

from typing import Any

import frappe

from crm_plus.rules.approvals import Offer
from crm_plus.workflows.offers import offers_of
from crm_plus.workflows.quoted_rows import rows_beyond_quotations

ORDER = "Sales Order"


def sold_before(order: Any, deal: str) -> list[tuple[Offer, Offer]]:
	"""Return what each other submitted order of a deal offers: its rows beyond quotations, and all its rows."""
	found = []
	for name in _others(order, deal):
		other = frappe.get_doc(ORDER, name)
		beyond = offers_of(other, rows_beyond_quotations(other))
		found.append((beyond.get(deal, Offer()), offers_of(other).get(deal, Offer())))
	return found


def _others(order: Any, deal: str) -> list[str]:
	"""Return the names of the deal's other submitted orders; what an amended one sold before is cancelled."""
	rows = {"crm_plus_deal": deal, "parenttype": ORDER, "docstatus": 1, "parent": ["!=", order.name or ""]}
	return sorted(set(frappe.get_all("Sales Order Item", rows, pluck="parent")))
