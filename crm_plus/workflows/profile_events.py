"""Let profiles follow what ERPNext posts: figures and lifecycle, after the document is safe.

As with deals, listeners only note whom a document concerns. After the commit one background job of the request gets all
notes, so that the accountant waits for none of it. Jobs are not merged over requests: one that has begun to read may miss
what was posted since. Where no worker runs, the nightly job catches up.
"""

from typing import Any

import frappe

from crm_plus.workflows import lifecycle, until_commit

JOB = "crm_plus.workflows.profile_events.refresh_profiles"
CAUSES = {
	("Sales Order", 1): "Order Submitted",
	("Sales Order", 2): "Order Cancelled",
	("Sales Invoice", 1): "Invoice Submitted",
	("Sales Invoice", 2): "Invoice Cancelled",
}
PAYMENT = "Payment Posted"
TOUCHED = "profiles"
Cause = tuple[str, str, str]  # cause, DocType, name


def note_document(doc: Any) -> None:
	"""Note a submitted or cancelled order or invoice for the profiles of its customer and its deal."""
	cause = CAUSES.get((doc.doctype, doc.docstatus))
	if cause:
		_note("customer", doc.customer, (cause, doc.doctype, doc.name))
		if doc.get("crm_plus_deal"):
			_note("deal", doc.crm_plus_deal, (cause, doc.doctype, doc.name))


def note_payment(entry: Any) -> None:
	"""Note an entry of the payment ledger for its customer's profile."""
	if entry.party_type == "Customer" and entry.party:
		_note("customer", entry.party, (PAYMENT, entry.voucher_type, entry.voucher_no))


def deal_created(deal: Any) -> None:
	"""Let the profile of a new deal become a prospect."""
	lifecycle.settle([deal.customer_profile], "Deal Created", "Deal", deal.name)


def _note(kind: str, name: str, cause: Cause) -> None:
	"""Keep the first cause for each customer and deal; a payment's gives way to a document's."""
	notes = until_commit.notes(TOUCHED, run)
	known = notes.get((kind, name))
	if not known or known[0] == PAYMENT:
		notes[kind, name] = cause


def run(notes: until_commit.Notes) -> None:
	"""Have the profiles of the noted customers and deals refreshed, right after the commit. Never raises."""
	try:
		until_commit.leave_to_worker(JOB, notes=notes)
	except Exception:
		_log()


def _profiles_of(notes: dict[tuple[str, str], Cause]) -> dict[str, Cause]:
	"""Return the profiles of the noted customers and deals, each with its cause."""
	lookups = (
		("customer", "Customer Profile", "erpnext_customer", "name"),
		("deal", "Deal", "name", "customer_profile"),
	)
	causes: dict[str, Cause] = {}
	for kind, doctype, key, profile in lookups:
		names = [name for noted, name in notes if noted == kind]
		rows = frappe.get_all(doctype, {key: ["in", names]}, [key, profile], as_list=True) if names else []
		for name, profile_name in rows:
			causes.setdefault(profile_name, notes[kind, name])
	return causes


def refresh_profiles(notes: dict[tuple[str, str], Cause]) -> None:
	"""Refresh the profiles of noted customers and deals, each in its own transaction; a failure stops no other."""
	for name, cause in _profiles_of(notes).items():
		try:
			# Writes nothing: what is read under the profile's lock must not be the state of before it.
			frappe.db.commit()
			lifecycle.refresh(name, *cause)
			frappe.db.commit()  # own transaction, after the ERP document's
		except Exception:
			_log(name)


def _log(name: str | None = None) -> None:
	frappe.db.rollback()  # what failed is undone; the nightly job catches up
	frappe.log_error(
		title="CRM Plus: a profile could not follow a document",
		reference_doctype="Customer Profile" if name else None,
		reference_name=name,
	)
	frappe.db.commit()  # the log must survive, whatever the request does next
