"""Where a Pricing Rule for a whole transaction gives nothing, or less than comes off, the discount is the agent's."""

import frappe
from frappe.utils import add_days, nowdate

from crm_plus.api import deals as api
from crm_plus.tests import factories
from crm_plus.tests.test_transaction_rules import TransactionRulesCase
from crm_plus.workflows.deal_approval import ApprovalNeeded


class TestTransactionRulesBeyond(TransactionRulesCase):
	def test_what_comes_off_beyond_a_rule_is_the_agents(self) -> None:
		self.rule()
		self.submit(self.by_hand(row={"rate": 92}))
		self.refuse(self.by_hand(row={"rate": 80}), naming="grants 20 %")

	def test_a_percentage_that_outdoes_a_rules_amount_is_the_agents(self) -> None:
		self.amount_rule(20)
		quotation = self.by_hand(additional_discount_percentage=60)
		self.assert_off(quotation, 60)
		self.refuse(quotation, naming="grants 50 %")
		self.submit(self.by_hand(additional_discount_percentage=28))

	def test_a_rule_that_is_only_named_gives_nothing(self) -> None:
		rule = self.rule(customer_group=self.other)
		named = [{"pricing_rule": rule.name, "rule_applied": 1}]
		typed = {"apply_discount_on": "Net Total", "additional_discount_percentage": 25}
		quotation = self.by_hand(pricing_rules=named, **typed)
		self.assert_off(quotation, 25)
		self.refuse(quotation)

	def test_a_party_is_what_its_master_says(self) -> None:
		self.rule(customer_group=self.other)
		territory = factories.make("Territory", territory_name=factories.unique("Land")).name
		self.rule(30, applicable_for="Territory", customer_group=None, territory=territory)
		for claimed, off in (({"customer_group": self.other}, 25), ({"territory": territory}, 30)):
			quotation = self.by_hand(**claimed)
			self.assert_off(quotation, off)
			self.refuse(quotation)

	def test_a_condition_is_asked_of_what_the_master_says(self) -> None:
		everybody = {"applicable_for": "", "customer_group": None}
		self.rule(**everybody, condition=f"customer_group == '{self.other}'")
		quotation = self.by_hand(customer_group=self.other)
		self.assert_off(quotation, 25)
		self.refuse(quotation)
		self.rule(30, **everybody, condition=f"customer_group == '{self.group}'")
		quotation = self.by_hand()
		self.assert_off(quotation, 30)
		self.submit(quotation)

	def test_a_sales_partner_is_the_customers_own(self) -> None:
		values = {"commission_rate": 1, "territory": factories.leaf("Territory")}
		partner = factories.make("Sales Partner", partner_name=factories.unique("Partner"), **values).name
		self.rule(applicable_for="Sales Partner", customer_group=None, sales_partner=partner)
		order = self.order_by_hand(sales_partner=partner)
		self.assert_off(order, 25)
		self.refuse(order)
		frappe.db.set_value("Customer", self.customer, "default_sales_partner", partner)
		self.submit(self.order_by_hand(sales_partner=partner))

	def test_a_campaign_that_a_seller_chooses_gives_nothing(self) -> None:
		if not frappe.get_meta("Sales Order").has_field("campaign"):
			self.skipTest("ERPNext 16 asks no sales document for the campaign of a Pricing Rule")
		campaign = factories.make("Campaign", campaign_name=factories.unique("Campaign")).name
		self.rule(applicable_for="Campaign", customer_group=None, campaign=campaign)
		order = self.order_by_hand(campaign=campaign)
		self.assert_off(order, 25)
		self.refuse(order)

	def test_what_costs_nothing_does_not_count_as_sold(self) -> None:
		self.rule(min_qty=10)
		quotation = self.by_hand()
		quotation.append("items", {"item_code": factories.make_item().name, "qty": 9, "rate": 0})
		with self.as_user(self.agent):
			quotation.save()
		self.assert_off(quotation, 25)
		self.refuse(quotation)
		self.submit(self.by_hand(qty=10, price=10))

	def test_a_customer_whom_a_client_sends_along_is_not_the_party(self) -> None:
		stranger = factories.make_customer().name
		self.rule(applicable_for="Customer", customer_group=None, customer=stranger)
		quotation = self.by_hand()
		quotation.customer = stranger
		with self.as_user(self.agent):
			quotation.save()
		self.assert_off(quotation, 25)
		self.refuse(quotation)

	def test_another_companys_rule_and_a_disabled_one_give_nothing(self) -> None:
		self.rule(company=factories.make_company2())
		self.rule(disable=1)
		self.refuse(self.by_hand(apply_discount_on="Net Total", additional_discount_percentage=25))

	def test_a_rule_of_before_gives_nothing_to_what_is_dated_back(self) -> None:
		self.rule(valid_from=add_days(nowdate(), -30), valid_upto=add_days(nowdate(), -20))
		day = {"transaction_date": add_days(nowdate(), -25), "valid_till": add_days(nowdate(), 30)}
		quotation = self.by_hand(row={"rate": 100}, **day)
		self.assert_off(quotation, 25)
		self.refuse(quotation)

	def test_amounts_are_meant_in_the_rules_money(self) -> None:
		factories.make_exchange_rate("JPY", "EUR", 0.01)
		factories.make_exchange_rate("EUR", "JPY", 100)
		self.rule(min_amt=1000)
		money = {"currency": "JPY", "conversion_rate": 0.01, "plc_conversion_rate": 100}
		quotation = self.by_hand(**money)
		self.assertEqual((quotation.total, quotation.discount_amount), (10000, 2500))
		self.refuse(quotation)

	def test_an_amount_off_is_meant_in_the_rules_money(self) -> None:
		factories.make_exchange_rate("EUR", "JPY", 100)
		self.amount_rule(30, currency="JPY")
		quotation = self.by_hand()
		self.assert_off(quotation, 30)
		self.refuse(quotation, naming="grants 29.79 %")

	def test_a_bad_coupon_gives_nothing(self) -> None:
		rule = self.rule(coupon_code_based=1)
		late = self.coupon(rule, valid_upto=add_days(nowdate(), -1))
		used = self.coupon(rule, maximum_use=1)
		frappe.db.set_value("Coupon Code", used, "used", 1)
		foreign = self.coupon(rule, customer=factories.make_customer().name)
		for code in (late, used, foreign):
			with self.subTest(code=code):
				quotation = self.by_hand(coupon_code=code)
				self.assert_off(quotation, 25)
				frappe.clear_messages()
				self.refuse(quotation)
				said = " ".join(map(str, frappe.get_message_log()))
				self.assertNotIn("coupon", said, "nothing of it is told")

	def test_an_order_of_less_than_was_quoted_loses_a_rule_that_asks_for_more(self) -> None:
		self.rule(min_amt=500)
		quotation = self.submit(self.by_hand(qty=5))
		self.refuse(self.ordered(quotation, qty=1))

	def test_a_rule_that_has_ended_holds_for_the_whole_of_what_was_quoted(self) -> None:
		rule = self.rule(min_amt=500, valid_from=add_days(nowdate(), -9))
		quotation = self.submit(self.by_hand(qty=5))
		quotation.db_set("transaction_date", add_days(nowdate(), -5))
		rule.db_set("valid_upto", add_days(nowdate(), -2))
		self.refuse(self.ordered(quotation, qty=1))
		order = self.ordered(quotation)
		self.assertEqual(order.additional_discount_percentage, 25)
		self.submit(order)

	def test_items_taken_away_after_submission_take_the_rule_with_them(self) -> None:
		self.rule(min_qty=1, min_amt=100)
		order = self.submit(self.order_by_hand())
		frappe.db.savepoint("before_refusal")
		with self.assertRaises(ApprovalNeeded):
			self.update_items(order, qty=0.5)
		frappe.db.rollback(save_point="before_refusal")
		self.update_items(order, qty=2)

	def test_a_quotation_that_leaves_rules_alone_has_nothing_of_them(self) -> None:
		self.rule()
		deal = self.deal(0, customer_profile=self.profile)
		with self.as_user(self.agent):
			quotation = frappe.get_doc(api.make_quotation(deal.name))
			quotation.update({"apply_discount_on": "Net Total", "additional_discount_percentage": 25})
			quotation.insert()
		self.refuse(quotation)
