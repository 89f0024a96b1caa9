"""The Deal field on ERPNext's sales documents: the header fills the rows, and a wrong deal is refused in one sentence."""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.deal_links import deals_on, may_link
from crm_plus.rules.quoted_text import quoted

# Where a row without a deal finds it: the row of the earlier document that it was made from.
EARLIER_ROW = {
	"Sales Order Item": (("quotation_item", "Quotation Item"),),
	"Sales Invoice Item": (("so_detail", "Sales Order Item"), ("sales_invoice_item", "Sales Invoice Item")),
}


def fill_rows(doc: Any) -> None:
	"""Give each row without a deal that of the row it was made from, else the header's; a lone deal names the header."""
	open_rows = [row for row in doc.get("items") or [] if not row.get("crm_plus_deal")]
	for row in open_rows:
		row.crm_plus_deal = _deal_of_earlier_row(row) or doc.get("crm_plus_deal")
	named = {row.crm_plus_deal for row in doc.get("items") or [] if row.get("crm_plus_deal")}
	if len(named) == 1 and not doc.get("crm_plus_deal"):
		doc.crm_plus_deal = named.pop()


def refill_rows(doc: Any) -> None:
	"""Let rows follow the header where it was changed after submission; rows of other deals keep theirs."""
	before = doc.get_doc_before_save()
	if not before or before.get("crm_plus_deal") == doc.get("crm_plus_deal"):
		return
	for row in doc.get("items") or []:
		if (row.get("crm_plus_deal") or None) == (before.get("crm_plus_deal") or None):
			row.crm_plus_deal = doc.get("crm_plus_deal")


def _deal_of_earlier_row(row: Any) -> str | None:
	for link, doctype in EARLIER_ROW.get(row.doctype, ()):
		if row.get(link):
			deal = frappe.db.get_value(doctype, row.get(link), "crm_plus_deal")
			if deal:
				return deal
	return None


def check_links(doc: Any) -> None:
	"""Refuse a deal of another company or customer. Asks only about deals that this save brings to the document.

	Raises frappe.ValidationError.
	"""
	new = deals_on(doc) - deals_on(doc.get_doc_before_save())
	for deal in sorted(new):
		_check_link(doc, deal)


def _check_link(doc: Any, deal_name: str) -> None:
	deal = frappe.db.get_value("Deal", deal_name, ["title", "company", "customer_profile"], as_dict=True)
	if not deal:
		frappe.throw(
			_("Deal {0} does not exist: choose another or leave the field empty.").format(quoted(deal_name))
		)
	if doc.company != deal.company:
		frappe.throw(
			_("Deal {0} belongs to {1}, this document to {2}: choose a deal of the same company.").format(
				quoted(deal_name), quoted(deal.company), quoted(doc.company)
			)
		)
	party = party_customer(doc)
	other = other_customer(deal.customer_profile, party) if party else None
	if other:
		sentence = (
			_("Deal {0} is with {1}, this document with {2}: choose a deal of the same customer.")
			if may_link(deal_name)
			# It came with what this document was made from: with whom it is by now is not for everybody.
			else _("Deal {0} is not with {2}: leave the field empty or choose a deal of the same customer.")
		)
		frappe.throw(sentence.format(quoted(deal_name), quoted(other), quoted(party)))


def party_customer(doc: Any) -> str | None:
	"""Return the ERPNext Customer of a sales document; None where a quotation is not for a Customer yet."""
	if doc.doctype == "Quotation":
		return doc.party_name if doc.quotation_to == "Customer" else None
	return doc.customer


def other_customer(profile: str, party: str) -> str | None:
	"""Return with whom a profile's deals are where that is not the party; None where it may be the party.

	A profile without a customer may yet become any that is nobody else's, or its organization's or its people's.
	"""
	customer = customer_of(profile)
	if customer:
		return customer if customer != party else None
	fields = ["name", "organization"]
	theirs = frappe.db.get_value("Customer Profile", {"erpnext_customer": party}, fields, as_dict=True)
	if not theirs or profile in (theirs.name, theirs.organization):
		return None
	return frappe.db.get_value("Customer Profile", profile, "full_name")


def customer_of(profile: str) -> str | None:
	"""Return the customer of a profile; a person without one is quoted as their organization's."""
	customer, organization = frappe.db.get_value(
		"Customer Profile", profile, ["erpnext_customer", "organization"]
	) or (None, None)
	if customer or not organization:
		return customer
	return frappe.db.get_value("Customer Profile", organization, "erpnext_customer")
