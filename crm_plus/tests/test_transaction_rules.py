"""What a Pricing Rule for a whole transaction takes off is the company's: nobody is asked to approve it."""

import json
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import update_child_qty_rate
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from crm_plus.tests import factories
from crm_plus.tests.test_approval_scope import ApprovalScopeCase
from crm_plus.workflows.transaction_rules import given_by_rules


class TransactionRulesCase(ApprovalScopeCase):
	"""Agents may grant 10 % on up to 1,000. Each test's rules are for a Customer Group of its own."""

	def setUp(self) -> None:
		super().setUp()
		self.group, self.other = self.make_group(), self.make_group()
		self.customer = factories.make_customer(customer_group=self.group).name
		self.profile = factories.make_profile(erpnext_customer=self.customer).name

	def make_group(self) -> str:
		root = frappe.get_all("Customer Group", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
		name = factories.unique("Group")
		return factories.make("Customer Group", customer_group_name=name, parent_customer_group=root).name

	def rule(self, percent: float = 25, **values: Any) -> Document:
		"""Let the company take something off whole transactions with the group's customers."""
		rule = {"title": factories.unique("Rule"), "apply_on": "Transaction", "selling": 1, "currency": "EUR"}
		whom = {"applicable_for": "Customer Group", "customer_group": self.group}
		what = {"rate_or_discount": "Discount Percentage", "discount_percentage": percent}
		rule |= {"apply_discount_on": "Net Total", "company": factories.company()}
		return factories.make("Pricing Rule", **{**rule, **whom, **what, **values})

	def amount_rule(self, amount: float, **values: Any) -> Document:
		off = {"rate_or_discount": "Discount Amount", "discount_amount": amount, "discount_percentage": 0}
		return self.rule(**off, **values)

	def coupon(self, rule: Document, **values: Any) -> str:
		name = factories.unique("Coupon")
		coupon = {"coupon_name": name, "coupon_code": name, "coupon_type": "Promotional"}
		return factories.make("Coupon Code", **coupon, pricing_rule=rule.name, **values).name

	def by_hand(self, price: float = 100, qty: float = 1, row: Any = None, **values: Any) -> Document:
		"""Return a quotation for a deal as the agent types it, without the deal's button: Pricing Rules hold."""
		deal = self.deal(0, price, customer_profile=self.profile)
		rows = [{"item_code": deal.items[0].item_code, "qty": qty, **(row or {})}]
		header = {"party_name": self.customer, "quotation_to": "Customer", "company": deal.company}
		with self.as_user(self.agent):
			return factories.make("Quotation", **header, crm_plus_deal=deal.name, items=rows, **values)

	def order_by_hand(self, **values: Any) -> Document:
		deal = self.deal(0, 100, customer_profile=self.profile)
		rows = [{"item_code": deal.items[0].item_code, "qty": 1}]
		header = {"customer": self.customer, "company": deal.company, "delivery_date": add_days(nowdate(), 7)}
		with self.as_user(self.agent):
			return factories.make("Sales Order", **header, crm_plus_deal=deal.name, items=rows, **values)

	def update_items(self, order: Document, qty: float) -> None:
		"""The agent presses Update Items on a submitted order."""
		row = {"docname": order.items[0].name, "item_code": order.items[0].item_code, "qty": qty, "rate": 100}
		with self.as_user(self.agent):
			update_child_qty_rate("Sales Order", json.dumps([row]), order.name)

	def assert_off(self, document: Document, amount: float) -> None:
		"""Be sure that ERPNext itself took the amount off, so that there is something to judge."""
		self.assertEqual(document.discount_amount, amount)


class TestTransactionRules(TransactionRulesCase):
	def test_what_a_rule_takes_off_is_the_companys(self) -> None:
		self.rule()
		for document in (self.by_hand(), self.order_by_hand()):
			self.assert_off(document, 25)
			self.submit(document)

	def test_an_amount_off_is_the_companys(self) -> None:
		self.amount_rule(30, apply_discount_on="Grand Total")
		quotation = self.by_hand()
		self.assert_off(quotation, 30)
		self.submit(quotation)

	def test_to_the_cent(self) -> None:
		"""A quarter of 0.99 is 0.25 of money, which are 25.25 %: the coin's rounding is nobody's discount."""
		settings = frappe.get_doc("CRM Plus Settings")
		settings.approval_limits[0].max_discount = 0
		settings.save()
		self.rule()
		for price, off in ((0.99, 0.25), (0.33, 0.08), (333.33, 83.33)):
			quotation = self.by_hand(price)
			self.assert_off(quotation, off)
			self.submit(quotation)

	def test_with_taxes_and_freight(self) -> None:
		account = frappe.db.get_value("Account", {"company": factories.company(), "account_type": "Tax"})
		tax = {"charge_type": "On Net Total", "account_head": account, "rate": 19, "description": "VAT"}
		freight = {**tax, "charge_type": "Actual", "rate": 0, "tax_amount": 20}
		self.rule(apply_discount_on="Grand Total")
		for included in (0, 1):
			quotation = self.by_hand(taxes=[{**tax, "included_in_print_rate": included}, freight])
			self.assertTrue(quotation.discount_amount)
			self.submit(quotation)

	def test_a_rule_that_only_checks_allows_as_much_as_it_says(self) -> None:
		self.rule(validate_applied_rule=1)
		quotation = self.by_hand(additional_discount_percentage=25, apply_discount_on="Net Total")
		self.assert_off(quotation, 25)
		self.submit(quotation)

	def test_a_rule_that_only_checks_an_amount_allows_that(self) -> None:
		self.amount_rule(30, validate_applied_rule=1)
		quotation = self.by_hand(discount_amount=40, apply_discount_on="Net Total")
		self.assert_off(quotation, 30)
		self.submit(quotation)

	def test_beside_a_rule_that_gives_something_away(self) -> None:
		"""Its gift has no price here; one with a price is judged as a gift."""
		gift = {
			"price_or_product_discount": "Product",
			"free_item": factories.make_item().name,
			"free_qty": 1,
		}
		self.rule(**gift, rate_or_discount="")
		self.rule()
		quotation = self.by_hand()
		self.assertEqual((len(quotation.items), quotation.discount_amount), (2, 25))
		self.submit(quotation)

	def test_a_good_coupon_is_the_companys(self) -> None:
		code = self.coupon(self.rule(coupon_code_based=1), maximum_use=1)
		quotation = self.by_hand(coupon_code=code)
		self.assert_off(quotation, 25)
		self.submit(quotation)
		order = self.order_by_hand(coupon_code=code)
		self.assert_off(order, 25)
		self.submit(order)
		self.update_items(order, qty=2)

	def test_an_order_of_such_a_quotation_sells_what_was_quoted(self) -> None:
		self.rule(min_amt=100)
		quotation = self.submit(self.by_hand())
		order = self.ordered(quotation)
		self.assert_off(order, 25)
		self.submit(order)

	def test_a_part_of_what_was_quoted_has_its_share_to_the_coin(self) -> None:
		rule = self.rule(valid_from=add_days(nowdate(), -9))
		quotation = self.submit(self.by_hand(0.33, qty=3))
		self.assert_off(quotation, 0.25)
		quotation.db_set("transaction_date", add_days(nowdate(), -5))
		rule.db_set("valid_upto", add_days(nowdate(), -2))
		self.submit(self.ordered(quotation, qty=1))

	def test_judging_changes_nothing_on_the_document(self) -> None:
		self.rule()
		quotation = self.by_hand()
		before = quotation.as_json()
		self.assertEqual(given_by_rules(quotation), 25)
		self.assertEqual(quotation.as_json(), before)
