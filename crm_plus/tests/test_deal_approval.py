"""Approval of deals above a limit: what needs it, who gives it, what it covers."""

import frappe
from frappe.model.document import Document
from frappe.model.workflow import WorkflowPermissionError, WorkflowTransitionError, apply_workflow

from crm_plus.api import deals as api
from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, REJECTED
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.request_case import user_with
from crm_plus.workflows.deal_approval import WORKFLOW, ApprovalNeeded
from crm_plus.workflows.deal_stages import StageRuleNotMet

AGENT, MANAGER = "Sales User", "Sales Manager"


class ApprovalCase(CRMPlusTestCase):
	"""Agents may grant 10 % on up to 1,000, managers 30 % on anything."""

	def setUp(self) -> None:
		super().setUp()
		self.switch(on=True)
		self.agent, self.manager = user_with(AGENT), user_with(AGENT, MANAGER)
		self.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		self.switch(on=False)
		self.commit()
		super().tearDown()

	def switch(self, *, on: bool) -> None:
		settings = frappe.get_doc("CRM Plus Settings")
		limits = [(AGENT, 10, 1000), (MANAGER, 30, 0)] if on else []
		settings.deal_approvals = int(on)
		settings.set("approval_limits", [])
		for role, discount, amount in limits:
			settings.append("approval_limits", {"role": role, "max_discount": discount, "max_amount": amount})
		settings.save()
		# Frappe's mail has the deal's print as PDF, for which wkhtmltopdf asks a web server that tests do not have.
		frappe.db.set_value("Workflow", WORKFLOW, "send_email_alert", 0)
		frappe.clear_document_cache("Workflow", WORKFLOW)

	def deal(self, discount: float, price: float = 100, **values: object) -> Document:
		"""A deal of the agent over one item at `price`."""
		item = factories.make_item(price).name
		with self.as_user(self.agent):
			return factories.make_deal(
				deal_owner=self.agent,
				items=[{"item_code": item, "discount_percentage": discount}],
				**values,
			)

	def step(self, deal: Document, action: str, user: str) -> Document:
		with self.as_user(user):
			return apply_workflow(frappe.get_doc("Deal", deal.name), action)

	def approved(self, deal: Document) -> Document:
		self.step(deal, "Request Approval", self.agent)
		return self.step(deal, "Approve", self.manager)

	def quote(self, deal: Document, user: str, **values: object) -> Document:
		"""The user makes the deal's quotation, changes it and submits it."""
		with self.as_user(user):
			quotation = frappe.get_doc(api.make_quotation(deal.name))
			quotation.update(values)
			quotation.insert()
			quotation.submit()
		return quotation


