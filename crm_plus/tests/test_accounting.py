"""Accountants without any role of the CRM: which deals they are offered, what they link, and that they read no deal."""

import json

import frappe
from frappe.client import get_list as rest_get_list
from frappe.client import get_value as rest_get_value
from frappe.desk import reportview
from frappe.desk.form.load import getdoc
from frappe.desk.search import search_link, search_widget

from crm_plus.api.accounting import deals_for_document, link_invoices, linking_result
from crm_plus.jobs import invoice_linking as job
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import company, make, make_company2, make_item, make_profile, make_user, unique
from crm_plus.tests.factories_accounting import (
	deal_of,
	make_accountant,
	make_invoice,
	make_party,
	make_party_deal,
	make_sales,
	pay,
)
from crm_plus.workflows.invoice_linking import result_key

QUERY = "crm_plus.api.accounting.deals_for_document"


class AccountantCase(CRMPlusTestCase):
	"""A customer with a deal that has a secret, and an accountant."""

	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()
		self.secret = unique("Secret")
		self.deal = make_party_deal(self.profile, 1234, description=self.secret, next_step=self.secret)
		self.accountant = make_accountant()
		self.commit()

	def offered(self, text: str = "", **asked: str) -> list[str]:
		"""Return the names of the deals that the current user is offered on a Sales Invoice."""
		return [row[0] for row in self.search(text, **asked)]

	def search(self, text: str = "", start: int = 0, page_len: int = 20, **asked: str) -> list[tuple]:
		filters = {"document_type": "Sales Invoice", "party": self.customer, "company": company(), **asked}
		return deals_for_document("Deal", text, "name", start, page_len, filters)


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
		make("User Permission", user=self.accountant, allow="Customer", for_value=make_party()[0])
		with self.as_user(self.accountant), self.assertRaises(frappe.PermissionError):
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


