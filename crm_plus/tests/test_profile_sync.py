"""Profiles and ERPNext's Customers, Leads, Prospects and Contacts stay in step, both ways, without loops and for good."""

import frappe

from crm_plus.overrides import customer as customer_listener
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import leaf, make, make_customer, make_deal, make_profile, unique
from crm_plus.tests.factories_customers import (
	contacts_of,
	email,
	make_lead,
	make_person,
	make_prospect,
	phone,
	profile_of,
	use_settings,
)


def profiles() -> int:
	return frappe.db.count("Customer Profile")


class TestCustomers(CRMPlusTestCase):
	def test_a_new_customer_gets_its_profile(self) -> None:
		address = email()
		customer = make_customer(customer_type="Individual", email_id=address)
		profile = profile_of("Customer", customer.name)
		self.assertEqual((profile.profile_type, profile.full_name), ("Person", customer.customer_name))
		self.assertEqual((profile.territory, profile.email), (customer.territory, address))
		self.assertEqual(profile.lifecycle_stage, "Prospect")
		self.assertEqual(
			contacts_of("Customer Profile", profile.name), contacts_of("Customer", customer.name)
		)

	def test_not_where_the_setting_is_off(self) -> None:
		use_settings(auto_create_profiles=0)
		before = profiles()
		make_customer()
		self.assertEqual(profiles(), before)

	def test_a_profile_that_is_the_very_one_is_linked(self) -> None:
		address = email()
		person = make_person(email=address)
		customer = make_customer(customer_name=person.full_name, customer_type="Individual", email_id=address)
		self.assertEqual(profile_of("Customer", customer.name).name, person.name)

	def test_a_person_of_the_same_name_only_is_not(self) -> None:
		person = make_person()
		customer = make_customer(customer_name=person.full_name, customer_type="Individual")
		self.assertNotEqual(profile_of("Customer", customer.name).name, person.name)

	def test_the_profile_follows_the_customer(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		industry = frappe.get_all("Industry Type", pluck="name", limit=1)[0]
		customer.update({"customer_name": unique("New name"), "industry": industry}).save()
		profile.reload()
		self.assertEqual((profile.full_name, profile.industry), (customer.customer_name, industry))

	def test_the_customer_follows_the_profile(self) -> None:
		customer = make_customer(email_id=email())
		profile = profile_of("Customer", customer.name)
		territory = make("Territory", territory_name=unique("Area"), parent_territory="All Territories").name
		values = {"full_name": unique("New name"), "territory": territory, "email": email(), "phone": phone()}
		profile.update(values).save()
		customer.reload()
		self.assertEqual((customer.customer_name, customer.territory), (values["full_name"], territory))
		self.assertEqual((customer.email_id, customer.mobile_no), (values["email"], values["phone"]))

	def test_an_empty_field_takes_nothing_away(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		customer.territory = None
		customer.save()
		profile.reload()
		self.assertTrue(profile.territory)

	def test_nothing_is_in_step_where_the_setting_is_off(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		use_settings(sync_shared_fields=0)
		profile.update({"full_name": unique("Other")}).save()
		customer.reload()
		self.assertNotEqual(customer.customer_name, profile.full_name)

	def test_one_save_on_either_side_is_one_save_on_the_other(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		for document in (customer, profile):
			document.reload()
			field = "customer_name" if document.doctype == "Customer" else "full_name"
			document.set(field, unique("Renamed"))
			with self.count_queries() as queries:
				document.save()
			for table in ("tabCustomer", "tabCustomer Profile"):
				updates = [
					sql
					for sql in queries
					if sql.upper().startswith("UPDATE")
					and f"`{table}`" in sql.split(" SET ")[0].split(" set ")[0]
				]
				self.assertLessEqual(len(updates), 1, updates)

	def test_what_it_costs_to_save_a_customer(self) -> None:
		customer = make_customer()
		customer.reload()
		customer.tax_id = "DE123"
		with self.count_queries() as unrelated:
			customer_listener.on_update(customer)
		customer.save()
		customer.customer_details = "nothing shared"
		customer.load_doc_before_save()
		with self.count_queries() as unchanged:
			customer_listener.on_update(customer)
		self.assertLessEqual(len(unchanged), 1)  # the savepoint
		self.assertLessEqual(len(unrelated), 12)

	def test_a_failure_of_ours_never_stops_the_customer(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		profile.db_set("territory", "Atlantis")  # the profile can no longer be saved
		customer.territory = None
		customer.customer_name = unique("Saved all the same")
		customer.save()
		self.assertEqual(
			frappe.db.get_value("Customer", customer.name, "customer_name"), customer.customer_name
		)
		self.assertTrue(frappe.db.exists("Error Log", {"method": ["like", "%overrides.customer.on_update"]}))

	def test_renamed(self) -> None:
		customer = make_customer()
		profile = profile_of("Customer", customer.name)
		new = unique("Renamed")
		frappe.rename_doc("Customer", customer.name, new)
		self.assertEqual(profile_of("Customer", new).name, profile.name)

	def test_merged(self) -> None:
		gone, stays = make_customer(), make_customer()
		loser, winner = profile_of("Customer", gone.name), profile_of("Customer", stays.name)
		loser.update({"email": email()}).save()
		deal = make_deal(customer_profile=loser.name).name
		frappe.rename_doc("Customer", gone.name, stays.name, merge=True)
		self.assertEqual(profile_of("Customer", stays.name).name, winner.name)
		self.assertFalse(frappe.db.exists("Customer Profile", loser.name))
		self.assertEqual(frappe.db.get_value("Deal", deal, "customer_profile"), winner.name)
		self.assertEqual(frappe.db.get_value("Customer Profile", winner.name, "email"), loser.email)

	def test_deleted(self) -> None:
		customer = make_customer(email_id=email())
		profile = profile_of("Customer", customer.name)
		frappe.delete_doc("Customer", customer.name)
		profile.reload()
		self.assertFalse(profile.erpnext_customer)
		self.assertFalse(
			frappe.db.exists("Dynamic Link", {"link_doctype": "Customer", "link_name": customer.name})
		)


class TestContacts(CRMPlusTestCase):
	def test_the_contact_tells_the_profile_and_the_customer(self) -> None:
		customer = make_customer(email_id=email())
		profile = profile_of("Customer", customer.name)
		contact = frappe.get_doc("Contact", contacts_of("Customer", customer.name)[0])
		contact.email_ids[0].email_id = email()
		contact.append("phone_nos", {"phone": phone(), "is_primary_mobile_no": 1})
		contact.save()
		profile.reload()
		customer.reload()
		self.assertEqual((profile.email, profile.phone), (contact.email_id, contact.mobile_no))
		self.assertEqual((customer.email_id, customer.mobile_no), (contact.email_id, contact.mobile_no))

	def test_a_second_contact_does_not(self) -> None:
		customer = make_customer(email_id=email())
		profile = profile_of("Customer", customer.name)
		second = make(
			"Contact",
			first_name="Second",
			email_ids=[{"email_id": email(), "is_primary": 1}],
			links=[{"link_doctype": "Customer", "link_name": customer.name}],
		)
		self.assertNotEqual(frappe.db.get_value("Customer Profile", profile.name, "email"), second.email_id)
		self.assertIn(second.name, contacts_of("Customer Profile", profile.name))

	def test_a_link_that_is_taken_away_stays_away(self) -> None:
		customer = make_customer(email_id=email())
		contact = frappe.get_doc("Contact", contacts_of("Customer", customer.name)[0])
		contact.links = [row for row in contact.links if row.link_doctype == "Customer"]
		contact.save()
		self.assertEqual([row.link_doctype for row in contact.links], ["Customer"])


class TestLeads(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		if not doctype_exists("Lead"):
			self.skipTest("this ERPNext has no Lead")

	def convert(self, lead):
		from erpnext.crm.doctype.lead.lead import make_customer as convert

		customer = convert(lead.name)
		customer.customer_group = leaf("Customer Group")
		return customer.insert()

	def test_one_profile_follows_the_lead_to_the_customer(self) -> None:
		lead = make_lead(mobile_no=phone())
		profile = profile_of("Lead", lead.name)
		self.assertEqual((profile.profile_type, profile.lifecycle_stage), ("Person", "Lead"))
		self.assertEqual((profile.email, profile.phone), (lead.email_id, lead.mobile_no))
		customer = self.convert(lead)
		self.assertEqual(profile_of("Customer", customer.name).name, profile.name)
		profile.reload()
		self.assertEqual(profile.lifecycle_stage, "Prospect")

	def test_converting_makes_exactly_one_contact(self) -> None:
		lead = make_lead()
		profile = profile_of("Lead", lead.name)
		customer = self.convert(lead)
		self.assertEqual(len(set(contacts_of("Customer Profile", profile.name))), 1)
		self.assertEqual(
			contacts_of("Customer", customer.name), contacts_of("Customer Profile", profile.name)
		)

	def test_a_lead_with_a_company_is_that_company(self) -> None:
		lead = make_lead(company_name=unique("Company"))
		profile = profile_of("Lead", lead.name)
		self.assertEqual((profile.profile_type, profile.full_name), ("Organization", lead.company_name))

	def test_in_step_both_ways(self) -> None:
		lead = make_lead()
		profile = profile_of("Lead", lead.name)
		lead.update({"last_name": unique("Smith"), "mobile_no": phone()}).save()
		profile.reload()
		self.assertEqual((profile.full_name, profile.phone), (f"Jane {lead.last_name}", lead.mobile_no))
		number, address, name = phone(), email(), f"Joan {unique('Of Arc')}"
		profile.update({"full_name": name, "phone": number, "email": address}).save()
		lead.reload()
		self.assertEqual((lead.first_name, lead.mobile_no, lead.email_id), ("Joan", number, address))
		self.assertEqual(lead.lead_name, name)

	def test_renamed_and_deleted(self) -> None:
		lead = make_lead()
		profile = profile_of("Lead", lead.name)
		new = unique("LEAD")
		frappe.rename_doc("Lead", lead.name, new)
		self.assertEqual(profile_of("Lead", new).name, profile.name)
		frappe.delete_doc("Lead", new)
		profile.reload()
		self.assertFalse(profile.erpnext_lead)


class TestProspects(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		if not doctype_exists("Prospect"):
			self.skipTest("this ERPNext has no Prospect")

	def test_in_step_both_ways(self) -> None:
		prospect = make_prospect()
		profile = profile_of("Prospect", prospect.name)
		self.assertEqual((profile.profile_type, profile.full_name), ("Organization", prospect.company_name))
		territory = leaf("Territory")
		prospect.update({"territory": territory}).save()
		profile.reload()
		self.assertEqual(profile.territory, territory)
		name = unique("Renamed")
		profile.update({"full_name": name}).save()
		self.assertEqual(profile_of("Prospect", name).name, profile.name)
		newer = unique("Again")
		frappe.rename_doc("Prospect", name, newer)
		profile.reload()
		self.assertEqual((profile.erpnext_prospect, profile.full_name), (newer, newer))

	def test_an_organization_of_the_very_name_is_taken(self) -> None:
		profile = make_profile()
		prospect = make_prospect(company_name=profile.full_name)
		self.assertEqual(profile_of("Prospect", prospect.name).name, profile.name)