class TestDealApproval(ApprovalCase):
	def test_within_the_limits_nobody_is_asked(self) -> None:
		deal = self.deal(10)
		self.assertEqual((deal.approval_needed, deal.approval_state), (0, DRAFT))
		self.assertEqual(self.quote(deal, self.agent).docstatus, 1)

	def test_a_larger_discount_holds_the_quotation_until_a_manager_approves(self) -> None:
		deal = self.deal(25)
		self.assertEqual(deal.approval_needed, 1)
		with self.assertRaisesRegex(ApprovalNeeded, rf"10 % discount.*25 % discount.*{deal.name}"):
			self.quote(deal, self.agent)
		with self.assertRaises(WorkflowTransitionError):
			self.step(deal, "Approve", self.agent)
		deal = self.approved(deal)
		self.assertEqual((deal.approval_state, deal.approval_needed), (APPROVED, 0))
		self.assertEqual((deal.approved_discount, deal.approved_amount), (25, 75))
		self.assertEqual(deal.approved_by, self.manager)
		self.assertEqual(self.quote(deal, self.agent).docstatus, 1)

	def test_a_larger_value_needs_approval_too(self) -> None:
		deal = self.deal(0, 1500)
		self.assertEqual(deal.approval_needed, 1)
		with self.assertRaises(ApprovalNeeded):
			self.quote(deal, self.agent)
		self.assertEqual(self.quote(deal, self.manager).docstatus, 1, "a manager may grant any value")

	def test_a_manager_grants_no_more_than_a_manager_may(self) -> None:
		deal = self.deal(40)
		self.step(deal, "Request Approval", self.agent)
		with self.assertRaisesRegex(ApprovalNeeded, "30 % discount"):
			self.step(deal, "Approve", self.manager)
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "approval_state"), PENDING)
		self.step(deal, "Reject", self.manager)
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "approval_state"), REJECTED)

	def test_an_approval_does_not_cover_a_later_larger_discount(self) -> None:
		deal = self.approved(self.deal(25))
		with self.as_user(self.agent):
			deal = frappe.get_doc("Deal", deal.name)
			deal.items[0].discount_percentage = 20
			deal.save()
			self.assertEqual(deal.approval_state, APPROVED, "less than was approved")
			deal.items[0].discount_percentage = 26
			deal.save()
		stored = frappe.db.get_value("Deal", deal.name, ["approval_state", "approval_needed"])
		self.assertEqual(stored, (DRAFT, 1))
		with self.assertRaises(ApprovalNeeded):
			self.quote(deal, self.agent)
		self.assertEqual(self.approved(deal).approved_discount, 26)

	def test_the_quotation_itself_may_not_go_further(self) -> None:
		deal = self.approved(self.deal(25))
		more = {"apply_discount_on": "Net Total", "additional_discount_percentage": 5}
		with self.assertRaises(ApprovalNeeded):
			self.quote(deal, self.agent, **more)
		by_amount = {"apply_discount_on": "Grand Total", "discount_amount": 10}
		with self.assertRaises(ApprovalNeeded):
			self.quote(deal, self.agent, **by_amount)

	def test_nobody_approves_by_typing(self) -> None:
		deal = self.deal(25)
		with self.as_user(self.agent):
			deal.update({"approved_discount": 99, "approved_amount": 10**6, "approved_by": self.manager})
			deal.save()
			self.assertEqual((deal.approved_discount, deal.approved_amount, deal.approved_by), (0, 0, None))
			deal.approval_state = APPROVED
			self.assertRaises(ApprovalNeeded, deal.save)
			with self.assertRaises(WorkflowPermissionError):
				factories.make_deal(approval_state=APPROVED)
		with self.as_user(self.manager):
			deal = frappe.get_doc("Deal", deal.name)
			deal.approval_state = APPROVED
			self.assertRaises(WorkflowPermissionError, deal.save)

	def test_a_stage_for_approved_deals_only(self) -> None:
		pipeline = factories.make_pipeline(
			("New", {"stage_name": "Offer", "requires_approval": 1}, "Won", "Lost")
		)
		offer = f"{pipeline.name}-Offer"
		deal = self.deal(25, pipeline=pipeline.name)
		deal.stage = offer
		with self.assertRaisesRegex(StageRuleNotMet, "approved"):
			deal.save()
		deal = self.approved(deal)
		deal.stage = offer
		deal.save()
		modest = self.deal(5, pipeline=pipeline.name)
		modest.stage = offer
		modest.save()
		self.assertEqual(modest.stage, offer)

	def test_switched_off_it_is_not_there(self) -> None:
		approved = self.approved(self.deal(25))
		self.switch(on=False)
		self.assertEqual(frappe.db.get_value("Workflow", WORKFLOW, "is_active"), 0)
		deal = self.deal(90)
		self.assertEqual((deal.approval_needed, deal.approval_state), (0, None))
		self.assertEqual(self.quote(deal, self.agent).docstatus, 1)
		approved.reload()
		approved.approval_state = DRAFT
		approved.save()
		self.assertEqual(
			approved.approval_state, APPROVED, "what was approved stays for the day it is on again"
		)

	def test_quotations_without_a_deal_are_not_ours(self) -> None:
		customer, item = factories.make_customer().name, factories.make_item(100).name
		row = {"item_code": item, "qty": 1, "price_list_rate": 100, "discount_percentage": 80, "rate": 20}
		with self.as_user(self.agent):
			quotation = factories.make(
				"Quotation",
				quotation_to="Customer",
				party_name=customer,
				company=factories.company(),
				items=[row],
			)
			quotation.submit()
		self.assertEqual(quotation.docstatus, 1)
