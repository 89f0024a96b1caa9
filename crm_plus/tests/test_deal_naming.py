"""Who may not see a deal names it on no document, unless it came with the document that this one was made from."""

from typing import Any

import frappe
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.projects.doctype.project.project import create_duplicate_project
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_project, make_sales_invoice
from frappe.utils import add_days, nowdate

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_party, make_party_deal, make_sales, the_accountant
from crm_plus.tests.factories_teams import no_teams, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person

DOCUMENTS = ("Quotation", "Sales Order", "Sales Invoice")
# Billing, but no right to link every deal: that of the CRM's accountants is taken from them by a role of their own.
BILLING = "Accounts Clerk"


class DealNamingCase(CRMPlusTestCase):
	"""`agent` has a deal that `other` may not see; `office` makes the documents that follow."""

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.agent, self.other = (sales_person("Sales User", f"naming {number}") for number in range(2))
		self.customer, self.profile = make_party()
		frappe.db.set_value("Customer Profile", self.profile, "profile_owner", self.agent)
		self.deal = make_party_deal(self.profile, deal_owner=self.agent).name
		self.item = factories.make_item().name

	def sold(self, doctype: str, customer: str, row_deal: str | None = None, **values: Any) -> Any:
		row = {"item_code": self.item, "rate": 100, "crm_plus_deal": row_deal}
		return make_sales(doctype, customer, [row], **values)

	def assert_cannot_name(self, make: Any, deal: str) -> str:
		"""Return what is said, with the deal's name taken out."""
		frappe.clear_messages()
		with self.assertRaises(frappe.LinkValidationError) as refused:
			make(deal)
		said = str(refused.exception)
		for secret in (self.customer, frappe.db.get_value("Customer Profile", self.profile, "full_name")):
			self.assertNotIn(secret, said)
		return said.replace(deal, "it")


class TestHiddenDeals(DealNamingCase):
	def test_they_are_named_on_no_header_and_no_row_as_if_there_were_none(self) -> None:
		mine = make_party()[0]
		with self.as_user(user_with("Sales User", "Sales Master Manager")):
			for doctype in DOCUMENTS[:2]:
				for customer in (self.customer, mine):
					for on_row in (False, True):

						def make(deal: str, made: Any = (doctype, customer, on_row)) -> None:
							self.named(*made, deal)

						with self.subTest(doctype, customer=customer, on_row=on_row):
							hidden = self.assert_cannot_name(make, self.deal)
							self.assertEqual(hidden, self.assert_cannot_name(make, "DEAL-1999-99999"))
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "quoted_amount"), 0)

	def named(self, doctype: str, customer: str, on_row: bool, deal: str) -> Any:
		if on_row:
			return self.sold(doctype, customer, deal)
		return self.sold(doctype, customer, crm_plus_deal=deal)

	def test_nor_on_a_document_that_stands_already(self) -> None:
		with self.as_user(self.other):
			draft = self.sold("Quotation", self.customer, docstatus=0)
			draft.crm_plus_deal = self.deal
			with self.assertRaises(frappe.LinkValidationError):
				draft.save()
			submitted = self.sold("Quotation", self.customer)
			submitted.crm_plus_deal = self.deal
			with self.assertRaises(frappe.LinkValidationError):
				submitted.save()

	def test_nor_on_a_project(self) -> None:
		with self.as_user(user_with("Projects User")), self.assertRaises(frappe.LinkValidationError):
			factories.make("Project", project_name=factories.unique("Project"), crm_plus_deal=self.deal)

	def test_ones_own_are(self) -> None:
		with self.as_user(self.agent):
			for doctype in DOCUMENTS[:2]:
				self.assertEqual(self.named(doctype, self.customer, False, self.deal).docstatus, 1)

	def test_the_accountant_names_any_deal_of_the_customer(self) -> None:
		with self.as_user(the_accountant()):
			invoice = self.named("Sales Invoice", self.customer, False, self.deal)
		self.assertEqual(invoice.items[0].crm_plus_deal, self.deal)

	def test_what_the_app_writes_is_not_asked(self) -> None:
		values = {"quotation_to": "Customer", "party_name": self.customer, "company": factories.company()}
		rows = [{"item_code": self.item, "qty": 1, "rate": 5}]
		doc = frappe.get_doc(
			{
				"doctype": "Quotation",
				**values,
				"items": rows,
				"crm_plus_deal": self.deal,
				"order_type": "Sales",
			}
		)
		with self.as_user(self.other):
			self.assertTrue(doc.insert(ignore_permissions=True).name)


