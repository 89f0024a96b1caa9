"""What is left of a person where nobody thinks of it: former names, what ERPNext keeps, and that he wants no mail."""

import frappe

from crm_plus.tests import factories
from crm_plus.tests.factories_customers import email
from crm_plus.tests.test_personal_data import PersonalDataCase
from crm_plus.workflows import personal_data, personal_records
from crm_plus.workflows.opt_outs import LIST, NOWHERE


class TestElsewhere(PersonalDataCase):
	def test_a_name_of_before_is_erased_from_deals_and_their_history(self) -> None:
		former = self.name
		self.profile.reload()
		self.profile.full_name = f"Ada {frappe.generate_hash(length=8)}"
		self.profile.save(ignore_version=False)
		personal_data.erase(self.address)
		title = frappe.db.get_value("Deal", self.deal.name, "title")
		self.assertEqual(title, "Boat for [REDACTED]")
		history = frappe.get_all("Version", {"docname": self.deal.name}, pluck="data")
		self.assertTrue(history)
		self.assertNotIn(former, str(history))

	def test_tickets_and_opportunities_with_the_address(self) -> None:
		customer = factories.make_customer().name
		issue = factories.make(
			"Issue", subject=self.secret, description=self.secret, raised_by=self.address, customer=customer
		)
		chance = factories.make(
			"Opportunity",
			**{"opportunity_from": "Customer", "party_name": customer, "company": factories.company()},
			**{"contact_email": self.address, "contact_display": self.name, "contact_mobile": "0301"},
		)
		chance.db_set("title", f"Boat for {self.name}")
		held = frappe.as_json(personal_records.held(self.address))
		self.assertIn(issue.name, held)
		self.assertIn(chance.name, held)
		personal_data.erase(self.address)
		left = [frappe.get_doc(one.doctype, one.name) for one in (issue, chance)]
		for word in (self.secret, self.name, self.address, "0301"):
			self.assertNotIn(word, "".join(doc.as_json() for doc in left))
		self.assertEqual((left[0].customer, left[1].party_name), (customer, customer))
		self.assertEqual(left[1].title, "Boat for [REDACTED]")

	def test_who_wanted_no_mail_however_he_said_so_gets_none_when_he_comes_back(self) -> None:
		frappe.db.delete("Outreach Recipient", {"name": self.mailed})
		for field in ("no_outreach", "do_not_contact"):
			with self.subTest(field):
				address = email()
				person = {"profile_type": "Person", "full_name": "Somebody"}
				factories.make_profile(**person, email=address, **{field: 1})
				for _time in range(2):
					personal_data.erase(address)
				self.assertEqual(factories.make_profile(**person, email=address.upper()).no_outreach, 1)
				kept = frappe.get_all(LIST, {"email": ["like", f"%@{NOWHERE}"]}, pluck="email")
				self.assertNotIn(address.split("@")[0], str(kept))
		self.assertEqual(factories.make_profile(**person, email=email()).no_outreach, 0)

	def test_who_wanted_mail_is_on_no_list(self) -> None:
		before = frappe.db.count(LIST)
		personal_data.erase(self.address)
		self.assertEqual(frappe.db.count(LIST), before)
