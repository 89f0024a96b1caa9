"""Many invoices linked to their deals at once: each on its own, no ledger touched, one failure never stops the rest."""

import json

import frappe

from crm_plus.api.accounting import link_invoices, linking_result
from crm_plus.jobs import invoice_linking as job
from crm_plus.tests.accounting_case import AccountantCase
from crm_plus.tests.factories import make, make_company2, make_user
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
		limited = make_accountant()
		make("User Permission", user=limited, allow="Customer", for_value=make_party()[0])
		self.commit()
		with self.as_user(limited):
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
