"""Where a mail about a sales document is shown besides the document: Frappe's own timeline links, nothing copied."""

from typing import Any

import frappe

from crm_plus.workflows import deal_ledger

DOCUMENTS = ("Quotation", "Sales Order", "Sales Invoice")


def link_to_deals(communication: Any) -> None:
	"""Add a timeline link for each deal of the document and for each of their customers; each of them once.

	Works on the document in memory: what is added is stored with it.
	"""
	if communication.reference_doctype not in DOCUMENTS or not communication.reference_name:
		return
	deals = deal_ledger.deals_named_in(communication.reference_doctype, [communication.reference_name])
	wanted = [("Deal", deal) for deal in deals]
	wanted += [("Customer Profile", profile) for profile in _profiles(deals)]
	present = {(link.link_doctype, link.link_name) for link in communication.timeline_links or []}
	for doctype, name in wanted:
		if (doctype, name) not in present:
			communication.add_link(doctype, name)


def _profiles(deals: list[str]) -> list[str]:
	if not deals:
		return []
	return frappe.get_all("Deal", filters={"name": ["in", deals]}, pluck="customer_profile", distinct=True)
