"""What a customer agreed to in a deal is what he is quoted, delivered and billed, whatever Pricing Rules say and whoever stores it."""

from collections.abc import Callable
from typing import Any

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice as invoice_of_delivery
from frappe.model.document import Document
from frappe.utils import nowdate

from crm_plus.api import deals as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import share, show
from crm_plus.tests.request_case import user_with

RULES = (
	{"rate_or_discount": "Rate", "rate": 7},
	{"rate_or_discount": "Discount Percentage", "discount_percentage": 50},
	{"rate_or_discount": "Discount Amount", "discount_amount": 20},
	{"rate_or_discount": "Discount Percentage", "margin_type": "Percentage", "margin_rate_or_amount": 40},
	{"price_or_product_discount": "Product", "same_item": 1, "free_qty": 1, "min_qty": 1},
)


def make_rule(item: str, **values: Any) -> None:
	"""Insert a Pricing Rule of the first company for one item."""
	rule = {"title": factories.unique("Rule"), "apply_on": "Item Code", "items": [{"item_code": item}]}
	company = factories.company()
	currency = frappe.get_cached_value("Company", company, "default_currency")
	factories.make(
		"Pricing Rule", **{**rule, "selling": 1, "company": company, "currency": currency, **values}
	)


def prices(document: Document) -> list[tuple[Any, ...]]:
	"""Return what each row sells for how much."""
	return [(row.qty, row.rate, row.discount_percentage) for row in document.items]


class TestAgreedPrices(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.agent = user_with("Sales User")

	def deal_under(self, rule: dict[str, Any]) -> Document:
		"""A deal of the agent over three pieces at 90 of 100 each, of an item that has a rule."""
		item = factories.make_item(100)
		make_rule(item.name, **rule)
		row = {"item_code": item.name, "qty": 3, "price_list_rate": 100, "discount_percentage": 10}
		return factories.make_deal(deal_owner=self.agent, items=[row])

	def assert_as_agreed(self, document: Document, because: Any = None) -> None:
		self.assertEqual(prices(document), [(3, 90, 10)], because)
		self.assertEqual((document.net_total, document.discount_amount), (270, 0), because)

	def stored(self, user: str, make: Callable[[], Document]) -> Document:
		"""The user stores a document, opens and stores it again, and submits it."""
		with self.as_user(user):
			document = make()
			if document.doctype == "Sales Order":
				document.delivery_date = nowdate()
			document.insert()
			document = frappe.get_doc(document.doctype, document.name)
			document.save()
			return document.submit()

	def quoted(self, deal: Document, user: str, **values: Any) -> Document:
		return self.stored(user, lambda: frappe.get_doc(api.make_quotation(deal.name)).update(values))

	def test_an_agents_quotation_order_and_invoice_are_as_agreed(self) -> None:
		accountant = user_with("Accounts User")
		for rule in RULES:
			quotation = self.quoted(self.deal_under(rule), self.agent)
			self.assert_as_agreed(quotation, rule)
			order = self.stored(self.agent, lambda quotation=quotation: make_sales_order(quotation.name))
			self.assert_as_agreed(order, rule)
			invoice = self.stored(accountant, lambda order=order: make_sales_invoice(order.name))
			self.assert_as_agreed(invoice, rule)

	def test_what_is_billed_by_its_delivery_is_as_agreed(self) -> None:
		quotation = self.quoted(self.deal_under(RULES[0]), self.agent)
		order = self.stored(self.agent, lambda: make_sales_order(quotation.name))
		delivery = self.stored(user_with("Stock User", "Sales User"), lambda: make_delivery_note(order.name))
		self.assert_as_agreed(delivery)
		accountant = user_with("Accounts User", "Stock User")
		self.assert_as_agreed(self.stored(accountant, lambda: invoice_of_delivery(delivery.name)))

	def test_a_rule_for_the_whole_transaction_takes_nothing_off(self) -> None:
		deal = self.deal_under(RULES[0])
		customer = factories.make_customer().name
		whole = {"apply_on": "Transaction", "items": [], "applicable_for": "Customer", "customer": customer}
		make_rule("", **whole, rate_or_discount="Discount Percentage", discount_percentage=25)
		profile = factories.make_profile(erpnext_customer=customer)
		deal.db_set("customer_profile", profile.name)
		self.assert_as_agreed(self.quoted(deal, self.agent))

	def test_an_amended_quotation_keeps_its_prices(self) -> None:
		quotation = self.quoted(self.deal_under(RULES[0]), self.agent)
		quotation.cancel()
		amended = frappe.copy_doc(quotation)
		amended.update({"amended_from": quotation.name, "docstatus": 0})
		self.assert_as_agreed(self.stored(self.agent, lambda: amended))

	def test_an_agent_may_change_what_he_quotes(self) -> None:
		deal = self.deal_under(RULES[0])
		with self.as_user(self.agent):
			quotation = frappe.get_doc(api.make_quotation(deal.name))
			quotation.items[0].qty = 4
			quotation.insert()
		self.assertEqual(prices(quotation), [(4, 90, 10)])

	def test_who_only_reads_the_deal_quotes_it_as_it_stands(self) -> None:
		show("Private")
		reader, deal = factories.make_user("Sales User").name, self.deal_under(RULES[1])
		for doctype, name in (("Deal", deal.name), ("Customer Profile", deal.customer_profile)):
			share(doctype, name, reader)
		self.assert_as_agreed(self.quoted(deal, reader))
		with self.as_user(reader):
			quotation = frappe.get_doc(api.make_quotation(deal.name))
			quotation.items[0].qty = 4
			quotation.insert()
		self.assertEqual(quotation.items[0].discount_percentage, 50, "he prices nothing himself")

	def test_rules_hold_where_no_deal_was_quoted(self) -> None:
		deal = self.deal_under(RULES[1])
		typed = self.quoted(deal, self.agent, ignore_pricing_rule=0)
		self.assertEqual(
			(typed.crm_plus_deal, typed.net_total), (deal.name, 150), "typed by hand, for a deal"
		)
		with self.as_user(self.agent):
			without = frappe.get_doc(api.make_quotation(deal.name)).update({"crm_plus_deal": None})
			for row in without.items:
				row.crm_plus_deal = None
			without.insert()
		self.assertEqual((without.ignore_pricing_rule, without.net_total), (0, 150))

	def test_who_may_decide_decides(self) -> None:
		quotation = self.quoted(self.deal_under(RULES[1]), self.agent)
		with self.as_user(user_with("Sales User", "Sales Manager")):
			order = make_sales_order(quotation.name)
			order.update({"delivery_date": nowdate(), "ignore_pricing_rule": 0}).insert()
		self.assertEqual(order.items[0].discount_percentage, 50)
