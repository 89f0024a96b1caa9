"""One ERPNext Customer belongs to one profile, whoever is quicker; what is cleared on one side is cleared on the other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import frappe

from crm_plus.patches.v0_1 import one_profile_per_customer
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import own_connection
from crm_plus.tests.factories import make_customer, make_profile, unique
from crm_plus.tests.factories_customers import email, make_lead, make_person, phone, use_settings
from crm_plus.workflows import profile_contacts, profile_sync

PROFILE = "Customer Profile"


def profile_of(customer: str):
	return frappe.get_doc(PROFILE, {"erpnext_customer": customer})


def contact_of(profile):
	return frappe.get_doc("Contact", profile_contacts.contact_of(profile))


class TestOneProfile(CRMPlusTestCase):
	def a_customer_alone(self) -> str:
		"""Return a Customer that no profile has."""
		customer = make_customer().name
		frappe.db.set_value(PROFILE, {"erpnext_customer": customer}, "erpnext_customer", None)
		return customer

	def test_of_two_who_link_it_at_once_one_wins(self) -> None:
		"""The second one asks before the first has committed, and so sees nothing; the database refuses it all the same."""
		customer, profiles = self.a_customer_alone(), [make_profile().name, make_profile().name]
		self.commit()
		site, has_saved, is_asked = frappe.local.site, threading.Event(), threading.Event()

		def first() -> None:
			with own_connection(site):
				frappe.get_doc(PROFILE, profiles[0]).update({"erpnext_customer": customer}).save()
				has_saved.set()
				is_asked.wait(120)
				frappe.db.commit()

		def second() -> None:
			with own_connection(site):
				frappe.db.begin()
				profile = frappe.get_doc(PROFILE, profiles[1]).update({"erpnext_customer": customer})
				has_saved.wait(120)
				threading.Timer(0.5, is_asked.set).start()
				profile.save()

		with ThreadPoolExecutor(2) as threads:
			won, lost = threads.submit(first), threads.submit(second)
			won.result()
			with self.assertRaises(frappe.ValidationError):
				lost.result()
		frappe.db.commit()
		self.assertEqual(profile_of(customer).name, profiles[0])

	def test_many_have_none(self) -> None:
		one, other = make_profile(erpnext_customer=""), make_profile(erpnext_customer=None)
		for profile in (one, other):
			self.assertIsNone(frappe.db.get_value(PROFILE, profile.name, "erpnext_customer"))

	def test_deleting_customers_leaves_their_profiles(self) -> None:
		names = [make_customer().name for _ in range(2)]
		profiles = [profile_of(name).name for name in names]
		for name in names:
			frappe.delete_doc("Customer", name)
		for profile in profiles:
			self.assertIsNone(frappe.db.get_value(PROFILE, profile, "erpnext_customer"))

	def test_a_merge_goes_through_even_where_merging_the_profiles_fails(self) -> None:
		gone, stays = make_customer().name, make_customer().name
		loser, winner = profile_of(gone).name, profile_of(stays).name
		merge, profile_sync.rename_doc = profile_sync.rename_doc, None  # a fault of ours
		try:
			frappe.rename_doc("Customer", gone, stays, merge=True)
		finally:
			profile_sync.rename_doc = merge
		self.assertEqual(profile_of(stays).name, winner)
		self.assertIsNone(frappe.db.get_value(PROFILE, loser, "erpnext_customer"))

	def test_the_patch_leaves_a_customer_with_its_oldest_profile(self) -> None:
		customer = self.a_customer_alone()
		names = [make_profile().name for _ in range(3)]
		frappe.db.sql_ddl("alter table `tabCustomer Profile` drop index erpnext_customer")
		try:
			for number, name in enumerate(names):
				frappe.db.set_value(PROFILE, name, "erpnext_customer", customer if number else "")
				frappe.db.set_value(PROFILE, name, "creation", f"2020-01-0{number + 1}")
			one_profile_per_customer.execute()
			frappe.db.commit()
		finally:
			frappe.db.sql_ddl(
				"alter table `tabCustomer Profile` add unique index erpnext_customer (erpnext_customer)"
			)
		links = [frappe.db.get_value(PROFILE, name, "erpnext_customer") for name in names]
		self.assertEqual(links, [None, customer, None])
		said = {"reference_doctype": PROFILE, "reference_name": names[2], "comment_type": "Info"}
		self.assertIn(names[1], frappe.db.get_value("Comment", said, "content"))


class TestClearing(CRMPlusTestCase):
	def party(self):
		"""Return a Customer and its profile, which show the same e-mail and phone."""
		customer = make_customer(
			customer_name=unique("Individual"),
			customer_type="Individual",
			email_id=email(),
			mobile_no=phone(),
		)
		profile = profile_of(customer.name)
		self.assertEqual((profile.email, profile.phone), (customer.email_id, customer.mobile_no))
		return customer, profile

	def test_what_the_profile_clears_goes_from_contact_and_customer(self) -> None:
		for field, theirs, table in (("email", "email_id", "email_ids"), ("phone", "mobile_no", "phone_nos")):
			with self.subTest(field):
				customer, profile = self.party()
				profile.set(field, None)
				with self.count_queries() as queries:
					profile.save()
				self.assertFalse(contact_of(profile).get(table))
				self.assertFalse(frappe.db.get_value("Customer", customer.name, theirs))
				self.assertFalse(frappe.db.get_value(PROFILE, profile.name, field))
				saves = [sql for sql in queries if sql.upper().startswith("UPDATE `TABCUSTOMER PROFILE`")]
				self.assertLessEqual(len(saves), 1, saves)

	def test_what_the_contact_clears_goes_from_profile_and_customer(self) -> None:
		customer, profile = self.party()
		contact = contact_of(profile)
		contact.update({"email_ids": [], "phone_nos": []})
		contact.save()
		profile.reload()
		shown = frappe.db.get_value("Customer", customer.name, ["email_id", "mobile_no"])
		self.assertEqual((profile.email, profile.phone, *shown), (None, None, None, None))

	def test_another_value_on_the_other_side_stays(self) -> None:
		_customer, profile = self.party()
		contact, other = contact_of(profile), email()
		contact.append("email_ids", {"email_id": other})
		contact.flags.crm_plus_quiet = True
		contact.save()
		profile.email = None
		profile.save()
		self.assertEqual([row.email_id for row in contact_of(profile).email_ids], [other])

	def test_a_customer_that_shows_another_contact_takes_nothing_from_the_profiles_own(self) -> None:
		customer, profile = self.party()
		customer.reload().update({"email_id": None, "customer_primary_contact": None, "mobile_no": None})
		customer.save()
		self.assertTrue(frappe.db.get_value(PROFILE, profile.name, "email"))

	def test_a_lead_and_its_profile_clear_each_other(self) -> None:
		lead = make_lead(email_id=email(), mobile_no=phone())
		profile = frappe.get_doc(PROFILE, {"erpnext_lead": lead.name})
		profile.update({"email": None, "phone": None}).save()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, ["email_id", "mobile_no"]), (None, None))

	def test_not_where_the_setting_is_off(self) -> None:
		_customer, profile = self.party()
		use_settings(sync_shared_fields=0)
		contact = contact_of(profile)
		contact.update({"email_ids": []}).save()
		self.assertTrue(frappe.db.get_value(PROFILE, profile.name, "email"))


class TestPersonsContact(CRMPlusTestCase):
	def test_a_person_without_a_customer_clears_its_contact(self) -> None:
		person = make_person(email=email())
		person.email = None
		person.save()
		self.assertEqual(contact_of(person).email_ids, [])
