"""What nobody has granted goes out on no road: several grants, several deals, prices of one's own, gifts, later changes."""

import json
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import update_child_qty_rate
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from crm_plus.api import deals as api
from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING
from crm_plus.tests import factories
from crm_plus.tests.test_deal_approval import ApprovalCase
from crm_plus.workflows.deal_approval import ApprovalNeeded

TYPED = {"price_list_rate": 0, "discount_percentage": 0, "discount_amount": 0}


class ApprovalScopeCase(ApprovalCase):
	"""Agents may grant 10 % on up to 1,000, managers 30 % on anything."""

	def saved(self, deal: Document, **row: Any) -> Document:
		"""The agent changes the deal's row; returns the deal as stored."""
		with self.as_user(self.agent):
			deal = frappe.get_doc("Deal", deal.name)
			deal.items[0].update(row)
			deal.save()
		return frappe.get_doc("Deal", deal.name)

	def quotation(self, deal: Document, *more: dict[str, Any], **row: Any) -> Document:
		"""Return the deal's quotation as the agent stores it: its row changed, and more rows after it."""
		with self.as_user(self.agent):
			quotation = frappe.get_doc(api.make_quotation(deal.name))
			quotation.items[0].update(row)
			for values in more:
				quotation.append("items", {"qty": 1, "uom": "Nos", "conversion_factor": 1, **values})
			quotation.insert()
		return quotation

	def submit(self, doc: Document) -> Document:
		with self.as_user(self.agent):
			doc.submit()
		return doc

	def refuse(self, doc: Document, naming: str = "") -> None:
		frappe.db.savepoint("before_refusal")
		with self.assertRaisesRegex(ApprovalNeeded, naming):
			self.submit(doc)
		frappe.db.rollback(save_point="before_refusal")

	def order(self, deal: Document, rate: float, **values: Any) -> Document:
		"""Return an order for a deal that the agent makes straight, of an item at 100."""
		row = {"item_code": deal.items[0].item_code, "qty": 1, "price_list_rate": 100, "rate": rate, **values}
		with self.as_user(self.agent):
			party = api.make_quotation(deal.name)["party_name"]
			return factories.make(
				"Sales Order",
				**{"customer": party, "company": deal.company, "crm_plus_deal": deal.name},
				**{"delivery_date": add_days(nowdate(), 7), "items": [row]},
			)

	def ordered(self, quotation: Document, **row: Any) -> Document:
		"""Return the order of a quotation as the agent stores it, its row changed."""
		with self.as_user(self.agent):
			order = make_sales_order(quotation.name)
			order.delivery_date = add_days(nowdate(), 7)
			order.items[0].update({"delivery_date": order.delivery_date, **row})
			return order.insert()


