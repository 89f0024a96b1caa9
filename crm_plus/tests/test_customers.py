"""From a profile to ERPNext's Customer: found or made once, never twice, and refused in one sentence."""

import threading

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe.utils import nowdate

from crm_plus.api import profiles as api
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import press_again
from crm_plus.tests.factories import company, leaf, make, make_customer, make_item, make_profile, unique
from crm_plus.tests.factories_customers import (
	contacts_of,
	email,
	group_node,
	make_lead,
	make_person,
	phone,
	profile_of,
	use_settings,
)
from crm_plus.workflows.customers import customer_for_quotation


def quote(profile) -> tuple[str, str]:
	return customer_for_quotation(frappe.get_doc("Customer Profile", profile.name), company())


def customers_called(name: str) -> int:
	return frappe.db.count("Customer", {"customer_name": name})


class TestCustomerForQuotation(CRMPlusTestCase):
	def test_an_organization_becomes_a_company_and_a_person_an_individual(self) -> None:
		for profile, customer_type in ((make_profile(), "Company"), (make_person(), "Individual")):
			quotation_to, name = quote(profile)
			customer = frappe.get_doc("Customer", name)
			self.assertEqual(quotation_to, "Customer")
			self.assertEqual(
				(customer.customer_name, customer.customer_type), (profile.full_name, customer_type)
			)
			self.assertEqual(profile_of("Customer", name).name, profile.name)

	def test_the_second_and_the_tenth_time_find_the_first(self) -> None:
		profile = make_profile()
		self.assertEqual(len({quote(profile) for _ in range(10)}), 1)
		self.assertEqual(customers_called(profile.full_name), 1)

	def test_defaults_come_from_the_settings_and_the_profile(self) -> None:
		group, territory = leaf("Customer Group"), leaf("Territory")
		use_settings(default_customer_group=group)
		industry = frappe.get_all("Industry Type", pluck="name", limit=1)[0]
		customer = frappe.get_doc("Customer", quote(make_profile(territory=territory, industry=industry))[1])
		self.assertEqual(
			(customer.customer_group, customer.territory, customer.industry), (group, territory, industry)
		)

	def test_a_person_is_quoted_as_the_organization(self) -> None:
		organization = make_profile()
		person = make_person(organization=organization.name)
		name = quote(person)[1]
		self.assertEqual(frappe.db.get_value("Customer", name, "customer_name"), organization.full_name)
		self.assertEqual(quote(organization)[1], name)
		self.assertFalse(frappe.db.get_value("Customer Profile", person.name, "erpnext_customer"))

	def test_contact_and_address_come_along(self) -> None:
		address = email()
		person = make_person(email=address, phone=phone())
		make(
			"Address",
			address_title=unique("Home"),
			address_line1="1 Street",
			city="Berlin",
			country="Germany",
			links=[{"link_doctype": "Customer Profile", "link_name": person.name}],
		)
		customer = frappe.get_doc("Customer", quote(person)[1])
		self.assertEqual(contacts_of("Customer", customer.name), contacts_of("Customer Profile", person.name))
		self.assertEqual(customer.customer_primary_contact, contacts_of("Customer", customer.name)[0])
		self.assertEqual(customer.email_id, address)
		self.assertTrue(
			frappe.db.exists(
				"Dynamic Link",
				{"parenttype": "Address", "link_doctype": "Customer", "link_name": customer.name},
			)
		)

	def test_becoming_a_customer_is_a_move_of_the_lifecycle(self) -> None:
		profile = make_profile()
		quote(profile)
		moves = frappe.get_all(
			"Stage Change",
			{"reference_name": profile.name},
			["from_stage", "to_stage", "cause"],
			order_by="creation",
		)
		self.assertEqual(
			[tuple(move.values()) for move in moves][-1], ("Lead", "Prospect", "Customer Linked")
		)


class TestExistingCustomers(CRMPlusTestCase):
	def free_customer(self, **values):
		"""A Customer from before the profiles: nobody has it."""
		customer = make_customer(**values)
		frappe.delete_doc("Customer Profile", profile_of("Customer", customer.name).name)
		return customer

	def test_an_organization_of_the_very_name_is_taken(self) -> None:
		customer = self.free_customer()
		self.assertEqual(quote(make_profile(full_name=customer.customer_name))[1], customer.name)

	def test_not_where_the_email_speaks_against_it(self) -> None:
		customer = self.free_customer(email_id=email())
		profile = make_profile(full_name=customer.customer_name, email=email())
		self.assertNotEqual(quote(profile)[1], customer.name)

	def test_not_where_another_profile_has_it(self) -> None:
		customer = make_customer()
		self.assertNotEqual(quote(make_profile(full_name=customer.customer_name))[1], customer.name)

	def test_a_person_needs_more_than_the_name(self) -> None:
		address = email()
		customer = self.free_customer(customer_type="Individual", email_id=address)
		stranger = make_person(full_name=customer.customer_name)
		self.assertNotEqual(quote(stranger)[1], customer.name)
		self.assertEqual(
			quote(make_person(full_name=customer.customer_name, email=address))[1], customer.name
		)

	def test_the_customer_of_the_profiles_lead_is_taken(self) -> None:
		lead = make_lead()
		profile = profile_of("Lead", lead.name)
		profile.db_set("erpnext_customer", None)
		customer = self.free_customer(customer_name=unique("Called otherwise"))
		customer.db_set("lead_name", lead.name)
		self.assertEqual(quote(profile)[1], customer.name)


