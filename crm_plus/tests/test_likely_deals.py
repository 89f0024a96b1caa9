"""The deals that the database chooses for an invoice: as many as the rules need to propose what they would of all deals."""

import random
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.reports import invoices_without_deal as report
from crm_plus.reports.likely_deals import crowded_customers, deals_by_invoice
from crm_plus.reports.party_deals import deals_by_customer
from crm_plus.rules.invoice_matching import MAX_CANDIDATES
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice, make_party, make_party_deal

AMOUNTS = (0, 100, 119, 120, 125, 149, 500, 1000, 5000)
FEW, ROUNDS = 14, 8


class TestLikelyDeals(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.chance = random.Random(22)
		self.company = factories.company()
		self.customer, self.profile = make_party()

	def make_deals(self, count: int, profile: str) -> list[str]:
		"""Insert deals of a profile that may or may not be billed by an invoice of these days."""
		return [
			self.put(make_party_deal(profile, self.chance.choice(AMOUNTS)).name) for _number in range(count)
		]

	def put(self, deal: str) -> str:
		chance = self.chance
		began = getdate() - timedelta(days=chance.randint(0, 200))
		closes = chance.choice((None, began + timedelta(days=chance.randint(-5, 150))))
		status = chance.choice(("Open", "Open", "Won", "Lost"))
		billed = chance.choice((0, 0, -20, 100, 481))
		# Now and then what is left is just what an invoice amounts to.
		others = (0, 0, chance.uniform(50, 900), max(billed, 0) + chance.choice(AMOUNTS))
		amounts = {key: chance.choice(others) for key in ("quoted_amount", "ordered_amount")}
		amounts["base_amount"] = chance.choice((chance.choice(AMOUNTS), chance.uniform(50, 900)))
		values = {
			**{"creation": datetime.combine(began, time(9)), "status": status, **amounts},
			"invoiced_amount": billed,
			"expected_close_date": closes,
			"closed_on": datetime.combine(closes, time(18)) if closes and status != "Open" else None,
		}
		frappe.db.set_value("Deal", deal, values, update_modified=False)
		return deal

	def make_invoices(self, count: int = 10) -> None:
		for _number in range(count):
			day = getdate() - timedelta(days=self.chance.randint(0, 40))
			make_invoice(self.customer, self.chance.choice(AMOUNTS[1:-1]), posting_date=str(day))

	def assert_proposals(self) -> list[dict[str, Any]]:
		"""Assert that each invoice is proposed what the rules propose of all deals of its customer."""
		rows = report.unlinked_invoices({"company": self.company, "customer": self.customer})
		every = deals_by_customer(self.company, {self.customer})[self.customer]
		candidates = report.as_candidates(self.customer, self.company, every)
		titles, labels = {deal["name"]: deal for deal in every}, report.reason_labels()
		for row in rows:
			proposal = report.proposal_for(row, candidates, frozenset())
			told = report.proposal_columns(proposal, titles, labels)
			self.assertEqual({key: row[key] for key in told}, told, f"{row['name']}: {row['amount']}")
		return rows

	def test_the_rules_propose_the_same_of_a_few_as_of_all(self) -> None:
		person = factories.make_profile(profile_type="Person", organization=self.profile).name
		deals = [*self.make_deals(FEW, self.profile), *self.make_deals(FEW // 2, person)]
		self.make_invoices()
		self.assertNotIn(self.customer, crowded_customers())
		pairs = 0
		for _round in range(ROUNDS):
			for deal in deals:
				self.put(deal)
			self.assert_proposals()
			pairs += self.assert_none_is_missing()
		self.assertGreater(pairs, 10)

	def assert_none_is_missing(self) -> int:
		"""Assert that no deal is left out which the rules find likely enough; return how many these are."""
		condition = report.unlinked_condition({"company": self.company, "customer": self.customer})
		invoices = report.read_invoices(condition)
		found = deals_by_invoice(self.company, condition, invoices, ())
		every, pairs = deals_by_customer(self.company, {self.customer})[self.customer], 0
		for row in invoices:
			chosen = {deal["name"] for deal in found.get(row["name"], [])}
			for deal in every:
				(candidate,) = report.as_candidates(self.customer, self.company, [deal])
				if report.proposal_for(row, [candidate], frozenset()).deal:
					self.assertIn(deal["name"], chosen, f"{row} and {deal}")
					pairs += 1
		return pairs

	def test_most_deals_are_not_even_read(self) -> None:
		likely, unlikely = make_party_deal(self.profile, 1000).name, make_party_deal(self.profile, 3).name
		invoice = make_invoice(self.customer, 1000)
		condition = report.unlinked_condition({"company": self.company, "customer": self.customer})
		invoices = report.read_invoices(condition)
		found = deals_by_invoice(self.company, condition, invoices, ())
		self.assertEqual([deal["name"] for deal in found[invoice.name]], [likely])
		named = deals_by_invoice(self.company, condition, invoices, (unlikely,))
		self.assertEqual({deal["name"] for deal in named[invoice.name]}, {likely, unlikely})

	def test_of_a_customer_with_many_the_newest_are_weighed(self) -> None:
		deals = self.make_deals(MAX_CANDIDATES + 5, self.profile)
		# Lost ones would be left out before it, were it ever so old.
		frappe.db.set_value("Deal", {"name": ["in", deals]}, "status", "Open", update_modified=False)
		old = {"creation": "2001-01-01", "base_amount": 149, "expected_close_date": None, "closed_on": None}
		frappe.db.set_value("Deal", deals[0], {**old, "invoiced_amount": 0}, update_modified=False)
		self.make_invoices(4)
		self.assertIn(self.customer, crowded_customers())
		self.assertNotIn(deals[0], str(self.assert_proposals()))
