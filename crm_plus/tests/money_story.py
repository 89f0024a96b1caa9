"""Tells what a player of ERP events has done, so that it can be played again."""

from typing import Any

import frappe

DOCUMENTS = {
	"Sales Order": ("status", "grand_total", "conversion_rate", "per_billed"),
	"Sales Invoice": (
		*("status", "is_return", "return_against", "grand_total", "conversion_rate"),
		*("outstanding_amount", "update_outstanding_for_self"),
	),
	"Payment Entry": (
		*("paid_amount", "received_amount", "source_exchange_rate"),
		*("total_allocated_amount", "unallocated_amount", "difference_amount"),
	),
}


def story(player: Any) -> str:
	"""Return what a player has done, and its documents as they stand."""
	lines = [
		f"MoneyPlayer(seed={player.seed}, currency={player.currency!r}) did {player.acts}; its documents:"
	]
	for doctype, fields in DOCUMENTS.items():
		party = {"party" if doctype == "Payment Entry" else "customer": player.customer}
		for row in frappe.get_all(doctype, party, ["name", "docstatus", *fields], order_by="creation"):
			lines.append(f"  {doctype} " + ", ".join(f"{name}={value}" for name, value in row.items()))
	return "\n".join(lines)
