"""What accountants call: the deals of a document's party, and linking invoices to deals. Needs no role of the CRM."""

import hashlib
import json
from typing import Any

import frappe
from frappe import _

from crm_plus.api import arguments
from crm_plus.reports.party_deals import search_deals
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows.invoice_linking import link_each, result_key

DOCUMENTS = ("Quotation", "Sales Order", "Sales Invoice")
LINKS_PER_REQUEST = 25
LINKS_PER_RUN = 5000
LAST_START = 100_000
JOB = "crm_plus.jobs.invoice_linking.run"


@frappe.whitelist(methods=["GET", "POST"])
@arguments.refusing
@frappe.validate_and_sanitize_search_inputs
def deals_for_document(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: dict[str, Any] | list[Any] | str | None = None,
) -> list[tuple[str, str, str]]:
	"""Return the deals that a sales document may be linked to: (name, title, amount), its party's open ones first.

	`filters` name the document: {document_type, party_type, party, company}. Raises frappe.PermissionError for callers who
	may not read documents of that type, party and company.
	"""
	asked = frappe._dict(arguments.mapping(filters))
	check_document(asked)
	return search_deals(
		asked.party_type or "Customer",
		asked.party or "",
		asked.company or "",
		txt,
		min(max(start, 0), LAST_START),
		# Newer Frappe asks for many rows at once to see whether a typed deal is among them.
		min(max(page_len, 1), 1000),
	)


def check_document(asked: dict[str, Any]) -> None:
	"""Make sure that the caller may work with documents of this type, party and company, User Permissions included.

	Raises frappe.PermissionError.
	"""
	document_type, party_type = asked.get("document_type"), asked.get("party_type") or "Customer"
	if document_type not in DOCUMENTS or party_type not in PROFILE_FIELDS:
		frappe.throw(
			_("Deals are linked to quotations, sales orders and sales invoices."), frappe.PermissionError
		)
	stand_in = frappe.new_doc(document_type)
	party_values = (
		{"quotation_to": party_type, "party_name": asked.get("party")}
		if document_type == "Quotation"
		else {"customer": asked.get("party")}
	)
	stand_in.update({**party_values, "company": asked.get("company"), "owner": frappe.session.user})
	if not (stand_in.has_permission("write") or stand_in.has_permission("read")):
		frappe.throw(
			_("You have no permission to read {0}.").format(_(document_type)), frappe.PermissionError
		)


@frappe.whitelist(methods=["POST"])
def link_invoices(pairs: list[Any] | str) -> dict[str, Any]:
	"""Link invoices to deals: `pairs` are [{"invoice": ..., "deal": ...}].

	Returns {"results": [{invoice, deal, linked, message}]}; a long list is left to a background job and returns
	{"run": id} for `linking_result`. Raises frappe.ValidationError where `pairs` is no such list.
	"""
	frappe.has_permission("Sales Invoice", "write", throw=True)
	wanted = read_pairs(pairs)
	if len(wanted) <= LINKS_PER_REQUEST:
		return {"results": link_each(wanted)}
	run = run_id(wanted)
	frappe.cache.delete_value(result_key(run))
	frappe.enqueue(JOB, queue="long", job_id=run, deduplicate=True, run_id=run, pairs=wanted)
	return {"run": run, "count": len(wanted)}


@frappe.whitelist(methods=["GET"])
def linking_result(run: str) -> dict[str, Any]:
	"""Return {"results": [...]} of a background run of this caller's, or {"results": None} while it is not finished."""
	frappe.has_permission("Sales Invoice", "write", throw=True)
	if not run.endswith(owner_mark()):
		frappe.throw(_("This run is not yours."), frappe.PermissionError)
	return {"results": frappe.cache.get_value(result_key(run), expires=True)}


def read_pairs(pairs: list[Any] | str) -> list[tuple[str, str]]:
	"""Return (invoice, deal) of what a browser sent, each invoice once. Raises frappe.ValidationError."""
	rows = arguments.several(pairs)
	fits = all(
		isinstance(row, dict) and isinstance(row.get("invoice"), str) and isinstance(row.get("deal"), str)
		for row in rows
	)
	if not fits or not rows:
		frappe.throw(_("Choose the invoices and the deal of each."))
	if len(rows) > LINKS_PER_RUN:
		frappe.throw(_("Choose at most {0} invoices at once.").format(LINKS_PER_RUN))
	return list({row["invoice"]: row["deal"] for row in rows}.items())


def run_id(pairs: list[tuple[str, str]]) -> str:
	"""Return the id of a run: the same list of the same user is the same run, so that a second click starts nothing."""
	digest = hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()[:20]
	return f"crm_plus_link_{digest}_{owner_mark()}"


def owner_mark() -> str:
	"""Return a mark of the caller that ids of runs end with."""
	return hashlib.sha256(frappe.session.user.encode()).hexdigest()[:20]
