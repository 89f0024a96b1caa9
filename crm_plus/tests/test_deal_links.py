"""Whose deal a sales document may name, where the deal's customer is not in ERPNext yet."""

import frappe

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


class TestDealsWithoutCustomer(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item = factories.make_item().name
		self.customer = factories.make_customer().name

	def quotation_for(self, profile: str) -> str | None:
		deal = factories.make_deal(customer_profile=profile).name
		rows = [{"item_code": self.item, "qty": 1, "rate": 100}]
		values = {"quotation_to": "Customer", "party_name": self.customer, "crm_plus_deal": deal}
		made = factories.make("Quotation", company=factories.company(), items=rows, **values)
		return made.crm_plus_deal

	def test_the_documents_of_somebody_elses_customer_are_refused(self) -> None:
		factories.make_profile(erpnext_customer=self.customer)
		with self.assertRaisesRegex(frappe.ValidationError, "same customer"):
			self.quotation_for(factories.make_profile().name)

	def test_those_of_a_customer_without_profile_are_taken(self) -> None:
		frappe.db.delete("Customer Profile", {"erpnext_customer": self.customer})
		self.assertTrue(self.quotation_for(factories.make_profile().name))

	def test_those_of_a_person_are_taken_for_the_organization_he_belongs_to(self) -> None:
		organization = factories.make_profile(profile_type="Organization").name
		frappe.db.delete("Customer Profile", {"erpnext_customer": self.customer})
		factories.make_profile(
			profile_type="Person", organization=organization, erpnext_customer=self.customer
		)
		self.assertTrue(self.quotation_for(organization))
