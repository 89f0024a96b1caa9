"""Each night: compare every deal that has documents with the ledger, repair what drifted, and say what was repaired."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from crm_plus.workflows import after_commit, deal_follow, deal_money

BATCH = 500


def run() -> None:
	"""Reconcile all deals in batches that commit; what one failure stops is logged and the rest goes on."""
	compared = repaired = 0
	last = ""
	while names := next_deals(last):
		last = names[-1]
		compared += len(names)
		repaired += len(reconcile(names))
	report(compared, repaired)


def refresh_all() -> None:
	"""Bring what all deals say of money up to date, in batches that commit, and let none of them move for it."""
	last = ""
	while names := next_deals(last):
		last = names[-1]
		deal_money.refresh(names)
		frappe.db.commit()


def next_deals(after: str) -> list[str]:
	"""Return the next batch of deals by name."""
	return frappe.get_all(
		"Deal", filters={"name": [">", after]}, pluck="name", order_by="name asc", limit=BATCH
	)


def reconcile(deals: list[str]) -> list[str]:
	"""Repair a batch and return the deals whose amounts or documents had drifted."""
	try:
		drifted = deal_money.refresh(deals)
		moved = stale_followers(deals)
		frappe.db.commit()
		after_commit.sync_deals(moved)
	except Exception:
		after_commit.log_failure("Deals could not be reconciled")
		return []
	if drifted:
		frappe.logger("crm_plus").info({"reconciled": drifted})
	return sorted({*drifted, *moved})


def stale_followers(deals: list[str]) -> list[str]:
	"""Return the deals whose documents changed unseen, for example quotations that ERPNext let expire by SQL."""
	headers = deal_money.open_books(deals).headers
	stored = dict(
		frappe.get_all(
			"Deal", filters={"name": ["in", deals]}, fields=["name", "followed_documents"], as_list=True
		)
	)
	return [
		deal
		for deal in deals
		if deal_follow.read_facts(headers[deal]) != deal_follow.known_facts(stored.get(deal))
	]


def report(compared: int, repaired: int) -> None:
	"""Leave the result where an administrator looks: CRM Plus Settings."""
	message = _("{0} deals compared with the ledger, {1} repaired.").format(compared, repaired)
	frappe.db.set_single_value("CRM Plus Settings", "last_reconciled_on", now_datetime())
	frappe.db.set_single_value("CRM Plus Settings", "last_reconciliation", message)
	frappe.db.commit()
