"""What the forms of Deal and Customer Profile show of the documents behind them."""

from typing import Any

import frappe

from crm_plus.access.records import record
from crm_plus.reports import deal_documents, profile_documents


@frappe.whitelist(methods=["GET"])
def documents_of_deal(deal: str) -> dict[str, Any]:
	"""Return the documents behind a deal that the caller may open, and the deal's amounts in company currency.

	Raises frappe.PermissionError where the caller may not read the deal.
	"""
	record("Deal", deal)
	return deal_documents.documents_of_deal(deal)


@frappe.whitelist(methods=["GET"])
def documents_of_profile(profile: str) -> dict[str, Any]:
	"""Return the history of a customer, documents from when it was a lead or prospect included.

	Amounts only for callers who may read invoices. Raises frappe.PermissionError where the caller may not read the profile.
	"""
	record("Customer Profile", profile)
	return profile_documents.documents_of_profile(profile)
