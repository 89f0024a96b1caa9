"""What the company's own Pricing Rules for a whole transaction take off a quotation or order: no agent grants that.

ERPNext is asked anew, on a copy, for what its rules give; nothing that a document says of discounts and rules is believed. Where
a rule's answer depends on what a seller may type (the day, the money), it is asked in each way, and the least counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import product
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import (
	apply_pricing_rule_on_transaction,
	validate_coupon_code,
)
from frappe.utils import flt, getdate, nowdate

from crm_plus.workflows.deal_defaults import rate_or_zero
from crm_plus.workflows.deal_links import party_customer

# None, not 0: a rule that only checks what was typed (Validate Applied Rule) then says what it allows.
NOTHING_OFF = {"additional_discount_percentage": None, "discount_amount": None}
# What a rule may ask for of the party, by the field of its master. A campaign is nobody's master, but a seller's choice.
OF_PARTY = {"customer_group": "customer_group", "territory": "territory"}
OF_CUSTOMER = {"sales_partner": "default_sales_partner"}
ALL_RULES = {"apply_on": "Transaction", "selling": 1, "disable": 0}
AMOUNTS = {fieldname: (">", 0) for fieldname in ("min_amt", "max_amt", "discount_amount")}


def given_by_rules(document: Any, day: Any = None) -> float:
	"""Return the amount that rules take off a whole document, in its currency; on `day`, else on its own.

	What is about to be granted has to be given today as well: who dates a quotation back revives no rule.
	"""
	if document.get("ignore_pricing_rule"):
		return 0.0
	days = {getdate(day)} if day else _days(document)
	with _silently():
		told = _as_the_books_say(document)
		found = [_given(told, *way) for way in product(_currencies(document), sorted(days))]
	return max(0.0, flt(min(found), document.precision("discount_amount")))


def _days(document: Any) -> set[date]:
	own = getdate(document.transaction_date)
	return {own, getdate(nowdate())} if _is_asked_for(document) else {own}


def _is_asked_for(document: Any) -> bool:
	"""Tell whether somebody stores a document now; what was submitted before has been judged on its day."""
	return bool(document.is_new() or document.get_doc_before_save())


def _currencies(document: Any) -> list[str]:
	"""Return the currencies in which the rules' amounts may be meant: ERPNext reads them in any document's own."""
	asked = {**ALL_RULES, "company": ("in", ("", document.company))}
	theirs = frappe.get_all("Pricing Rule", asked, or_filters=AMOUNTS, pluck="currency", distinct=True)
	return sorted({document.currency, *filter(None, theirs)})


def _as_the_books_say(document: Any) -> dict[str, Any]:
	"""Return a document's fields with the party as its master says, and without a coupon that is not good."""
	# Its fields alone: what a client sent beside them, such as a quotation's `customer`, ERPNext would take for one.
	told = {**document.as_dict(), **_party(document), "campaign": None}
	if told.get("coupon_code") and not _is_good(document):
		told["coupon_code"] = None
	told["apply_discount_on"] = told["apply_discount_on"] or "Grand Total"
	return told


def _party(document: Any) -> dict[str, Any]:
	"""Return what the master of a document's party says of it, None where it says nothing."""
	customer = party_customer(document)
	doctype, name = ("Customer", customer) if customer else (document.quotation_to, document.party_name)
	meta = frappe.get_meta(doctype)
	asked = {**OF_PARTY, **(OF_CUSTOMER if customer else {})}
	known = {field: of for field, of in asked.items() if meta.has_field(of)}
	said = frappe.db.get_value(doctype, name, list(known.values()), as_dict=True) if known else {}
	return {
		**dict.fromkeys((*OF_PARTY, *OF_CUSTOMER)),
		**{field: said.get(of) for field, of in known.items()},
	}


def _is_good(document: Any) -> bool:
	"""Tell whether a coupon may be used by this customer. ERPNext itself asks for its days and number on orders alone."""
	whose = frappe.db.get_value("Coupon Code", document.coupon_code, "customer")
	if whose and whose != party_customer(document):
		return False
	if document.doctype == "Quotation" and _is_asked_for(document):
		try:
			validate_coupon_code(document.coupon_code)
		except frappe.ValidationError:
			return False
	return True


def _given(values: dict[str, Any], currency: str, day: date) -> float:
	"""Return what comes off on a day where the rules' amounts are in a currency; nothing where ERPNext has no rate for it."""
	told = frappe.get_doc(values)
	rate = 1.0 if told.currency == currency else rate_or_zero(told.currency, currency)
	if not rate:
		return 0.0
	told.update({**NOTHING_OFF, "transaction_date": day})
	told.calculate_taxes_and_totals()
	told.total, told.total_qty = flt(told.total) * rate, _sold_pieces(told)
	apply_pricing_rule_on_transaction(told)
	amount = flt(told.discount_amount)
	return amount if told.additional_discount_percentage else amount / rate


def _sold_pieces(told: Any) -> float:
	"""Return of how many pieces a rule for many may take note: what costs nothing was not sold, and makes nothing else cheaper."""
	sold = [row for row in told.items if flt(row.amount) > 0 and not row.get("is_alternative")]
	return sum(flt(row.qty) for row in sold)


@contextmanager
def _silently() -> Iterator[None]:
	"""Hold back what ERPNext would say of a copy: its reader may not know the rules."""
	muted, frappe.flags.mute_messages = frappe.flags.mute_messages, True
	try:
		yield
	finally:
		frappe.flags.mute_messages = muted
