"""Whose the occasions of a day are, and what of an occasion each of those who hear of it may open.

ERPNext lets neither agents nor sales managers read invoices, nor agents contracts. They hear of those of their customers all the
same, and are led to the deal or the customer's profile instead.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe

from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows import capture_findings

PROFILE, DEAL = "Customer Profile", "Deal"
# The DocTypes of ERPNext's that somebody may hear of who may not open them.
OF_CUSTOMERS = ("Quotation", "Sales Invoice", "Contract")
# In which fields a document says what its party is.
PARTY_TYPES = ("quotation_to", "party_type")
Party = tuple[str, str]


def of_deals(rows: list[Any]) -> dict[str, str]:
	"""Return the owners of deals."""
	return {row.name: row.deal_owner for row in rows if row.deal_owner}


def of_customers(rows: list[Any]) -> dict[str, str]:
	"""Return who owns the profiles of the parties of invoices, contracts and quotations, by the document's name."""
	parties = {row.name: _party(row) for row in rows}
	owners = _owners(parties.values())
	return {name: owners[party] for name, party in parties.items() if party in owners}


def _party(row: Any) -> Party:
	if row.get("customer"):
		return "Customer", row.customer
	kind = next((row.get(field) for field in PARTY_TYPES if row.get(field)), "")
	return kind, row.get("party_name") or ""


def _owners(parties: Iterable[Party]) -> dict[Party, str]:
	"""Return who owns the profiles of parties, one question for each kind; no profile is made of a supplier."""
	by_kind: dict[str, set[str]] = defaultdict(set)
	for kind, name in parties:
		by_kind[kind].add(name)
	found: dict[Party, str] = {}
	for kind, field in PROFILE_FIELDS.items():
		if by_kind.get(kind):
			where = {field: ["in", sorted(by_kind[kind])], "profile_owner": ["is", "set"]}
			rows = frappe.get_all(PROFILE, where, [field, "profile_owner"], order_by="creation desc")
			found |= {(kind, row[field]): row.profile_owner for row in rows}
	return found


def of_quotations(rows: list[Any]) -> dict[str, str]:
	"""Return who owns the deals of quotations, else the customers."""
	deals = dict(
		frappe.get_all(
			DEAL,
			{"name": ["in", [row.crm_plus_deal for row in rows if row.crm_plus_deal]]},
			["name", "deal_owner"],
			as_list=True,
		)
	)
	found = {row.name: deals[row.crm_plus_deal] for row in rows if deals.get(row.crm_plus_deal)}
	return of_customers([row for row in rows if row.name not in found]) | found


def readable_document(doctype: str, name: str, user: str) -> tuple[str, str] | None:
	"""Return what a user may open to see what an occasion is about: the document, else its deal, else its customer.

	None where he may open none of them.
	"""
	if _may_read(doctype, name, user):
		return doctype, name
	if doctype not in OF_CUSTOMERS:
		return None
	deal, profiles = capture_findings.follow((doctype, name))
	candidates = [(DEAL, deal)] if deal else []
	candidates += [(PROFILE, profile) for profile in profiles]
	return next((one for one in candidates if _may_read(*one, user)), None)


def _may_read(doctype: str, name: str, user: str) -> bool:
	return bool(frappe.has_permission(doctype, "read", doc=name, user=user))
