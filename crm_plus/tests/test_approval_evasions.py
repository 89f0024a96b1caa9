"""Roads around an approval that look like no discount: other money, other units, rows and charges below zero, changed items."""

import json
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import update_child_qty_rate
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from crm_plus.rules.approvals import DRAFT
from crm_plus.tests import factories
from crm_plus.tests.test_approval_scope import ApprovalScopeCase
from crm_plus.workflows.deal_approval import ApprovalNeeded


class TestApprovalEvasions(ApprovalScopeCase):
	"""Agents may grant 10 % on up to 1,000, managers 30 % on anything."""

	def account(self, deal: Document, **values: Any) -> str:
		return frappe.db.get_value("Account", {"company": deal.company, "is_group": 0, **values})

	def update_items(self, order: Document, *rows: dict[str, Any]) -> None:
		with self.as_user(self.agent):
			update_child_qty_rate("Sales Order", json.dumps(rows), order.name)

	def refuse_items(self, order: Document, *rows: dict[str, Any]) -> None:
		frappe.db.savepoint("before_items")
		with self.assertRaises(ApprovalNeeded):
			self.update_items(order, *rows)
		frappe.db.rollback(save_point="before_items")

	def item_row(self, order: Document, **values: Any) -> dict[str, Any]:
		row = order.items[0]
		return {"docname": row.name, "item_code": row.item_code, "qty": row.qty, "rate": row.rate, **values}

	# --- items of a submitted order ----------------------------------------------------------------------------------

	def test_twice_as_much_for_half_the_price_has_the_same_total_and_is_held(self) -> None:
		order = self.submit(self.order(self.deal(0), 100))
		self.refuse_items(order, self.item_row(order, qty=2, rate=50))

	def test_a_gift_added_to_a_submitted_order_is_held(self) -> None:
		order = self.submit(self.order(self.deal(0), 100))
		gift = {"item_code": factories.make_item(100).name, "qty": 1, "rate": 0, "uom": "Nos"}
		gift |= {"delivery_date": order.items[0].delivery_date, "conversion_factor": 1}
		self.refuse_items(order, self.item_row(order), gift)

	def test_more_at_the_list_price_within_the_limit_is_not_held(self) -> None:
		order = self.submit(self.order(self.deal(0), 100))
		self.update_items(order, self.item_row(order, qty=2, rate=95))
		self.assertEqual(frappe.db.get_value("Sales Order", order.name, "base_net_total"), 190)

	# --- orders of an approved quotation -----------------------------------------------------------------------------

	def approved_quotation(self) -> Document:
		return self.submit(self.quotation(self.approved(self.deal(25))))

	def test_rows_beside_those_of_a_quotation_do_not_use_its_approval_again(self) -> None:
		quotation = self.approved_quotation()
		for rate, is_held in ((75, True), (95, False)):
			with self.subTest(rate=rate):
				order = self.ordered(quotation)
				more = {"item_code": order.items[0].item_code, "qty": 1, "price_list_rate": 100, "uom": "Nos"}
				with self.as_user(self.agent):
					order.append("items", {**more, "rate": rate, "delivery_date": order.delivery_date})
					order.save()
				self.refuse(order) if is_held else self.submit(order)

	def test_a_quotations_row_is_ordered_once(self) -> None:
		quotation = self.approved_quotation()
		again = self.ordered(quotation)
		self.submit(self.ordered(quotation))
		frappe.db.set_value("Deal", quotation.crm_plus_deal, "approval_state", DRAFT)
		self.refuse(again)

	def test_the_quoted_number_in_cheaper_money_is_another_price(self) -> None:
		factories.make_exchange_rate("JPY", "EUR", 0.006)
		quotation = self.approved_quotation()
		cheap = {"currency": "JPY", "conversion_rate": 0.006, "plc_conversion_rate": 0.006}
		order = self.ordered(quotation)
		with self.as_user(self.agent):
			order.update(cheap)
			order.items[0].update({"rate": 75, "price_list_rate": 75, "discount_percentage": 0})
			order.save()
		self.assertEqual(order.items[0].net_rate, quotation.items[0].net_rate)
		self.refuse(order)

	def test_a_charge_below_zero_that_was_not_quoted_is_held(self) -> None:
		order = self.ordered(self.approved_quotation())
		self.charge(order, -50)
		self.refuse(order)

	# --- what is no row's discount -----------------------------------------------------------------------------------

	def charge(self, document: Document, amount: float, **values: Any) -> None:
		account = self.account(document, root_type="Income")
		tax = {"charge_type": "Actual", "account_head": account, "tax_amount": amount, "description": "x"}
		with self.as_user(self.agent):
			document.append("taxes", {**tax, **values})
			document.save()

	def test_a_charge_below_zero_is_a_discount(self) -> None:
		for amount, is_held in ((-11, True), (-10, False), (50, False)):
			with self.subTest(amount=amount):
				quotation = self.quotation(self.deal(0))
				self.charge(quotation, amount)
				self.refuse(quotation) if is_held else self.submit(quotation)

	def test_a_tax_that_is_withheld_is_none(self) -> None:
		quotation = self.quotation(self.deal(0))
		tax = self.account(quotation, account_type="Tax")
		self.charge(quotation, 0, charge_type="On Net Total", rate=-19, account_head=tax)
		self.assertEqual(quotation.grand_total, 81)
		self.submit(quotation)

	def test_a_row_below_zero_takes_off_the_others(self) -> None:
		item, priced = factories.make_item().name, factories.make_item(10).name
		for row in ({"item_code": item, "rate": -20}, {"item_code": priced, "qty": -2, "rate": 10}):
			with self.subTest(**row):
				self.refuse(self.quotation(self.deal(0), row))

	def test_what_is_promised_for_paying_early_is_a_discount_unless_the_company_promises_it(self) -> None:
		usual = factories.make(
			"Payment Terms Template",
			template_name=factories.unique("Terms"),
			terms=[
				{"invoice_portion": 100, "credit_days": 90, "due_date_based_on": "Day(s) after invoice date"}
			],
		)
		usual.terms[0].update({"discount_type": "Percentage", "discount": 20, "discount_validity": 30})
		usual.save()
		for template, discount, is_held in (
			(None, 90, True),
			(usual.name, 90, True),
			(usual.name, 20, False),
		):
			with self.subTest(template=template, discount=discount):
				quotation = self.quotation(self.deal(0))
				with self.as_user(self.agent):
					self.pay_early(quotation, discount, template)
				self.refuse(quotation) if is_held else self.submit(quotation)

	def pay_early(self, quotation: Document, discount: float, template: str | None) -> None:
		late = add_days(nowdate(), 90)
		term = {"due_date": late, "invoice_portion": 100, "payment_amount": quotation.grand_total}
		term |= {"discount_type": "Percentage", "discount": discount, "discount_date": late}
		quotation.payment_terms_template = template
		quotation.set("payment_schedule", [term])
		quotation.save()
		self.assertEqual(quotation.payment_schedule[0].discount, discount)

	# --- units and money ---------------------------------------------------------------------------------------------

	def test_a_unit_that_holds_more_than_the_master_says_costs_as_much_more(self) -> None:
		box = factories.make("UOM", uom_name=factories.unique("Box")).name
		quotation = self.quotation(self.deal(0), uom=box, conversion_factor=100)
		self.assertEqual((quotation.items[0].stock_qty, quotation.net_total), (100, 100))
		self.refuse(quotation)

	def test_a_price_for_another_packing_makes_nothing_free(self) -> None:
		deal = self.deal(0)
		with self.as_user(self.agent):
			party = frappe.get_doc("Quotation", self.quotation(deal).name).party_name
		own = {"item_code": deal.items[0].item_code, "price_list": "Standard Selling", "price_list_rate": 80}
		factories.make("Item Price", **own, customer=party, packing_unit=10)
		self.refuse(self.quotation(deal, rate=20, price_list_rate=20))

	def in_dollars(self, deal: Document, rate: float, conversion_rate: float, **values: Any) -> Document:
		"""Return a quotation at a rate in dollars, with an exchange rate that the agent has typed."""
		quotation = self.quotation(deal)
		with self.as_user(self.agent):
			quotation.update({"currency": "USD", "conversion_rate": conversion_rate, **values})
			quotation.items[0].update({"rate": rate, "price_list_rate": rate, "discount_percentage": 0})
			quotation.save()
		self.assertEqual(quotation.items[0].rate, rate)
		return quotation

	def test_an_exchange_rate_that_was_typed_makes_nothing_cheaper(self) -> None:
		factories.make_exchange_rate("USD", "EUR", 0.8)
		held = self.in_dollars(self.deal(0), 10, 10)
		self.assertEqual(held.base_net_total, 100)
		self.refuse(held)
		self.submit(self.in_dollars(self.deal(0), 125, 0.8))
		self.submit(self.in_dollars(self.deal(0), 122, 0.82))

	def test_an_exchange_rate_that_was_typed_makes_no_value_smaller(self) -> None:
		factories.make_exchange_rate("USD", "EUR", 0.8)
		dollars = factories.make_price_list("USD").name
		deal = self.deal(0)
		factories.make(
			"Item Price", item_code=deal.items[0].item_code, price_list=dollars, price_list_rate=2000
		)
		held = self.in_dollars(deal, 2000, 0.001, selling_price_list=dollars)
		self.assertEqual(held.base_net_total, 2)
		self.refuse(held)
		with self.as_user(self.agent):
			typed = factories.make_deal(
				deal_owner=self.agent, currency="USD", conversion_rate=0.001, amount=2000
			)
		self.assertEqual((typed.base_amount, typed.approval_needed), (2, 1))
