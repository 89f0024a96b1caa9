"""A deal's quotation: the same items, rates, discounts and terms, equal to the cent."""

from typing import Any

import frappe
from erpnext.controllers.accounts_controller import get_taxes_and_charges
from erpnext.setup.doctype.terms_and_conditions.terms_and_conditions import get_terms_and_conditions
from frappe import _
from frappe.contacts.doctype.contact.contact import get_contact_details
from frappe.model.document import Document
from frappe.utils import flt, nowdate

from crm_plus.setup.compatibility import set_source_and_campaign
from crm_plus.workflows import customers, deal_items

COPIED = ("company", "currency", "conversion_rate", "payment_terms_template", "tc_name", "taxes_and_charges")
ROW_COPIED = ("item_code", "item_name", "qty", "uom", "price_list_rate", "discount_percentage", "rate")


def make_quotation(deal_name: str) -> Document:
	"""Return an unsaved Quotation for a deal, in the deal's currency and its company's books.

	The customer's accounting party is found or made. Pricing rules are off, so that the deal's prices stand. Raises
	frappe.ValidationError where the deal has nothing to quote, frappe.PermissionError where the user may not quote.
	"""
	deal = frappe.get_doc("Deal", deal_name)
	deal.check_permission("read")
	frappe.has_permission("Quotation", "create", throw=True)
	rows = rows_of(deal)
	profile = frappe.get_doc("Customer Profile", deal.customer_profile)
	quotation_to, party_name = customers.customer_for_quotation(profile, deal.company)
	quotation = frappe.new_doc("Quotation")
	quotation.update({fieldname: deal.get(fieldname) for fieldname in COPIED})
	quotation.update(
		{
			"quotation_to": quotation_to,
			"party_name": party_name,
			"transaction_date": nowdate(),
			"order_type": "Sales",
			"ignore_pricing_rule": 1,
			"crm_plus_deal": deal.name,
			"selling_price_list": deal_items.price_list_of(deal),
		}
	)
	set_discount(quotation, deal)
	_set_contact(quotation, deal)
	set_source_and_campaign(quotation, deal.source, deal.campaign)
	for row in rows:
		quotation.append("items", row)
	_complete(quotation, rows)
	return quotation


def rows_of(deal: Document) -> list[dict[str, Any]]:
	"""Return the quotation's rows; a deal with a typed amount gets one of the item that the settings name."""
	if deal.items:
		rows = [{fieldname: row.get(fieldname) for fieldname in ROW_COPIED} for row in deal.items]
		for copied, row in zip(rows, deal.items, strict=True):
			copied["description"] = row.description or None
	else:
		rows = [{"item_code": _default_item(deal), "qty": 1, "rate": deal.amount, "price_list_rate": 0.0}]
	return [
		{**row, "discount_percentage": flt(row.get("discount_percentage")), "crm_plus_deal": deal.name}
		for row in rows
	]


def _default_item(deal: Document) -> str:
	item = frappe.db.get_single_value("CRM Plus Settings", "default_item")
	if not item:
		frappe.throw(
			_("Add items to this deal, or choose an item for deals without items in CRM Plus Settings.")
		)
	if not flt(deal.amount):
		frappe.throw(_("Give this deal items or an amount before you quote."))
	return item


def set_discount(quotation: Document, deal: Document) -> None:
	"""Give the quotation the deal's additional discount, which a typed amount already includes."""
	if deal.items and flt(deal.additional_discount_percentage):
		quotation.apply_discount_on = "Net Total"
		quotation.additional_discount_percentage = deal.additional_discount_percentage


def _set_contact(quotation: Document, deal: Document) -> None:
	"""Name the deal's contact; ERPNext refuses one that does not belong to the party, so one of ours is linked to it."""
	if not deal.contact:
		return
	contact = frappe.get_doc("Contact", deal.contact)
	if not contact.has_link(quotation.quotation_to, quotation.party_name):
		if not contact.has_link("Customer Profile", deal.customer_profile):
			return
		contact.append("links", {"link_doctype": quotation.quotation_to, "link_name": quotation.party_name})
		contact.save(ignore_permissions=True)  # safe: the profile's contact is its accounting party's contact
	quotation.update(get_contact_details(contact.name))


def _complete(quotation: Document, rows: list[dict[str, Any]]) -> None:
	"""Let ERPNext fill in what a quotation has besides, then put the deal's prices back where it found its own."""
	quotation.run_method("set_missing_values")
	for row, given in zip(quotation.items, rows, strict=True):
		row.update({name: given[name] for name in ("price_list_rate", "discount_percentage", "rate")})
	if quotation.taxes_and_charges and not quotation.taxes:
		for tax in get_taxes_and_charges("Sales Taxes and Charges Template", quotation.taxes_and_charges):
			quotation.append("taxes", tax)
	if quotation.tc_name and not quotation.terms:
		quotation.terms = get_terms_and_conditions(quotation.tc_name, quotation.as_dict())
	quotation.run_method("calculate_taxes_and_totals")
	quotation.set_onload("load_after_mapping", True)
