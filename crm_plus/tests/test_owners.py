"""Whom a deal, a profile and a follow-up may be given to: nobody whose user is disabled, but for what is history already."""

import frappe
from frappe.model.document import Document

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.request_case import RequestCase, token_of, user_with
from crm_plus.tests.test_visibility import sales_person

FIELDS = {"Deal": "deal_owner", "Customer Profile": "profile_owner", "Follow Up": "assigned_to"}
REFUSED = "choose somebody else"


def disable(user: str) -> None:
	"""Disable a user as his form does, but for what Frappe does about his sessions."""
	frappe.db.set_value("User", user, "enabled", 0)
	frappe.clear_document_cache("User", user)


class TestOwners(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.gone, self.here = sales_person("Sales User", "gone"), sales_person("Sales User", "here")
		self.made = {
			"Deal": factories.make_deal,
			"Customer Profile": factories.make_profile,
			"Follow Up": self.make_follow_up,
		}
		self.addCleanup(frappe.clear_document_cache, "User", self.gone)

	def make_follow_up(self, **values: object) -> Document:
		profile = factories.make_profile().name
		given = {"subject": "Call back", "due_on": "2090-01-01 10:00:00", "customer_profile": profile}
		return factories.make("Follow Up", **given, **values)

	def test_nobody_who_was_disabled_gets_a_record(self) -> None:
		disable(self.gone)
		for doctype, field in FIELDS.items():
			with self.subTest(doctype), self.assertRaisesRegex(frappe.ValidationError, REFUSED):
				self.made[doctype](**{field: self.gone})
			given = self.made[doctype](**{field: self.here})
			given.set(field, self.gone)
			with (
				self.subTest(doctype, given="later"),
				self.assertRaisesRegex(frappe.ValidationError, REFUSED),
			):
				given.save()

	def test_what_he_had_before_is_saved_as_it_is(self) -> None:
		records = {doctype: self.made[doctype](**{field: self.gone}) for doctype, field in FIELDS.items()}
		disable(self.gone)
		for doctype, field in FIELDS.items():
			with self.subTest(doctype):
				record = frappe.get_doc(doctype, records[doctype].name)
				record.set("notes" if doctype == "Customer Profile" else "description", "Called")
				record.save()
				self.assertEqual(record.get(field), self.gone)

	def test_an_import_brings_in_his_history(self) -> None:
		disable(self.gone)
		records = {doctype: make() for doctype, make in self.made.items()}
		frappe.flags.in_import = True
		self.addCleanup(frappe.flags.pop, "in_import", None)
		for doctype, field in FIELDS.items():
			with self.subTest(doctype):
				records[doctype].set(field, self.gone)
				self.assertEqual(records[doctype].save().get(field), self.gone)

	def test_a_record_of_erpnexts_brings_its_own(self) -> None:
		disable(self.gone)
		customer = factories.make_customer(account_manager=self.gone).name
		owner = frappe.db.get_value("Customer Profile", {"erpnext_customer": customer}, "profile_owner")
		self.assertEqual(owner, self.gone)


class TestOwnersOverTheWire(RequestCase):
	def test_the_interface_says_it_in_one_sentence(self) -> None:
		gone, token = sales_person("Sales User", "gone-for-good"), token_of(user_with("Sales User"))
		deal = factories.make_deal().name
		disable(gone)
		self.commit()  # the request is another connection
		asked = {"doctype": "Deal", "name": deal, "fieldname": "deal_owner", "value": gone}
		status, body = self.call("frappe.client.set_value", asked, token=token)
		self.assertEqual(status, 417, body)
		self.assertIn(REFUSED, str(body))