class TestWhatFollowsFromAQuotation(DealNamingCase):
	"""Another makes it who sees nothing of the deal."""

	def setUp(self) -> None:
		super().setUp()
		with self.as_user(self.agent):
			self.quotation = self.sold("Quotation", self.customer, crm_plus_deal=self.deal)

	def ordered(self) -> Any:
		order = make_sales_order(self.quotation.name)
		order.delivery_date = add_days(nowdate(), 9)
		for row in order.items:
			row.delivery_date = order.delivery_date
		order.insert()
		order.submit()
		return order

	def test_an_order_and_its_project(self) -> None:
		with self.as_user(self.other):
			self.assertFalse(frappe.has_permission("Deal", "read", doc=self.deal))
			order = self.ordered()
		self.assertEqual((order.crm_plus_deal, order.items[0].crm_plus_deal), (self.deal, self.deal))
		with self.as_user(user_with("Projects User", "Sales User")):
			project = make_project(order.name).insert()
			self.assertEqual(project.crm_plus_deal, self.deal)
			copy = factories.unique("Copy")
			create_duplicate_project(frappe.as_json(project.as_dict()), copy)
		self.assertTrue(frappe.db.exists("Project", {"project_name": copy, "crm_plus_deal": self.deal}))

	def test_its_amendment(self) -> None:
		with self.as_user(user_with("Sales Manager")):
			order = self.ordered()
			order.cancel()
		with self.as_user(self.other):
			amended = frappe.copy_doc(order)
			amended.update({"amended_from": order.name, "docstatus": 0})
			self.assertEqual(amended.insert().crm_plus_deal, self.deal)

	def test_an_invoice_and_its_return_without_the_accountants_right(self) -> None:
		order = self.ordered()
		clerk = self.clerk()
		with self.as_user(clerk):
			self.assertFalse(frappe.has_permission("Deal", "select"))
			invoice = make_sales_invoice(order.name).insert()
			invoice.submit()
			back = make_sales_return(invoice.name).insert()
			self.assertEqual((invoice.crm_plus_deal, back.crm_plus_deal), (self.deal, self.deal))
			with self.assertRaises(frappe.LinkValidationError):
				self.sold("Sales Invoice", self.customer, crm_plus_deal=self.deal)

	def clerk(self) -> str:
		"""Return somebody who bills and may not link deals."""
		for role in ("Accounts User", "Accounts Manager"):
			frappe.db.set_value("DocPerm", {"parent": "Deal", "role": role, "permlevel": 0}, "select", 0)
		frappe.clear_cache(doctype="Deal")
		self.addCleanup(frappe.clear_cache, doctype="Deal")
		return the_accountant()

	def test_a_document_for_another_customer_is_told_no_name(self) -> None:
		"""The quotation's deal has moved to a customer whom the office does not know."""
		hidden = factories.make_profile(profile_owner=self.agent, erpnext_customer=make_party()[0])
		frappe.db.set_value("Deal", self.deal, "customer_profile", hidden.name)
		with self.as_user(self.other), self.assertRaises(frappe.ValidationError) as refused:
			self.ordered()
		for secret in (hidden.full_name, hidden.erpnext_customer):
			self.assertNotIn(secret, str(refused.exception))
