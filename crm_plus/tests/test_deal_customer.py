"""A deal whose documents are somebody's stays his."""

import frappe

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


class TestTheCustomerOfADeal(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		customer = factories.make_customer().name
		self.organization = factories.make_profile(profile_type="Organization").name
		person = frappe.get_doc("Customer Profile", {"erpnext_customer": customer})
		person.update({"profile_type": "Person", "organization": self.organization}).save()
		self.deal = factories.make_deal(customer_profile=person.name)
		self.values = {"quotation_to": "Customer", "party_name": customer, "crm_plus_deal": self.deal.name}

	def quote(self) -> None:
		rows = [{"item_code": factories.make_item().name, "qty": 1, "rate": 100}]
		factories.make("Quotation", company=factories.company(), items=rows, **self.values)
		self.deal.reload()

	def give_to(self, profile: str) -> None:
		self.deal.customer_profile = profile
		self.deal.save()

	def test_it_does_not_go_over_to_somebody_else_with_its_documents(self) -> None:
		self.quote()
		other = factories.make_profile()
		with self.assertRaisesRegex(frappe.ValidationError, f"has a Quotation for .* for {other.full_name}"):
			self.give_to(other.name)

	def test_it_goes_to_the_organization_of_its_person(self) -> None:
		self.quote()
		self.give_to(self.organization)
		self.assertEqual(self.deal.customer_profile, self.organization)

	def test_it_goes_to_anybody_while_it_has_no_document(self) -> None:
		self.give_to(factories.make_profile().name)
