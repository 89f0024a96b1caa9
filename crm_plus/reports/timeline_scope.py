"""What belongs to the stream of a deal or of a customer: records, people, deals, parties and documents.

People and deals that the reader may not read are no part of it, and so nothing of theirs is.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import frappe
from pypika.terms import ValueWrapper

from crm_plus.setup.compatibility import PROFILE_FIELDS

DEAL, PROFILE = "Deal", "Customer Profile"
SALES = ("Quotation", "Sales Order", "Sales Invoice")


@dataclass(frozen=True)
class Scope:
	"""Whose stream it is. `documents`: the names behind a deal, by DocType; a customer's are found by its `parties`."""

	doctype: str
	name: str
	profiles: dict[str, str] = field(default_factory=dict)
	deals: dict[str, str] = field(default_factory=dict)
	parties: tuple[tuple[str, str], ...] = ()
	documents: dict[str, list[str]] = field(default_factory=dict)

	@property
	def of_deal(self) -> bool:
		"""Whether it is the stream of a deal."""
		return self.doctype == DEAL

	@property
	def records(self) -> list[tuple[str, str]]:
		"""The records whose own history, comments and files belong to the stream."""
		profiles = [] if self.of_deal else [(PROFILE, name) for name in self.profiles]
		return [*profiles, *((DEAL, name) for name in self.deals)]

	def parties_of(self, party_type: str) -> list[str]:
		"""The names of the parties of one type."""
		return [name for each, name in self.parties if each == party_type]


def scope_of(record: Any) -> Scope:
	"""Return the scope of a Deal or Customer Profile; the caller has made sure that the reader may read it."""
	if record.doctype == DEAL:
		return Scope(
			DEAL, record.name, deals={record.name: record.title}, documents=documents_behind(record.name)
		)
	people = _people(record)
	profiles = {record.name: record.full_name} | {row.name: row.full_name for row in people}
	deals = frappe.get_list(
		DEAL, filters={"customer_profile": ["in", list(profiles)]}, fields=["name", "title"], limit=0
	)
	parties = {
		(party_type, row.get(fieldname)): None
		for row in (record, *people)
		for party_type, fieldname in PROFILE_FIELDS.items()
		if row.get(fieldname)
	}
	return Scope(PROFILE, record.name, profiles, {deal.name: deal.title for deal in deals}, tuple(parties))


def _people(record: Any) -> list[Any]:
	if record.profile_type != "Organization":
		return []
	return frappe.get_list(
		PROFILE,
		filters={"organization": record.name},
		fields=["name", "full_name", *PROFILE_FIELDS.values()],
		limit=0,
	)


def documents_behind(deal: str) -> dict[str, list[str]]:
	"""Return the names of the documents behind a deal by DocType, in one query: sales, deliveries and payments.

	Whether the reader may read them is not asked here.
	"""
	queries = [query for doctype in SALES for query in _naming(doctype, deal)]
	queries += [_deliveries(deal), _advances(deal), *_settling(deal)]
	union = queries[0]
	for query in queries[1:]:
		union = union.union(query)
	found: dict[str, list[str]] = defaultdict(list)
	for doctype, name in frappe.qb.from_(union.as_("behind")).select("doctype", "name").run():
		found[doctype].append(name)
	return dict(found)


def _naming(doctype: str, deal: str) -> list[Any]:
	header, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
	return [
		_named(frappe.qb.from_(header).where(header.crm_plus_deal == deal), doctype, header.name),
		_named(frappe.qb.from_(row).where(row.crm_plus_deal == deal), doctype, row.parent),
	]


def _named(query: Any, doctype: str, name: Any) -> Any:
	return query.select(ValueWrapper(doctype).as_("doctype"), name.as_("name"))


def _deliveries(deal: str) -> Any:
	delivered, ordered = frappe.qb.DocType("Delivery Note Item"), frappe.qb.DocType("Sales Order Item")
	query = frappe.qb.from_(ordered).join(delivered).on(delivered.so_detail == ordered.name)
	return _named(query.where(ordered.crm_plus_deal == deal), "Delivery Note", delivered.parent)


def _advances(deal: str) -> Any:
	"""Payments on the deal's orders, before there is an invoice."""
	reference, ordered = (frappe.qb.DocType(name) for name in ("Payment Entry Reference", "Sales Order Item"))
	query = frappe.qb.from_(ordered).join(reference).on(reference.reference_name == ordered.parent)
	query = query.where((ordered.crm_plus_deal == deal) & (reference.reference_doctype == "Sales Order"))
	return _named(query, "Payment Entry", reference.parent)


def _settling(deal: str) -> list[Any]:
	"""What the payment ledger holds against the deal's invoices."""
	queries = []
	for voucher_type in ("Payment Entry", "Journal Entry"):
		entry, billed = (frappe.qb.DocType(name) for name in ("Payment Ledger Entry", "Sales Invoice Item"))
		query = frappe.qb.from_(billed).join(entry).on(entry.against_voucher_no == billed.parent)
		query = query.where((billed.crm_plus_deal == deal) & (entry.against_voucher_type == "Sales Invoice"))
		query = query.where((entry.delinked == 0) & (entry.voucher_type == voucher_type))
		queries.append(_named(query, voucher_type, entry.voucher_no))
	return queries
