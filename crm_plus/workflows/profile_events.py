"""Let profiles follow what ERPNext posts: figures and lifecycle, after the document is safe.

As with deals, listeners only note whom a document concerns. After the commit each profile is refreshed in a transaction of
its own, so that the accountant neither waits for a profile that somebody else is writing, nor fails with it.
"""

from typing import Any

import frappe

from crm_plus.workflows import lifecycle, until_commit

# More than this in one request is left to a background job: nobody should wait for a mass posting.
PROFILES_PER_REQUEST = 5
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
	"""Refresh the profiles that were noted, right after the commit. Never raises."""
	try:
		causes = _profiles_of(notes)
		if len(causes) > PROFILES_PER_REQUEST:
			_enqueue(causes)
		elif causes:
			refresh_profiles(causes)
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


def refresh_profiles(causes: dict[str, Cause]) -> None:
	"""Refresh profiles, each in its own transaction; one that somebody else is writing is left to a background job."""
	busy = {name: cause for name, cause in causes.items() if not _refresh(name, cause)}
	if busy:
		_enqueue(busy)


def _refresh(name: str, cause: Cause) -> bool:
	messages = list(frappe.local.message_log)
	try:
		# Writes nothing: what is read under the lock must not be the state of before it.
		frappe.db.commit()
		frappe.db.get_value("Customer Profile", name, "name", for_update=True, wait=False)
		lifecycle.refresh(name, *cause)
		frappe.db.commit()  # own transaction, after the ERP document's
	except frappe.QueryTimeoutError:
		frappe.db.rollback()  # nothing was written: the lock was not to be had
		return False
	except Exception:
		_log(name)
	finally:
		frappe.local.message_log = messages
	return True


def _enqueue(causes: dict[str, Cause]) -> None:
	frappe.enqueue(JOB, queue="short", causes=causes)


def _log(name: str | None = None) -> None:
	frappe.db.rollback()  # what failed is undone; the nightly job catches up
	frappe.log_error(
		title="CRM Plus: a profile could not follow a document",
		reference_doctype="Customer Profile" if name else None,
		reference_name=name,
	)
	frappe.db.commit()  # the log must survive, whatever the request does next
