"""The deals of the party that a sales document is made out to, for linking one: name, title and amounts, nothing more."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import frappe
from frappe.utils import fmt_money
from pypika import Case

from crm_plus.access.deal_links import linkable_deals
from crm_plus.rules.quoted_text import escape_like
from crm_plus.setup.compatibility import PROFILE_FIELDS

# What it takes to weigh a deal for an invoice, and to show it; amounts in company currency.
DEAL_FIELDS = (
	*("name", "title", "currency", "status", "base_amount", "quoted_amount", "ordered_amount"),
	*("invoiced_amount", "creation", "expected_close_date", "closed_on"),
)


def search_deals(
	party_type: str, party: str, company: str, text: str, start: int, page_length: int
) -> list[tuple[str, str, str]]:
	"""Return (name, title, amount with currency) of a party's deals in a company, its open ones first, then the newest.

	A deal whose name is `text` comes before all others. Deals that the user may not link are left out.
	"""
	allowed = linkable_deals()
	profiles = profiles_of_party(party_type, party)
	if allowed is None or not profiles or not company:
		return []
	deal = frappe.qb.DocType("Deal")
	rank = Case().when(deal.name == text, 0).when(deal.status == "Open", 1).else_(2)
	query = (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.amount, deal.currency)
		.where(deal.customer_profile.isin(profiles) & (deal.company == company))
		.where(allowed)
		.orderby(rank)
		.orderby(deal.creation, order=frappe.qb.desc)
		.limit(page_length)
		.offset(start)
	)
	if text:
		pattern = f"%{escape_like(text)}%"
		query = query.where(deal.name.like(pattern) | deal.title.like(pattern))
	return [
		(name, title, fmt_money(amount or 0, currency=currency))
		for name, title, amount, currency in query.run()
	]


def profiles_of_party(party_type: str, party: str) -> list[str]:
	"""Return the profiles that are a party, and the people of it who are no party themselves."""
	field = PROFILE_FIELDS.get(party_type)
	if not field or not party:
		return []
	own = frappe.get_all("Customer Profile", {field: party}, pluck="name")
	if not own or field != PROFILE_FIELDS["Customer"]:
		return own
	people = frappe.get_all(
		"Customer Profile", {"organization": ["in", own], field: ["is", "not set"]}, pluck="name"
	)
	return [*own, *people]


def customers_of_profiles(customers: Collection[str]) -> dict[str, str]:
	"""Return, for each profile whose deals are billed to one of `customers`, that customer."""
	if not customers:
		return {}
	profile = frappe.qb.DocType("Customer Profile")
	organization = frappe.qb.DocType("Customer Profile").as_("organization")
	own = (
		frappe.qb.from_(profile)
		.select(profile.name, profile.erpnext_customer)
		.where(profile.erpnext_customer.isin(sorted(customers)))
	)
	through = (
		frappe.qb.from_(profile)
		.join(organization)
		.on(organization.name == profile.organization)
		.select(profile.name, organization.erpnext_customer)
		.where(organization.erpnext_customer.isin(sorted(customers)))
		.where(profile.erpnext_customer.isnull() | (profile.erpnext_customer == ""))
	)
	return {**dict(through.run()), **dict(own.run())}


def deals_by_customer(company: str, customers: Collection[str]) -> dict[str, list[dict[str, Any]]]:
	"""Return the linkable deals of a company by ERPNext customer, with what it takes to weigh them.

	`base_amount` and the ledger's amounts are in company currency.
	"""
	allowed = linkable_deals()
	customer_of = customers_of_profiles(customers)
	if allowed is None or not customer_of:
		return {}
	deal = frappe.qb.DocType("Deal")
	rows = (
		frappe.qb.from_(deal)
		.select(deal.customer_profile, *(deal[name] for name in DEAL_FIELDS))
		.where((deal.company == company) & deal.customer_profile.isin(sorted(customer_of)))
		.where(allowed)
		.run(as_dict=True)
	)
	found: dict[str, list[dict[str, Any]]] = defaultdict(list)
	for row in rows:
		found[customer_of[row["customer_profile"]]].append(row)
	return found
