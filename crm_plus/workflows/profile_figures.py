"""What a profile is worth, by ERPNext's books: lifetime value, outstanding amount, last purchase."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, flt, get_datetime, getdate, nowdate

FIGURES = ("lifetime_value", "outstanding_amount", "last_purchase_on")
# The documents that make somebody a customer, with the date that each is dated.
PURCHASES = {"Sales Order": "transaction_date", "Sales Invoice": "posting_date"}


@dataclass(frozen=True)
class Purchase:
	"""A profile's newest order or invoice: its date, and when it was entered (site's time)."""

	on: date
	entered_at: datetime


def refresh_figures(profile_names: list[str]) -> None:
	"""Recompute lifetime value, outstanding amount and last purchase of profiles from submitted documents and ledger.

	Amounts are in the default company's currency, taxes included; other companies' count at the latest stored exchange
	rate and are left out where there is none. `modified` stays. Set-based: the number of queries does not grow.
	"""
	profiles = _stored(profile_names)
	by_customer = {row.erpnext_customer: name for name, row in profiles.items() if row.erpnext_customer}
	values = in_default_currency(invoiced_by_customer(list(by_customer)))
	open_amounts = in_default_currency(outstanding_by_customer(list(by_customer)))
	purchases = newest_purchases(list(profiles))
	for name, row in profiles.items():
		customer = row.erpnext_customer
		purchase = purchases.get(name)
		figures = {
			"lifetime_value": values.get(customer, 0.0),
			"outstanding_amount": open_amounts.get(customer, 0.0),
			"last_purchase_on": purchase.on if purchase else None,
		}
		if any(_differs(row[field], figure) for field, figure in figures.items()):
			frappe.db.set_value("Customer Profile", name, figures, update_modified=False)


def _stored(names: list[str]) -> dict[str, Any]:
	if not names:
		return {}
	rows = frappe.get_all(
		"Customer Profile", filters={"name": ["in", names]}, fields=["name", "erpnext_customer", *FIGURES]
	)
	return {row.name: row for row in rows}


def _differs(stored: Any, figure: Any) -> bool:
	if isinstance(figure, float):
		return flt(stored, 2) != flt(figure, 2)
	return (getdate(stored) if stored else None) != figure


def invoiced_by_customer(customers: list[str]) -> dict[tuple[str, str], float]:
	"""Return submitted invoices less returns by (customer, company), in the company's currency."""
	if not customers:
		return {}
	invoice = frappe.qb.DocType("Sales Invoice")
	posted = (
		Case()
		.when(invoice.base_rounded_total != 0, invoice.base_rounded_total)
		.else_(invoice.base_grand_total)
	)
	query = (
		frappe.qb.from_(invoice)
		.select(invoice.customer, invoice.company, Sum(posted))
		.where((invoice.docstatus == 1) & invoice.customer.isin(customers))
		.groupby(invoice.customer, invoice.company)
	)
	return {(customer, company): flt(amount) for customer, company, amount in query.run()}


def outstanding_by_customer(customers: list[str]) -> dict[tuple[str, str], float]:
	"""Return what the payment ledger holds open on invoices by (customer, company), in the company's currency."""
	if not customers:
		return {}
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.party, entry.company, Sum(entry.amount))
		.where((entry.party_type == "Customer") & entry.party.isin(customers) & (entry.delinked == 0))
		.where((entry.account_type == "Receivable") & (entry.against_voucher_type == "Sales Invoice"))
		.groupby(entry.party, entry.company)
	)
	return {(customer, company): flt(amount) for customer, company, amount in query.run()}


def in_default_currency(amounts: dict[tuple[str, str], float]) -> dict[str, float]:
	"""Add up each customer's amounts over the companies, in the default company's currency."""
	rates = {company: _rate(company) for company in {company for _customer, company in amounts}}
	sums: dict[str, float] = defaultdict(float)
	for (customer, company), amount in amounts.items():
		sums[customer] += amount * rates[company]
	return dict(sums)


def _rate(company: str) -> float:
	"""Return what one unit of a company's currency is worth in the default company's; 0 where nobody has said."""
	default = frappe.db.get_single_value("Global Defaults", "default_company") or company
	theirs = frappe.get_cached_value("Company", company, "default_currency")
	ours = frappe.get_cached_value("Company", default, "default_currency")
	if theirs == ours:
		return 1.0
	direct = _stored_rate(theirs, ours)
	if direct:
		return direct
	inverse = _stored_rate(ours, theirs)
	return 1 / inverse if inverse else 0.0


def _stored_rate(from_currency: str, to_currency: str) -> float:
	"""Read the newest Currency Exchange; ERPNext's own lookup would ask the internet."""
	key = {"from_currency": from_currency, "to_currency": to_currency}
	return flt(frappe.db.get_value("Currency Exchange", key, "exchange_rate", order_by="date desc"))


def newest_purchases(profile_names: list[str]) -> dict[str, Purchase]:
	"""Return the newest submitted order or invoice of each profile: its customer's, or one that bears its deal.

	Profiles that never bought are left out. Returns and credit notes are no purchases.
	"""
	found: dict[str, Purchase] = {}
	for doctype in PURCHASES:
		for name, on, entered_at in [
			*_by_customer(doctype, profile_names),
			*_by_deal(doctype, profile_names),
		]:
			known = found.get(name)
			purchase = Purchase(getdate(on), get_datetime(entered_at))
			found[name] = purchase if not known else _newest(known, purchase)
	return found


def _newest(one: Purchase, other: Purchase) -> Purchase:
	return Purchase(max(one.on, other.on), max(one.entered_at, other.entered_at))


def _by_customer(doctype: str, profile_names: list[str]) -> Iterable[Any]:
	profile, document = frappe.qb.DocType("Customer Profile"), frappe.qb.DocType(doctype)
	query = frappe.qb.from_(profile).join(document).on(document.customer == profile.erpnext_customer)
	return _newest_of(query, doctype, document, profile.name, profile_names)


def _by_deal(doctype: str, profile_names: list[str]) -> Iterable[Any]:
	deal, document = frappe.qb.DocType("Deal"), frappe.qb.DocType(doctype)
	query = frappe.qb.from_(deal).join(document).on(document.crm_plus_deal == deal.name)
	return _newest_of(query, doctype, document, deal.customer_profile, profile_names)


def _newest_of(
	query: Any, doctype: str, document: Any, owner: Any, profile_names: list[str]
) -> Iterable[Any]:
	"""Run a query over documents joined to their profiles: (profile, newest date, newest time of entry)."""
	if not profile_names:
		return []
	query = query.select(owner, Max(document[PURCHASES[doctype]]), Max(document.creation))
	query = query.where(owner.isin(profile_names) & (document.docstatus == 1))
	if doctype == "Sales Invoice":
		query = query.where(document.is_return == 0)
	return query.groupby(owner).run()


def recently_traded(days: int) -> list[str]:
	"""Return the profiles of customers whose orders, invoices or ledger entries changed in the last days, in order."""
	since = add_days(nowdate(), -days)
	customers: set[str] = set()
	for doctype, column in (*((name, "customer") for name in PURCHASES), ("Payment Ledger Entry", "party")):
		document = frappe.qb.DocType(doctype)
		query = (
			frappe.qb.from_(document).select(document[column]).distinct().where(document.modified >= since)
		)
		customers.update(row[0] for row in query.run() if row[0])
	if not customers:
		return []
	filters = {"erpnext_customer": ["in", sorted(customers)]}
	return sorted(frappe.get_all("Customer Profile", filters=filters, pluck="name"))
