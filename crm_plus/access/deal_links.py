"""Who may put which deal on a sales document or a project."""

from typing import Any

import frappe
from frappe import _
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.rows import readable_rows

FIELD = "crm_plus_deal"
# Where a document says what it was made from: (its field, the DocType that this names), on the header or on the rows.
MADE_FROM = {
	"Quotation": (("amended_from", "Quotation"),),
	"Sales Order": (("amended_from", "Sales Order"),),
	"Sales Invoice": (("amended_from", "Sales Invoice"), ("return_against", "Sales Invoice")),
	"Project": (("sales_order", "Sales Order"),),
	"Sales Order Item": (("prevdoc_docname", "Quotation"),),
	"Sales Invoice Item": (("sales_order", "Sales Order"),),
	"Delivery Note Item": (
		("against_sales_order", "Sales Order"),
		("against_sales_invoice", "Sales Invoice"),
	),
}


def may_link_any_deal() -> bool:
	"""Tell whether the user may link any deal of a document's party: the right to `select` deals, which accountants have.

	It shows a deal's name, title and amounts where a document is linked, and opens no deal.
	"""
	return bool(frappe.permissions.get_role_permissions("Deal").get("select"))


def may_link(deal: str) -> bool:
	"""Tell whether the user may put this deal on a document of its party."""
	return may_link_any_deal() or bool(frappe.has_permission("Deal", "read", deal))


def linkable_deals() -> Criterion | None:
	"""Return the condition for the deals that the user may link (the table must not be aliased), None where there are none."""
	if may_link_any_deal():
		return EmptyCriterion()
	return readable_rows("Deal") if frappe.has_permission("Deal", "read") else None


def check_newly_named(doc: Any) -> None:
	"""Refuse a deal that a document newly names where the user may not link it, in Frappe's words for one that is not there.

	What stands on the document that this one was made from comes along, whoever makes it: somebody else's order from an
	agent's quotation. What the app itself writes (`ignore_permissions`) is not asked. Raises frappe.LinkValidationError.
	"""
	if doc.flags.ignore_permissions or frappe.session.user == "Administrator":
		return
	new = deals_on(doc) - deals_on(doc.get_doc_before_save())
	if not new or may_link_any_deal():
		return
	hidden = {deal for deal in new if not (frappe.db.exists("Deal", deal) and may_link(deal))}
	if hidden:
		hidden -= set().union(*(_deals_of(*source) for source in made_from(doc)))
	if hidden:
		places = ", ".join(_place(part) for part in _parts(doc) if part.get(FIELD) in hidden)
		frappe.throw(_("Could not find {0}").format(places), frappe.LinkValidationError)


def deals_on(doc: Any) -> set[str]:
	"""Return every deal that a document names, on its header or its rows."""
	return {part.get(FIELD) for part in _parts(doc) if part.get(FIELD)} if doc else set()


def _parts(doc: Any) -> list[Any]:
	return [doc, *(doc.get("items") or [])]


def _place(part: Any) -> str:
	"""Say where a deal is named, as Frappe does of links that lead nowhere."""
	row, label = _("Row"), _(part.meta.get_label(FIELD), context=part.doctype)
	named = f"{label}: {part.get(FIELD)}"
	return f"{row} #{part.idx}: {named}" if part.get("parentfield") else named


def made_from(doc: Any) -> set[tuple[str, str]]:
	"""Return (DocType, name) of what a document was made from; a project may be the copy of another of the deal's."""
	found = {
		(doctype, part.get(field))
		for part in _parts(doc)
		for field, doctype in MADE_FROM.get(part.doctype, ())
		if part.get(field)
	}
	if doc.doctype == "Project":
		found |= {
			("Project", name) for name in frappe.get_list("Project", {FIELD: doc.get(FIELD)}, pluck="name")
		}
	return found


def _deals_of(doctype: str, name: str) -> set[str]:
	"""Return the deals that a document names which the user may read."""
	if not frappe.db.exists(doctype, name) or not frappe.has_permission(doctype, "read", doc=name):
		return set()
	return deals_on(frappe.get_doc(doctype, name))