class TestRefusals(CRMPlusTestCase):
	def refused(self, profile) -> str:
		before = frappe.db.count("Customer")
		frappe.clear_messages()
		with self.assertRaises(frappe.ValidationError) as refusal:
			quote(profile)
		self.assertEqual(frappe.db.count("Customer"), before)
		self.assertFalse(frappe.db.get_value("Customer Profile", profile.name, "erpnext_customer"))
		self.assertEqual(len(frappe.get_message_log()), 1)
		return str(refusal.exception)

	def test_a_customer_group_that_is_a_group_node(self) -> None:
		group = group_node("Customer Group")
		use_settings(default_customer_group=group)
		sentence = self.refused(make_profile())
		self.assertIn(group, sentence)
		self.assertIn("CRM Plus Settings", sentence)

	def test_a_mandatory_field_without_default(self) -> None:
		make(
			"Property Setter",
			doctype_or_field="DocField",
			doc_type="Customer",
			field_name="tax_id",
			property="reqd",
			value="1",
			property_type="Check",
		)
		self.addCleanup(frappe.clear_cache, doctype="Customer")
		frappe.clear_cache(doctype="Customer")
		self.assertIn("Tax ID must be filled", self.refused(make_profile()))

	def test_a_name_that_erpnext_does_not_take(self) -> None:
		sentence = self.refused(make_profile(full_name=f"<b>Bold</b> {frappe.generate_hash(length=6)}"))
		self.assertIn("&lt;b&gt;Bold", sentence)
		self.assertIn("&lt;", sentence.split("special characters")[1])

	def test_a_territory_that_is_gone(self) -> None:
		profile = make_profile()
		profile.db_set("territory", "Atlantis")
		self.assertIn("Atlantis", self.refused(profile))

	def test_the_api_asks_for_the_right_to_write(self) -> None:
		from crm_plus.tests.factories import make_user

		profile = make_profile().name
		with self.as_user(make_user("Support Team").name), self.assertRaises(frappe.PermissionError):
			api.make_customer(profile)


class TestQuotingToProspects(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		if not doctype_exists("Prospect"):
			self.skipTest("this ERPNext has no Prospect")
		use_settings(quote_to="Prospect")

	def order_of(self, profile) -> str:
		quotation_to, party = quote(profile)
		quotation = make(
			"Quotation",
			company=company(),
			quotation_to=quotation_to,
			party_name=party,
			transaction_date=nowdate(),
			order_type="Sales",
			items=[{"item_code": make_item().name, "qty": 1, "rate": 100}],
		)
		quotation.submit()
		order = make_sales_order(quotation.name)
		order.delivery_date = nowdate()
		for row in order.items:
			row.delivery_date = nowdate()
		order.insert()
		return order.customer

	def test_the_order_makes_the_customer_and_the_profile_gets_it(self) -> None:
		for profile, customer_type in ((make_profile(), "Company"), (make_person(), "Individual")):
			self.assertEqual(quote(profile)[0], "Prospect")
			self.assertEqual(customers_called(profile.full_name), 0)
			customer = self.order_of(profile)
			profile.reload()
			self.assertEqual(profile.erpnext_customer, customer)
			self.assertEqual(frappe.db.get_value("Customer", customer, "customer_type"), customer_type)
			self.assertEqual(profile_of("Customer", customer).name, profile.name)
			self.assertEqual(quote(profile), ("Customer", customer))

	def test_two_quotations_to_one_prospect_make_one_customer(self) -> None:
		profile = make_profile()
		party = quote(profile)
		first = self.order_of(profile)
		profile.db_set("erpnext_customer", None)
		self.assertEqual(quote(profile), party)
		self.assertEqual(self.order_of(profile), first)
		self.assertEqual(customers_called(profile.full_name), 1)


class TestConcurrency(CRMPlusTestCase):
	def test_two_people_who_quote_at_once_get_one_customer(self) -> None:
		profile = make_profile()
		self.commit()
		site, sites_path, found, failed = frappe.local.site, frappe.local.sites_path, [], []
		gate = threading.Barrier(2)

		def work() -> None:
			frappe.init(site=site, sites_path=sites_path)
			frappe.connect()
			try:
				document = frappe.get_doc("Customer Profile", profile.name)
				gate.wait(timeout=120)
				found.append(press_again(lambda: customer_for_quotation(document, company())))
				frappe.db.commit()
			except Exception as error:
				failed.append(error)
			finally:
				frappe.destroy()

		threads = [threading.Thread(target=work) for _ in range(2)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join(timeout=300)
		self.assertEqual(failed, [])
		self.assertEqual(len(set(found)), 1)
		frappe.db.rollback()
		self.assertEqual(customers_called(profile.full_name), 1)
