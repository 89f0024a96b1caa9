"""What a deal gets that does not say it, and which of its plain values are refused."""

from datetime import date

import frappe
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html, flt, getdate, nowdate

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import deal_links, owners
from crm_plus.workflows.pipelines import load_stages

EARLIEST, LATEST = date(1970, 1, 1), date(2100, 12, 31)
DOCUMENTS = ("Quotation", "Sales Order", "Sales Invoice")
# Written by workflows.deal_money and workflows.deal_follow alone, past the document, from ERPNext's books.
FROM_THE_BOOKS = {
	"quoted_amount": 0.0,
	"ordered_amount": 0.0,
	"invoiced_amount": 0.0,
	"paid_amount": 0.0,
	"outstanding_amount": 0.0,
	**dict.fromkeys(("quoted_net", "ordered_net", "invoiced_net", "paid_net", "outstanding_net"), 0.0),
	**dict.fromkeys(("first_ordered_on", "first_invoiced_on", "last_paid_on", "billed_from", "billed_until")),
	"billing_status": "Not Billed",
	"followed_documents": None,
	# Written by workflows.interaction_times in the same way, from the interactions.
	"last_interaction_on": None,
	# By workflows.next_steps, from the follow-ups.
	"next_follow_up_on": None,
}


def fill(deal: Document) -> None:
	"""Set pipeline, stage, company, currency and exchange rate where the deal names none.

	Raises frappe.ValidationError where there is nothing to choose from.
	"""
	if not deal.pipeline:
		deal.pipeline = _pipeline(deal)
	if not deal.stage:
		deal.stage = _first_stage(deal.pipeline)
	if not deal.company:
		deal.company = _company()
	if not deal.currency:
		deal.currency = _company_currency(deal)
	_fill_conversion_rate(deal)


def _pipeline(deal: Document) -> str:
	"""Return the pipeline of the stage that is named, else the default one, else any in use."""
	if deal.stage:
		return frappe.db.get_value("Pipeline Stage", deal.stage, "pipeline")
	found = frappe.get_all(
		"Pipeline", {"disabled": 0}, pluck="name", order_by="is_default desc, creation asc", limit=1
	)
	if not found:
		frappe.throw(_("There is no pipeline in use; create or enable one."))
	return found[0]


def _first_stage(pipeline: str) -> str:
	first = rules.first_stage(load_stages(pipeline))
	if first is None:
		frappe.throw(_("Pipeline {0} has no open stage; add one.").format(escape_html(pipeline)))
	return first.name if first else ""


def _company() -> str:
	company = frappe.defaults.get_user_default("Company")
	companies = [company] if company else frappe.get_all("Company", pluck="name", limit=2)
	if len(companies) != 1:
		frappe.throw(_("Choose the company of this deal."))
	return companies[0]


def _company_currency(deal: Document) -> str:
	# Not get_cached_value: ERPNext drops the cached Company with each invoice, and reading all of it anew takes a while.
	return frappe.db.get_value("Company", deal.company, "default_currency", cache=True)


def _fill_conversion_rate(deal: Document) -> None:
	"""Set the exchange rate: 1 in the company's own currency, else what was typed, else what ERPNext finds for today."""
	before = deal.get_doc_before_save()
	own = _company_currency(deal)
	given = flt(deal.conversion_rate)
	if given < 0 or (given == 0 and _zero_was_meant(deal, before)):
		frappe.throw(
			_("The exchange rate must be more than zero; type one, or leave it empty to have it looked up.")
		)
	if deal.currency == own:
		deal.conversion_rate = 1.0
	elif not given or _is_of_another_currency(deal, before):
		deal.conversion_rate = find_rate(deal.currency, own)


def _zero_was_meant(deal: Document, before: Document | None) -> bool:
	"""Tell a typed zero from an empty field, which Frappe fills with zero."""
	if before is None:
		return bool(deal.flags.zero_rate_given)
	return flt(before.conversion_rate) != 0 and before.currency == deal.currency


