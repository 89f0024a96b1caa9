"""Which deals invoices without one are weighed against: those that the rules leave a chance, chosen by the database.

A customer's other deals reach no one: of six deals that a customer has, hardly one comes into question for an invoice.
Amounts are in company currency.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import frappe
from pypika import CustomFunction
from pypika.functions import Coalesce, Count
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from crm_plus.access.deal_links import linkable_deals
from crm_plus.reports.document_money import posted_total
from crm_plus.reports.party_deals import DEAL_FIELDS, deals_by_customer
from crm_plus.rules.deal_stages import LOST
from crm_plus.rules.invoice_matching import CLOSE_WITHIN, FITTING_DAYS, MAX_CANDIDATES

# The database counts in decimals and the rules in floats: what lies on the edge is left to the rules.
SLACK = 0.001
GREATEST = CustomFunction("GREATEST", ["a", "b"])
DAYS_BETWEEN = CustomFunction("DATEDIFF", ["later", "earlier"])


def deals_by_invoice(
	company: str, condition: Criterion, invoices: list[dict[str, Any]], named: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
	"""Return by invoice the linkable deals of its customer that may be proposed, with what it takes to weigh them.

	`condition` holds for the invoices, as rows of their table; `named` are deals that documents behind any of them name.
	Of a customer with more deals than are weighed they are all returned, for the rules to choose the newest.
	"""
	allowed = linkable_deals()
	if allowed is None or not invoices:
		return {}
	crowded = crowded_customers() & {row["customer"] for row in invoices}
	query = pairs(company, condition, crowded, named, through=False).where(allowed)
	query *= pairs(company, condition, crowded, named, through=True).where(allowed)
	found: dict[str, list[dict[str, Any]]] = defaultdict(list)
	for row in query.run(as_dict=True):
		found[row["invoice"]].append(row)
	every = deals_by_customer(company, crowded)
	return {**found, **{row["name"]: every[row["customer"]] for row in invoices if row["customer"] in every}}


def crowded_customers() -> set[str]:
	"""Return the customers that may have more deals than are weighed: half as many of their own, or of their people.

	Their own are counted along an index, without looking a deal up.
	"""
	deal, profile = frappe.qb.DocType("Deal"), frappe.qb.DocType("Customer Profile")
	organization = frappe.qb.DocType("Customer Profile").as_("organization")
	many = Count("*") > MAX_CANDIDATES // 2
	each = frappe.qb.from_(deal).select(deal.customer_profile).groupby(deal.customer_profile).having(many)
	each = each.as_("each")
	own = frappe.qb.from_(each).join(profile).on(profile.name == each.customer_profile)
	through = (
		frappe.qb.from_(profile)
		.join(organization)
		.on(organization.name == profile.organization)
		.join(deal)
		.on(deal.customer_profile == profile.name)
		.where(Coalesce(profile.erpnext_customer, "") == "")
		.select(organization.erpnext_customer)
		.groupby(organization.erpnext_customer)
		.having(many)
	)
	found = (own.select(profile.erpnext_customer) * through).run(pluck=True)
	return {name for name in found if name}


def pairs(
	company: str, condition: Criterion, crowded: Collection[str], named: Collection[str], *, through: bool
) -> QueryBuilder:
	"""The invoices, each with the deals of its customer that have a chance; `through` its people's who are no customers."""
	invoice, deal, profile = (
		frappe.qb.DocType(name) for name in ("Sales Invoice", "Deal", "Customer Profile")
	)
	organization = frappe.qb.DocType("Customer Profile").as_("organization")
	query = frappe.qb.from_(invoice)
	if through:
		query = query.join(organization).on(organization.erpnext_customer == invoice.customer)
		query = query.join(profile).on(profile.organization == organization.name)
		query = query.where(Coalesce(profile.erpnext_customer, "") == "")
	else:
		query = query.join(profile).on(profile.erpnext_customer == invoice.customer)
	query = query.join(deal).on((deal.customer_profile == profile.name) & (deal.company == company))
	chance = has_a_chance(invoice, deal)
	query = query.where(chance | deal.name.isin(sorted(named)) if named else chance)
	if crowded:
		query = query.where(invoice.customer.notin(sorted(crowded)))
	return query.where(condition).select(invoice.name.as_("invoice"), *(deal[name] for name in DEAL_FIELDS))


def has_a_chance(invoice: Any, deal: Any) -> Criterion:
	"""What `rules.invoice_matching.weigh` needs at least; a test holds the two together.

	Either the invoice's amount is near one that the deal lets expect, or it is a part of it, is near the deal's time, and the
	deal is not lost.
	"""
	total, worth = posted_total(invoice), [deal.ordered_amount, deal.quoted_amount, deal.base_amount]
	billed, least = GREATEST(deal.invoiced_amount, 0), total * (1 - CLOSE_WITHIN - SLACK)
	most = GREATEST(GREATEST(worth[0], worth[1]), worth[2])
	near = Criterion.any(is_near(amount - billed, total) for amount in worth)
	return (total > 0) & Criterion.any(
		[
			(most - billed >= least) & (near | ((deal.status != LOST) & in_time(invoice.posting_date, deal))),
			is_near(deal.base_amount, invoice.base_net_total),
		]
	)


def is_near(expected: Term, amount: Term) -> Criterion:
	"""The condition that two amounts are close; a product is sooner made than a quotient."""
	within = 1 - CLOSE_WITHIN - SLACK
	return (expected >= amount * within) & (expected * within <= amount)


def in_time(day: Term, deal: Any) -> Criterion:
	"""The condition that a day is so near to a deal's time that a fitting amount is enough."""
	closes = Coalesce(deal.closed_on, deal.expected_close_date)
	late = [DAYS_BETWEEN(day, moment) <= FITTING_DAYS for moment in (closes, deal.creation)]
	return (DAYS_BETWEEN(deal.creation, day) <= FITTING_DAYS) & Criterion.any([closes.isnull(), *late])
