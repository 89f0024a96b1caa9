"""Link submitted invoices to deals, many at once, without touching a ledger.

The fields are written with `db_set`, not with `save`: saving a submitted invoice again runs every check of ERPNext and of
other apps on the whole document (a link to a record that is gone, a frozen account, a field that became mandatory), which
has nothing to do with the deal and would stop the accountant. Our own checks are made here, the version history is
written here, and `db_set` still tells listeners that the invoice changed.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.access.deal_links import deals_on, may_link
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import after_commit, deal_links

INVOICE = "Sales Invoice"
ROWS = "Sales Invoice Item"


def link_each(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
	"""Link each (invoice, deal) in a transaction of its own and return what became of it, as rows to show.

	One failure does not stop the rest, and what is reported as linked stays linked whatever happens to the next one.
	"""
	return [link_one(invoice, deal) for invoice, deal in pairs]


def link_one(invoice: str, deal: str) -> dict[str, Any]:
	"""Link one invoice, commit, and return {invoice, deal, linked, message}; a refusal is the one sentence in `message`."""
	messages = list(frappe.local.message_log)
	try:
		link(invoice, deal)
		frappe.db.commit()  # a transaction for each invoice: see link_each
	except (frappe.ValidationError, frappe.PermissionError) as refusal:
		frappe.db.rollback()  # nothing half-linked stays
		return outcome(invoice, deal, str(refusal))
	except Exception:
		frappe.db.rollback()  # nothing half-linked stays
		frappe.log_error(title="An invoice could not be linked to its deal", reference_doctype=INVOICE)
		return outcome(invoice, deal, _("This invoice could not be linked; the Error Log says why."))
	finally:
		# What is refused is told row by row, not as a pile of messages.
		frappe.local.message_log = messages
	return outcome(invoice, deal, "")


def result_key(run: str) -> str:
	"""Return where the cache keeps the result of a background run."""
	return f"crm_plus_invoice_linking:{run}"


def outcome(invoice: str, deal: str, message: str) -> dict[str, Any]:
	"""Return one row of the result."""
	return {"invoice": invoice, "deal": deal, "linked": not message, "message": message}


def link(invoice: str, deal: str) -> None:
	"""Put `deal` on an invoice that has none, on its header and its rows, and note it for the deal's amounts.

	Raises frappe.ValidationError or frappe.PermissionError with one sentence where the user may not write the
	invoice or link the deal, where it has a deal already or is cancelled, or where customer or company differ.
	"""
	if not frappe.db.exists(INVOICE, invoice):
		frappe.throw(_("Sales Invoice {0} does not exist: load the report again.").format(quoted(invoice)))
	doc = frappe.get_doc(INVOICE, invoice, for_update=True)
	check(doc, deal)
	doc.load_doc_before_save()
	doc.crm_plus_deal = deal
	for row in doc.items:
		row.crm_plus_deal = deal
	deal_links.check_links(doc)
	write(doc, deal)
	after_commit.touch(INVOICE, invoice, deals=[deal])


def check(doc: Document, deal: str) -> None:
	"""Refuse what this user may not do, and an invoice that has no place for a deal; raises as `link` does."""
	if not doc.has_permission("write"):
		frappe.throw(
			_("You may not change Sales Invoice {0}: ask an accountant who may.").format(doc.name),
			frappe.PermissionError,
		)
	if doc.docstatus == 2:
		frappe.throw(_("Sales Invoice {0} is cancelled: link the one that replaces it.").format(doc.name))
	named = sorted(deals_on(doc))
	if named:
		frappe.throw(
			_("Sales Invoice {0} already belongs to {1}: open it to change that.").format(
				doc.name, ", ".join(named)
			)
		)
	if not deal or not frappe.db.exists("Deal", deal):
		frappe.throw(_("Deal {0} does not exist: choose another one.").format(quoted(deal)))
	if not may_link(deal):
		frappe.throw(
			_("You may not use deal {0}: ask its owner to link the invoice.").format(quoted(deal)),
			frappe.PermissionError,
		)


def write(doc: Document, deal: str) -> None:
	"""Store the deal that `doc` already carries in memory: rows, history, header; the header last, it tells the listeners."""
	row = frappe.qb.DocType(ROWS)
	(
		frappe.qb.update(row)
		.set(row.crm_plus_deal, deal)
		.where((row.parent == doc.name) & (row.parenttype == INVOICE))
		.run()
	)
	version = frappe.new_doc("Version")
	if doc.meta.track_changes and version.update_version_info(doc.get_doc_before_save(), doc):
		# Frappe writes history for every user who saves; this is that, for a write that is no save.
		version.insert(ignore_permissions=True)
	doc.db_set("crm_plus_deal", deal, notify=True)
