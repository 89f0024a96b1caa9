"""A limit and an approval hold once: for all orders of a deal together, and for what names the deal only later."""

import frappe
from frappe.model.document import Document

from crm_plus.tests.test_approval_scope import ApprovalScopeCase
from crm_plus.workflows.deal_approval import ApprovalNeeded


class TestApprovalSums(ApprovalScopeCase):
	"""Agents may grant 10 % on up to 1,000, managers 30 % on anything."""

	def test_a_deal_that_is_named_after_submission_is_asked_as_before_it(self) -> None:
		"""Else a quotation without a deal, which nobody judges, would be the deal's the moment after."""
		deal = self.deal(0)
		for make, held, allowed in (
			(lambda rate: self.quotation(deal, rate=rate), 60, 95),
			(lambda rate: self.order(deal, rate), 60, 95),
		):
			for rate, is_held in ((held, True), (allowed, False)):
				with self.subTest(rate=rate):
					document = self.submit(self.without_deal(make(rate)))
					if is_held:
						self.refuse_naming(document, deal)
					else:
						self.name(document, deal)
						self.assertEqual(document.items[0].crm_plus_deal, deal.name)

	def without_deal(self, document: Document) -> Document:
		for doctype, name in (
			(document.doctype, document.name),
			(f"{document.doctype} Item", document.items[0].name),
		):
			frappe.db.set_value(doctype, name, "crm_plus_deal", None)
		return document.reload()

	def name(self, document: Document, deal: Document) -> None:
		with self.as_user(self.agent):
			document.crm_plus_deal = deal.name
			document.save()

	def refuse_naming(self, document: Document, deal: Document) -> None:
		frappe.db.savepoint("before_naming")
		with self.assertRaises(ApprovalNeeded):
			self.name(document, deal)
		frappe.db.rollback(save_point="before_naming")

	def test_an_approved_deal_is_named_later_by_its_agent(self) -> None:
		deal = self.approved(self.deal(25))
		document = self.submit(self.without_deal(self.quotation(deal)))
		self.name(document, deal)
		self.assertEqual(document.crm_plus_deal, deal.name)

	def test_orders_of_a_deal_add_up_to_the_limit(self) -> None:
		deal = self.deal(0)
		for qty, is_held in ((6, False), (5, True), (4, False), (1, True)):
			with self.subTest(qty=qty):
				order = self.order(deal, 100, qty=qty)
				self.refuse(order, naming="those before it") if is_held else self.submit(order)

	def test_orders_of_an_approved_deal_add_up_to_what_was_approved(self) -> None:
		deal = self.approved(self.deal(25))
		self.submit(self.order(deal, 75))
		self.refuse(self.order(deal, 75))

	def test_an_approval_whose_quotation_was_ordered_grants_no_order_beside_it(self) -> None:
		deal = self.approved(self.deal(25))
		self.submit(self.ordered(self.submit(self.quotation(deal))))
		self.refuse(self.order(deal, 75))
		self.submit(self.order(deal, 95))
