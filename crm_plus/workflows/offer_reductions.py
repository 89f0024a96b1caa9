"""What comes off a whole quotation or order, beside the discounts of its rows; in percent of what it comes off."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.utils import flt

from crm_plus.rules.approvals import percent_beyond, together
from crm_plus.workflows.transaction_rules import given_by_rules

NET_TOTAL, PERCENTAGE = "Net Total", "Percentage"
# Charged as an amount, not as a share of something.
FIXED = "Actual"
TAX = "Tax"


def percent_off(document: Any) -> float:
	"""Return the discount on a whole document in percent, whatever it is called there."""
	return together([_discount(document), percent_off_later(document)])


def percent_off_later(document: Any) -> float:
	"""Return in percent what the customer pays less than the rows' net rates say: by charges, and by paying early."""
	return together([_negative_charges(document), _for_early_payment(document)])


def _discount(document: Any) -> float:
	"""Return in percent what comes off the whole by ERPNext's own discount, however it was typed, beyond the company's rules."""
	taken = flt(document.discount_amount, document.precision("discount_amount"))
	return percent_beyond(taken, given_by_rules(document), _whole(document)) if taken else 0.0


def _whole(document: Any) -> float:
	"""Return the amount that the discount on a whole document is taken from."""
	discount = flt(document.discount_amount)
	if document.apply_discount_on == NET_TOTAL:
		return flt(document.net_total) + discount
	# A fixed charge, such as freight, bears no share of a discount.
	fixed = sum(flt(tax.tax_amount) for tax in document.taxes if tax.charge_type == FIXED)
	return flt(document.grand_total) + discount - fixed


def is_given_as_much(order: Any, quotation: Any) -> bool:
	"""Tell whether the company's rules take as much off an order, for its size, as they did off the quotation it was made from.

	As of the quotation's day, and to a coin. What was ordered of it may be too little for its rule.
	"""
	taken, whole = flt(quotation.discount_amount), _whole(quotation)
	if taken <= 0 or whole <= 0:
		return True
	had = min(taken, given_by_rules(quotation)) / whole
	coin = 10.0 ** -order.precision("discount_amount")
	return given_by_rules(order, quotation.transaction_date) + coin >= had * _whole(order)


def _negative_charges(document: Any) -> float:
	"""Return what charges below zero take off the net total, in percent."""
	off = -sum(min(0.0, flt(tax.tax_amount_after_discount_amount)) for tax in _charges(document))
	if not off:
		return 0.0
	net = flt(document.net_total)
	return 100 * off / net if net > 0 else 100.0


def _charges(document: Any) -> Iterator[Any]:
	"""Yield the charges that change what a customer pays beyond the rows' rates, but taxes that are withheld by a percentage."""
	for tax in document.get("taxes") or []:
		is_tax = frappe.get_cached_value("Account", tax.account_head, "account_type") == TAX
		if not tax.included_in_print_rate and (tax.charge_type == FIXED or not is_tax):
			yield tax


def _for_early_payment(document: Any) -> float:
	"""Return what is promised for early payment beyond the company's own payment terms, in percent of all."""
	terms = document.get("payment_schedule") or []
	total = sum(flt(term.payment_amount) for term in terms)
	if total <= 0 or not any(flt(term.discount) for term in terms):
		return 0.0
	usual = _usual_discount(document.get("payment_terms_template"))
	off = sum(flt(term.payment_amount) * max(0.0, _percent(term) - usual) for term in terms)
	return min(100.0, off / total)


def _percent(term: Any) -> float:
	"""Return a payment term's discount in percent of its amount."""
	discount, amount = flt(term.discount), flt(term.payment_amount)
	if term.discount_type == PERCENTAGE or not discount:
		return discount
	return 100 * discount / amount if amount > 0 else 100.0


def _usual_discount(template: str | None) -> float:
	"""Return the largest discount in percent that a template of payment terms gives."""
	asked = {"parent": template or "", "discount_type": PERCENTAGE}
	found = frappe.get_all("Payment Terms Template Detail", asked, pluck="discount")
	return max(map(flt, found), default=0.0)