def _is_of_another_currency(deal: Document, before: Document | None) -> bool:
	"""Tell whether the rate was left as it was when the currency or the company changed."""
	if before is None or flt(before.conversion_rate) != flt(deal.conversion_rate):
		return False
	return (before.currency, before.company) != (deal.currency, deal.company)


def find_rate(currency: str, company_currency: str) -> float:
	"""Return company currency for one unit of `currency` today, as ERPNext finds it.

	Raises frappe.ValidationError where there is no rate.
	"""
	rate = rate_or_zero(currency, company_currency)
	if not rate:
		frappe.throw(
			_("There is no exchange rate from {0} to {1}; type one, or add it to Currency Exchange.").format(
				quoted(currency), quoted(company_currency)
			)
		)
	return rate


def rate_or_zero(currency: str, company_currency: str) -> float:
	"""Return what ERPNext finds as today's rate, 0 where it finds none; ERPNext's own message about it is held back."""
	muted, frappe.flags.mute_messages = frappe.flags.mute_messages, True
	try:
		return flt(get_exchange_rate(currency, company_currency, nowdate(), "for_selling"))
	finally:
		frappe.flags.mute_messages = muted


def keep_what_the_books_say(deal: Document) -> None:
	"""Let nobody type what comes from ERPNext's books, and no form that was opened before an invoice undo its amounts.

	The stored deal was read under the lock of this save, so it has what was written last.
	"""
	before = deal.get_doc_before_save()
	for fieldname, nothing_yet in FROM_THE_BOOKS.items():
		deal.set(fieldname, before.get(fieldname) if before else nothing_yet)


def check(deal: Document) -> None:
	"""Raise frappe.ValidationError, in one sentence, for a date, percentage, owner or company that no deal may hold."""
	_check_dates(deal)
	if not 0 <= flt(deal.probability) <= 100:
		frappe.throw(_("The probability must be between 0 and 100 percent."))
	if deal.snoozed_until and not cstr(deal.snooze_reason).strip():
		frappe.throw(_("Say why this deal is snoozed."))
	owners.check(deal, "deal_owner")
	_check_company(deal)
	_check_customer(deal)


def _check_dates(deal: Document) -> None:
	for fieldname in ("expected_close_date", "snoozed_until"):
		value = deal.get(fieldname)
		if value and not EARLIEST <= getdate(value) <= LATEST:
			frappe.throw(
				_("{0} must lie between the years {1} and {2}.").format(
					_(deal.meta.get_label(fieldname)), EARLIEST.year, LATEST.year
				)
			)


def _check_company(deal: Document) -> None:
	"""A deal whose documents stand in one company's books does not change to another's."""
	before = deal.get_doc_before_save()
	if before is None or before.company == deal.company:
		return
	for doctype in DOCUMENTS:
		if frappe.db.exists(doctype, {"crm_plus_deal": deal.name, "docstatus": ["<", 2]}):
			frappe.throw(
				_("This deal has a {0} in {1}; make another deal for {2}.").format(
					_(doctype), escape_html(before.company), escape_html(deal.company)
				)
			)


def _check_customer(deal: Document) -> None:
	"""A deal whose documents are somebody's does not go over to somebody else: their money would stand on it."""
	before = deal.get_doc_before_save()
	if before is None or before.customer_profile == deal.customer_profile:
		return
	for doctype in DOCUMENTS:
		party = "party_name" if doctype == "Quotation" else "customer"
		filters = {"crm_plus_deal": deal.name, "docstatus": ["<", 2]}
		if doctype == "Quotation":
			filters["quotation_to"] = "Customer"
		for customer in frappe.get_all(doctype, filters, pluck=party, distinct=True, order_by=None):
			if deal_links.other_customer(deal.customer_profile, customer):
				frappe.throw(
					_("This deal has a {0} for {1}; make another deal for {2}.").format(
						_(doctype), quoted(customer), quoted(_name_of(deal.customer_profile))
					)
				)


def _name_of(profile: str) -> str:
	return cstr(frappe.db.get_value("Customer Profile", profile, "full_name"))