class TestLinkInvoices(AccountantCase):
	def link(self, *pairs: tuple[str, str]) -> list[dict]:
		return link_invoices([{"invoice": invoice, "deal": deal} for invoice, deal in pairs])["results"]

	def test_it_links_header_and_rows_and_the_deals_amounts_follow(self) -> None:
		invoice = make_invoice(self.customer, [{"rate": 300}, {"rate": 100}])
		pay(invoice, 150)
		self.commit()
		with self.as_user(self.accountant):
			results = self.link((invoice.name, self.deal.name))
		self.assertEqual(
			results, [{"invoice": invoice.name, "deal": self.deal.name, "linked": True, "message": ""}]
		)
		self.assertEqual(deal_of(invoice.name), (self.deal.name, {self.deal.name}))
		amounts = frappe.db.get_value(
			"Deal", self.deal.name, ["invoiced_amount", "paid_amount", "outstanding_amount"]
		)
		self.assertEqual(amounts, (400, 150, 250))

	def test_no_ledger_is_touched_and_the_history_says_who(self) -> None:
		invoice = make_invoice(self.customer)
		self.commit()
		before = self.ledger(invoice.name)
		with self.as_user(self.accountant):
			self.link((invoice.name, self.deal.name))
		self.assertEqual(self.ledger(invoice.name), before)
		version = frappe.get_last_doc("Version", {"docname": invoice.name})
		changed = json.loads(version.data)
		self.assertEqual(version.owner, self.accountant)
		# Newer Frappe writes a link's title into the history.
		links = [new for field, _old, new in changed["changed"] if field == "crm_plus_deal"]
		self.assertIn(links, ([self.deal.name], [self.deal.title]))
		self.assertEqual(len(changed["row_changed"]), 1)

	def ledger(self, invoice: str) -> list:
		fields = ["name", "modified", "debit", "credit"]
		entries = frappe.get_all("GL Entry", {"voucher_no": invoice}, fields, order_by="name")
		payments = frappe.get_all(
			"Payment Ledger Entry", {"voucher_no": invoice}, ["name", "modified", "amount"]
		)
		return [entries, payments]

	def test_one_failure_does_not_stop_the_rest(self) -> None:
		good, late = make_invoice(self.customer), make_invoice(self.customer)
		strange = make_invoice(make_party()[0])
		cancelled = make_invoice(self.customer)
		cancelled.cancel()
		abroad = make_party_deal(self.profile, company=make_company2(), currency="USD").name
		taken = make_invoice(self.customer, crm_plus_deal=self.deal.name)
		self.commit()
		frappe.clear_messages()
		with self.as_user(self.accountant):
			results = self.link(
				(strange.name, self.deal.name),
				(good.name, self.deal.name),
				(cancelled.name, self.deal.name),
				("No such invoice", self.deal.name),
				(taken.name, self.deal.name),
				(late.name, abroad),
				("<script>", "<script>"),
			)
		self.assertEqual([row["linked"] for row in results], [False, True, False, False, False, False, False])
		for row in results:
			self.assertEqual(bool(row["message"]), not row["linked"])
		self.assertEqual(deal_of(strange.name), (None, {None}))
		self.assertEqual(deal_of(late.name), (None, {None}))
		self.assertEqual(deal_of(good.name), (self.deal.name, {self.deal.name}))
		self.assertEqual(frappe.local.message_log, [])

	def test_it_asks_for_the_right_to_write_each_invoice(self) -> None:
		invoice = make_invoice(self.customer)
		make("User Permission", user=self.accountant, allow="Customer", for_value=make_party()[0])
		self.commit()
		with self.as_user(self.accountant):
			refused = self.link((invoice.name, self.deal.name))[0]
		self.assertFalse(refused["linked"])
		self.assertEqual(deal_of(invoice.name), (None, {None}))
		with self.as_user(make_user("Sales User").name), self.assertRaises(frappe.PermissionError):
			self.link((invoice.name, self.deal.name))

	def test_a_second_click_links_nothing_twice(self) -> None:
		invoice = make_invoice(self.customer)
		self.commit()
		first, second = (self.link((invoice.name, self.deal.name))[0] for _click in range(2))
		self.assertEqual((first["linked"], second["linked"]), (True, False))
		self.assertEqual(frappe.db.count("Version", {"docname": invoice.name}), 1)

	def test_a_link_that_is_gone_elsewhere_on_the_invoice_does_not_stop_it(self) -> None:
		invoice = make_invoice(self.customer)
		frappe.db.set_value("Sales Invoice", invoice.name, "letter_head", "A letter head that is gone")
		self.commit()
		self.assertTrue(self.link((invoice.name, self.deal.name))[0]["linked"])

	def test_nonsense_is_refused_in_one_sentence(self) -> None:
		for pairs in ([], "[]", '{"invoice": "x"}', [{"invoice": 1, "deal": "x"}], ["x"]):
			with self.assertRaises(frappe.ValidationError):
				link_invoices(pairs)

	def test_a_long_list_runs_in_the_background_with_the_callers_rights(self) -> None:
		invoices = [make_invoice(self.customer, 10).name for _each in range(26)]
		self.commit()
		pairs = [{"invoice": name, "deal": self.deal.name} for name in invoices]
		with self.as_user(self.accountant):
			answer = link_invoices(json.dumps(pairs))
			self.assertEqual(answer["count"], 26)
			frappe.cache.delete_value(result_key(answer["run"]))
			self.assertIsNone(linking_result(answer["run"])["results"])
			job.run(answer["run"], [[pair["invoice"], pair["deal"]] for pair in pairs])
			results = linking_result(answer["run"])["results"]
		self.assertEqual(len(results), 26)
		self.assertEqual(deal_of(invoices[-1])[0], self.deal.name)
		with self.as_user(make_accountant()), self.assertRaises(frappe.PermissionError):
			linking_result(answer["run"])

	def test_a_deal_counts_its_order_and_invoice_after_linking(self) -> None:
		make_sales("Sales Order", self.customer, 900, crm_plus_deal=self.deal.name)
		invoice = make_invoice(self.customer, 900)
		self.commit()
		self.link((invoice.name, self.deal.name))
		status = frappe.db.get_value("Deal", self.deal.name, "billing_status")
		self.assertEqual(status, "Billed")