class TestApprovalScope(ApprovalScopeCase):
	# --- one grant covers all of an offer ----------------------------------------------------------------------------

	def test_an_approval_of_little_and_a_limit_of_any_value_are_not_joined(self) -> None:
		settings = frappe.get_doc("CRM Plus Settings")
		settings.approval_limits[0].max_amount = 0
		settings.save()
		deal = self.approved(self.deal(30, 1000))
		deal = self.saved(deal, qty=1000)
		self.assertEqual((deal.approval_state, deal.approval_needed), (DRAFT, 1))
		self.refuse(self.quotation(deal))

	def test_a_gift_that_was_approved_is_no_thousand_gifts(self) -> None:
		settings = frappe.get_doc("CRM Plus Settings")
		settings.approval_limits[1].max_discount = 100
		settings.save()
		deal = self.approved(self.deal(100))
		self.assertEqual((deal.approved_amount, deal.approved_list_value), (0, 100))
		self.submit(self.quotation(deal))
		self.assertEqual(self.saved(deal, qty=1000).approval_state, DRAFT)

	def test_of_two_deals_on_a_quotation_each_needs_its_own_approval(self) -> None:
		held = self.deal(25, 500)
		small = self.approved(self.deal(25, 1, customer_profile=held.customer_profile))
		row = {"item_code": small.items[0].item_code, "rate": 0.75, "crm_plus_deal": small.name}
		self.refuse(self.quotation(held, row), naming=held.name)
		self.approved(held)
		self.submit(self.quotation(held, row))

	def test_a_row_at_its_list_price_makes_another_deals_row_no_cheaper(self) -> None:
		held = self.deal(25)
		modest = self.deal(0, 900, customer_profile=held.customer_profile)
		row = {"item_code": modest.items[0].item_code, "rate": 900, "crm_plus_deal": modest.name}
		self.refuse(self.quotation(held, row))

	def test_each_quotation_is_judged_alone(self) -> None:
		"""Two of the whole amount are alternatives to a customer, who orders one; the sum is nobody's offer."""
		deal = self.approved(self.deal(25))
		for _each in range(2):
			self.submit(self.quotation(deal))

	# --- a discount is measured against the company's own price ------------------------------------------------------

	def test_a_price_of_ones_own_is_measured_against_the_list(self) -> None:
		for own in (0, 100):
			with self.subTest(list_price=own):
				deal = self.deal(0, 1000)
				deal = self.saved(deal, **{**TYPED, "price_list_rate": own, "rate": 100})
				self.assertEqual(deal.approval_needed, 1)
				self.refuse(
					self.quotation(self.deal(5, 1000), **{**TYPED, "price_list_rate": own, "rate": 100})
				)

	def test_an_item_without_a_price_is_sold_as_agreed(self) -> None:
		item = factories.make_item().name
		with self.as_user(self.agent):
			deal = factories.make_deal(deal_owner=self.agent, items=[{"item_code": item, "rate": 100}])
		self.assertEqual(deal.approval_needed, 0)
		self.submit(self.quotation(deal))

	def test_neither_an_empty_price_list_nor_an_early_day_makes_a_free_price(self) -> None:
		deal = self.deal(0)
		empty = factories.make_price_list("EUR").name
		for header in ({"selling_price_list": empty}, {"transaction_date": "2001-01-01"}):
			with self.subTest(**header):
				quotation = self.quotation(deal, **TYPED, rate=50)
				quotation.update(header)
				self.refuse(quotation)

	def test_the_price_is_that_of_the_customer_and_the_unit(self) -> None:
		deal = self.deal(0)
		item, party = deal.items[0].item_code, self.quotation(deal).party_name
		price = {"item_code": item, "price_list": "Standard Selling"}
		factories.make("Item Price", **price, customer=party, price_list_rate=60)
		self.submit(self.quotation(deal, rate=55, price_list_rate=60))
		document = frappe.get_doc("Item", item)
		document.append("uoms", {"uom": "Box", "conversion_factor": 10})
		document.save()
		self.refuse(self.quotation(deal, uom="Box", conversion_factor=1, price_list_rate=60, rate=60))
		self.submit(self.quotation(deal, uom="Box", conversion_factor=10, price_list_rate=1000, rate=950))

	def test_a_rate_below_the_list_is_a_discount_that_nobody_states(self) -> None:
		self.refuse(self.quotation(self.deal(0), rate=80, discount_percentage=0))

	def test_a_discount_off_a_margin_counts_from_the_list_price(self) -> None:
		margin = {"margin_type": "Percentage", "margin_rate_or_amount": 50, "discount_percentage": 35}
		quotation = self.quotation(self.deal(0), **margin)
		self.assertEqual(quotation.items[0].rate, 97.5)
		self.submit(quotation)
		self.refuse(self.quotation(self.deal(0), **{**margin, "discount_percentage": 50}))

	def test_a_discount_on_the_whole_document_counts_however_it_is_typed(self) -> None:
		account = frappe.db.get_value("Account", {"company": factories.company(), "account_type": "Tax"})
		tax = {"charge_type": "On Net Total", "account_head": account, "rate": 19, "description": "VAT"}
		for included in (0, 1):
			for on in ("Net Total", "Grand Total"):
				for percent, fits in ((10, True), (12, False)):
					with self.subTest(included=included, on=on, percent=percent):
						quotation = self.quotation(self.deal(0))
						quotation.append("taxes", {**tax, "included_in_print_rate": included})
						quotation.apply_discount_on = on
						quotation.save()
						whole = quotation.net_total if on == "Net Total" else quotation.grand_total
						quotation.discount_amount = whole * percent / 100
						self.submit(quotation) if fits else self.refuse(quotation)

	# --- gifts and alternatives --------------------------------------------------------------------------------------

	def test_a_gift_is_a_discount_of_all_of_it(self) -> None:
		gift = factories.make_item(50).name
		row = {"item_code": gift, "rate": 0, "price_list_rate": 0, "discount_percentage": 100}
		for free in (0, 1):
			self.refuse(self.quotation(self.deal(0), {**row, "is_free_item": free}))

	def test_what_the_companys_pricing_rule_gives_is_not_the_agents(self) -> None:
		deal = self.deal(0)
		rule = self.rule(deal, rate_or_discount="Discount Percentage", discount_percentage=20)
		quotation = self.by_hand(deal)
		self.assertEqual(quotation.items[0].rate, 80)
		self.submit(quotation)
		claimed = {"rate": 80, "discount_percentage": 20, "pricing_rules": json.dumps([rule])}
		other = self.by_hand(self.deal(0))
		other.items[0].update(claimed)
		self.refuse(other)
		further = self.by_hand(deal)
		further.update({"apply_discount_on": "Net Total", "additional_discount_percentage": 12})
		self.refuse(further)

	def test_a_gift_of_the_companys_pricing_rule_is_not_the_agents(self) -> None:
		deal, gift = self.deal(0), factories.make_item(50).name
		given = {"price_or_product_discount": "Product", "free_item": gift, "free_qty": 1}
		rule = self.rule(deal, **given)
		free = {"item_code": gift, "rate": 0, "price_list_rate": 0, "is_free_item": 1, "pricing_rules": rule}
		quotation = self.by_hand(deal)
		if not any(row.is_free_item for row in quotation.items):
			quotation.append("items", {**free, "qty": 1, "uom": "Nos", "conversion_factor": 1})
		self.submit(quotation)
		more = self.by_hand(deal)
		more.append("items", {**free, "qty": 2, "uom": "Nos", "conversion_factor": 1})
		self.refuse(more)

	def rule(self, deal: Document, **values: Any) -> str:
		"""Let the company give something for the deal's item."""
		rule = factories.make(
			"Pricing Rule",
			**{"title": deal.name, "apply_on": "Item Code", "selling": 1, "company": deal.company},
			**{"items": [{"item_code": deal.items[0].item_code}], "currency": "EUR", **values},
		)
		return rule.name

	def by_hand(self, deal: Document) -> Document:
		"""Return a quotation for the deal as the agent makes it without the deal's button: Pricing Rules hold."""
		with self.as_user(self.agent):
			party = api.make_quotation(deal.name)["party_name"]
			return factories.make(
				"Quotation",
				**{"quotation_to": "Customer", "party_name": party, "company": deal.company},
				**{"crm_plus_deal": deal.name, "items": [{"item_code": deal.items[0].item_code, "qty": 1}]},
			)

	def test_an_alternative_neither_hides_a_discount_nor_grants_one(self) -> None:
		dear = factories.make_item(900).name
		for held, rate in ((self.deal(25), 900), (self.deal(0), 500)):
			row = {"item_code": dear, "rate": rate, "price_list_rate": 900, "is_alternative": 1}
			self.refuse(self.quotation(held, row))

	# --- orders, and changes after an answer -------------------------------------------------------------------------

	def test_an_order_made_straight_for_a_deal_is_held_too(self) -> None:
		deal = self.deal(25)
		self.refuse(self.order(deal, 75))
		self.submit(self.order(deal, 90))
		self.approved(deal)
		self.submit(self.order(deal, 75))

	def test_an_order_of_a_quotation_sells_what_was_quoted(self) -> None:
		deal = self.approved(self.deal(25))
		quotation = self.submit(self.quotation(deal))
		frappe.db.set_value("Deal", deal.name, "approval_state", DRAFT)
		for values in ({"rate": 50}, {"qty": 1000}):
			with self.subTest(**values):
				self.refuse(self.ordered(quotation, **values))
		twice = self.ordered(quotation)
		twice.append("items", twice.items[0].as_dict().update({"name": None, "idx": 2}))
		self.refuse(twice)
		self.submit(self.ordered(quotation))

	def test_a_quotation_that_nobody_judged_grants_its_order_nothing(self) -> None:
		deal = self.deal(25)
		quotation = self.quotation(deal)
		for doctype, name in (("Quotation", quotation.name), ("Quotation Item", quotation.items[0].name)):
			frappe.db.set_value(doctype, name, "crm_plus_deal", None)
		quotation.reload()
		self.refuse(self.ordered(self.submit(quotation), crm_plus_deal=deal.name))

	def test_an_order_without_a_deal_is_not_ours(self) -> None:
		deal = self.deal(0)
		order = self.order(deal, 20)
		frappe.db.set_value("Sales Order", order.name, "crm_plus_deal", None)
		frappe.db.set_value("Sales Order Item", order.items[0].name, "crm_plus_deal", None)
		order.reload()
		self.assertEqual(self.submit(order).docstatus, 1)

	def test_items_changed_after_submission_are_held(self) -> None:
		deal = self.deal(0)
		order = self.submit(self.order(deal, 100))
		row = {"docname": order.items[0].name, "item_code": order.items[0].item_code, "qty": 1, "rate": 60}
		frappe.db.savepoint("before_refusal")
		with self.as_user(self.agent), self.assertRaises(ApprovalNeeded):
			update_child_qty_rate("Sales Order", json.dumps([row]), order.name)
		frappe.db.rollback(save_point="before_refusal")

	def test_a_request_that_grows_goes_back_to_who_asked(self) -> None:
		deal = self.step(self.deal(25), "Request Approval", self.agent)
		self.assertEqual(self.saved(deal, discount_percentage=20).approval_state, PENDING)
		grown = self.saved(deal, discount_percentage=28)
		self.assertEqual(grown.approval_state, DRAFT)
		self.assertEqual(self.approved(grown).approval_state, APPROVED)
