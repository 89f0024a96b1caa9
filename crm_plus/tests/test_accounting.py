"""Accountants without any role of the CRM: which deals they are offered, what they link, and that they read no deal."""

import json

import frappe
from frappe.client import get_list as rest_get_list
from frappe.client import get_value as rest_get_value
from frappe.desk import reportview
from frappe.desk.form.load import getdoc
from frappe.desk.search import search_link, search_widget

from crm_plus.tests.accounting_case import AccountantCase
from crm_plus.tests.factories import company, make, make_company2, make_item, make_profile, make_user
from crm_plus.tests.factories_accounting import (
	deal_of,
	make_accountant,
	make_invoice,
	make_party,
	make_party_deal,
)

QUERY = "crm_plus.api.accounting.deals_for_document"


class TestDealsForDocument(AccountantCase):
	def test_open_deals_come_first_and_others_of_the_party_after_them(self) -> None:
		won = make_party_deal(self.profile, stage="Sales-Won")
		newer = make_party_deal(self.profile)
		with self.as_user(self.accountant):
			self.assertEqual(self.offered(), [newer.name, self.deal.name, won.name])

	def test_it_tells_name_title_and_amount_and_nothing_else(self) -> None:
		with self.as_user(self.accountant):
			row = self.search()[0]
		self.assertEqual(row[:2], (self.deal.name, self.deal.title))
		self.assertIn("1.234", row[2].replace(",", "."))
		self.assertEqual(len(row), 3)

	def test_never_another_partys_or_companys(self) -> None:
		other_customer, other_profile = make_party()
		make_party_deal(other_profile)
		abroad = make_party_deal(self.profile, company=make_company2(), currency="USD").name
		with self.as_user(self.accountant):
			self.assertEqual(self.offered(), [self.deal.name])
			self.assertEqual(self.offered(company=make_company2()), [abroad])
			self.assertEqual(self.offered(party=""), [])
			self.assertEqual(self.offered(company=""), [])
			self.assertNotIn(self.deal.name, self.offered(party=other_customer))

	def test_a_person_of_the_customer_is_offered_too(self) -> None:
		person = make_profile(profile_type="Person", organization=self.profile)
		deal = make_party_deal(person.name).name
		with self.as_user(self.accountant):
			self.assertIn(deal, self.offered())

	def test_text_finds_by_name_and_title_and_pages_continue(self) -> None:
		wanted = make_party_deal(self.profile, title="Straße 🌊 für alle").name
		with self.as_user(self.accountant):
			self.assertEqual(self.offered("🌊 für"), [wanted])
			self.assertEqual(self.offered(self.deal.name), [self.deal.name])
			self.assertEqual([row[0] for row in self.search(start=1, page_len=1)], [self.deal.name])
			self.assertEqual(self.offered("' or 1=1 --"), [])

	def test_a_quotation_to_a_party_that_is_no_customer_yet_finds_its_deals(self) -> None:
		frappe.db.set_value("Customer Profile", self.profile, "erpnext_prospect", "Early Bird")
		asked = {"document_type": "Quotation", "party_type": "Prospect", "party": "Early Bird"}
		self.assertEqual(self.offered(**asked), [self.deal.name])

	def test_the_form_reaches_it_through_frappes_own_search(self) -> None:
		filters = json.dumps({"document_type": "Sales Invoice", "party": self.customer, "company": company()})
		with self.as_user(self.accountant):
			found = search_link("Deal", "", query=QUERY, filters=filters) or frappe.response.get("results")
		self.assertEqual([(one["value"], one["label"]) for one in found], [(self.deal.name, self.deal.title)])

	def test_whoever_has_nothing_to_do_with_such_documents_is_refused(self) -> None:
		for roles in ((), ("Stock User",), ("Sales User",)):
			with self.as_user(make_user(*roles).name), self.assertRaises(frappe.PermissionError):
				self.search()
		with self.as_user(self.accountant), self.assertRaises(frappe.PermissionError):
			self.search(document_type="User")

	def test_a_user_permission_on_another_customer_refuses(self) -> None:
		limited = make_accountant()
		make("User Permission", user=limited, allow="Customer", for_value=make_party()[0])
		with self.as_user(limited), self.assertRaises(frappe.PermissionError):
			self.search()


class TestAccountantReadsNoDeal(AccountantCase):
	def test_form_rest_and_values_are_refused(self) -> None:
		with self.as_user(self.accountant):
			self.assertFalse(frappe.has_permission("Deal", "read"))
			for read in (
				lambda: getdoc("Deal", self.deal.name),
				lambda: frappe.get_doc("Deal", self.deal.name).check_permission(),
				lambda: rest_get_value("Deal", "amount", self.deal.name),
				lambda: frappe.client.get("Deal", self.deal.name),
			):
				with self.assertRaises(frappe.PermissionError):
					read()

	def test_lists_and_searches_show_no_deal(self) -> None:
		with self.as_user(self.accountant):
			found = [
				*frappe.get_list("Deal", limit=0),
				*rest_get_list("Deal", fields=["name", "title", "stage", "customer_profile"]),
				*(search_widget("Deal", self.deal.title[:8]) or []),
			]
		self.assertEqual(found, [])

	def test_the_report_builder_shows_no_deal(self) -> None:
		with self.as_user(self.accountant):
			frappe.local.form_dict = frappe._dict(
				doctype="Deal", fields=json.dumps(["name", "title", "amount", "description"]), filters="[]"
			)
			try:
				told = frappe.as_json(reportview.get())
			except frappe.PermissionError:
				told = ""
		for hidden in (self.secret, self.deal.title, self.deal.name):
			self.assertNotIn(hidden, told)

	def test_the_link_field_still_takes_the_deal(self) -> None:
		filters = {"document_type": "Sales Invoice", "party": self.customer, "company": company()}
		with self.as_user(self.accountant):
			# Newer Frappe asks the field's own query whether what was typed is there, older Frappe the DocType.
			found = search_widget("Deal", self.deal.name, QUERY, page_length=25_000, filters=filters)
			self.assertEqual(found[0][0], self.deal.name)
			if hasattr(frappe.client, "validate_link"):
				self.assertEqual(frappe.client.validate_link("Deal", self.deal.name).name, self.deal.name)


class TestLinkFromTheForm(AccountantCase):
	def test_an_accountant_links_a_draft_and_a_submitted_invoice(self) -> None:
		item = make_item().name
		with self.as_user(self.accountant):
			draft = make_invoice(self.customer, [{"item_code": item, "rate": 100}], docstatus=0)
			draft.crm_plus_deal = self.deal.name
			draft.save()
		submitted = make_invoice(self.customer, 200)
		with self.as_user(self.accountant):
			doc = frappe.get_doc("Sales Invoice", submitted.name)
			doc.crm_plus_deal = self.deal.name
			doc.save()
		self.commit()
		for name in (draft.name, submitted.name):
			self.assertEqual(deal_of(name), (self.deal.name, {self.deal.name}))
		self.assertEqual(frappe.db.get_value("Deal", self.deal.name, "invoiced_amount"), 200)

	def test_a_deal_of_another_customer_is_refused_after_submission_too(self) -> None:
		stranger = make_party_deal(make_party()[1]).name
		invoice = make_invoice(self.customer)
		invoice.reload()
		invoice.crm_plus_deal = stranger
		with self.assertRaises(frappe.ValidationError):
			invoice.save()
