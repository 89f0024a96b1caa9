"""The report "Invoices Without Deal": what it lists, what it proposes, for whom, and that it stays fast."""

import json

import frappe
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from frappe.desk.query_report import run
from frappe.utils import add_days, nowdate

from crm_plus.reports.invoices_without_deal import invoice_query, unlinked_condition
from crm_plus.reports.party_deals import deals_by_customer
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import company, make, make_company2, make_user
from crm_plus.tests.factories_accounting import (
	make_accountant,
	make_invoice,
	make_party,
	make_party_deal,
	the_accountant,
)
from crm_plus.tests.plans import plan

REPORT = "Invoices Without Deal"


class TestInvoicesWithoutDeal(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()
		self.accountant = the_accountant()

	def report(self, **filters: object) -> dict:
		"""Return the report as the Desk gets it, for this test's customer unless filters say otherwise."""
		filters = {"company": company(), "customer": self.customer, **filters}
		return run(REPORT, json.dumps({key: value for key, value in filters.items() if value}))

	def rows(self, **filters: object) -> dict[str, dict]:
		return {row["name"]: row for row in self.report(**filters)["result"][:-1]}

	def test_it_lists_submitted_invoices_that_name_no_deal_anywhere(self) -> None:
		deal = make_party_deal(self.profile, 5).name
		listed = make_invoice(self.customer)
		make_invoice(self.customer, docstatus=0)
		make_invoice(self.customer, crm_plus_deal=deal)
		make_invoice(self.customer, [{"rate": 1, "crm_plus_deal": deal}, {"rate": 2}])
		cancelled = make_invoice(self.customer)
		cancelled.cancel()
		with self.as_user(self.accountant):
			self.assertEqual(list(self.rows()), [listed.name])
			self.assertIsNone(self.report()["message"])

	def test_where_there_is_none_a_sentence_says_so(self) -> None:
		make_invoice(self.customer, crm_plus_deal=make_party_deal(self.profile, 5).name)
		with self.as_user(self.accountant):
			found = self.report()
		self.assertFalse(found["result"])
		self.assertIn("has a deal", found["message"])

	def test_it_proposes_the_deal_with_its_title_amount_and_reasons_and_nothing_else(self) -> None:
		deal = make_party_deal(self.profile, 750, title="Straße <b>🌊</b>", next_step="secret step")
		make_party_deal(self.profile, 20)
		invoice = make_invoice(self.customer, 750)
		with self.as_user(self.accountant):
			row = self.rows()[invoice.name]
			told = frappe.as_json(self.report())
		self.assertEqual((row["deal"], row["deal_title"], row["deal_amount"]), (deal.name, deal.title, 750))
		self.assertEqual(row["confidence"], 100)
		self.assertIn("Same amount", row["reasons"])
		self.assertNotIn("secret step", told)
		self.assertNotIn(self.profile, told)

	def test_two_equal_deals_are_named_and_none_is_preferred(self) -> None:
		deals = sorted(make_party_deal(self.profile, 750).name for _each in range(2))
		invoice = make_invoice(self.customer, 750)
		row = self.rows()[invoice.name]
		self.assertIsNone(row["deal"])
		for deal in deals:
			self.assertIn(deal, row["reasons"])

	def test_a_deal_of_another_company_or_customer_is_not_proposed(self) -> None:
		make_party_deal(make_party()[1], 750)
		make_party_deal(self.profile, 750, company=make_company2(), currency="USD")
		invoice = make_invoice(self.customer, 750)
		row = self.rows()[invoice.name]
		self.assertEqual((row["deal"], row["reasons"]), (None, ""))
		self.assertEqual(self.rows(only_with_proposals=1), {})

	def test_a_return_is_proposed_for_the_deal_of_its_original(self) -> None:
		deal = make_party_deal(self.profile, 12345).name
		invoice = make_invoice(self.customer, 100, crm_plus_deal=deal)
		returned = make_sales_return(invoice.name)
		returned.insert().submit()
		for doctype, filters in (
			("Sales Invoice", returned.name),
			("Sales Invoice Item", {"parent": returned.name}),
		):
			frappe.db.set_value(doctype, filters, "crm_plus_deal", None)
		row = self.rows()[returned.name]
		self.assertEqual((row["deal"], row["confidence"], row["amount"]), (deal, 100, -100))

	def test_the_period_is_kept(self) -> None:
		old = make_invoice(self.customer, posting_date=add_days(nowdate(), -20)).name
		new = make_invoice(self.customer).name
		self.assertEqual(list(self.rows(from_date=add_days(nowdate(), -5))), [new])
		self.assertEqual(list(self.rows(to_date=add_days(nowdate(), -5))), [old])
		self.assertEqual(list(self.rows()), [new, old])

	def test_bad_filters_get_one_sentence(self) -> None:
		bad = (
			{"company": None},
			{"from_date": "2026-02-01", "to_date": "2026-01-01"},
			{"company": ["A", "B"]},
			{"customer": ["A", "B"]},
		)
		for filters in bad:
			with self.assertRaises(frappe.ValidationError):
				self.report(**filters)

	def test_the_summary_and_the_chart_add_up_to_the_rows(self) -> None:
		make_party_deal(self.profile, 750)
		for rate in (750, 50_000):
			make_invoice(self.customer, rate)
		report = self.report()
		count, amount, proposed, proposed_amount = (part["value"] for part in report["report_summary"])
		self.assertEqual((count, amount, proposed, proposed_amount), (2, 50_750, 1, 750))
		total = report["result"][-1]
		self.assertEqual((total["deal"], total["amount"], total["is_total"]), ("Total", amount, 1))
		self.assertNotIn("deal_amount", total, "one deal may be proposed for several invoices")
		charted = sum(sum(dataset["values"]) for dataset in report["chart"]["data"]["datasets"])
		self.assertEqual(charted, amount)

	def test_amounts_are_in_company_currency(self) -> None:
		make_party_deal(self.profile, 900, currency="EUR")
		accounts = {"company": company(), "account_type": "Receivable", "is_group": 0}
		debtors = frappe.get_doc("Account", frappe.get_all("Account", accounts, pluck="name")[0])
		values = {
			"account_name": f"Debtors {self.customer}",
			"account_currency": "USD",
			"account_type": "Receivable",
		}
		usd = make("Account", company=company(), parent_account=debtors.parent_account, **values).name
		invoice = make_invoice(self.customer, 1000, currency="USD", conversion_rate=0.9, debit_to=usd)
		row = self.rows()[invoice.name]
		self.assertEqual((row["amount"], row["company_currency"]), (900, "EUR"))
		self.assertIn("Same amount", row["reasons"])

	def test_each_reader_sees_what_the_own_list_of_invoices_shows(self) -> None:
		other = make_party()[0]
		mine, theirs = make_invoice(self.customer).name, make_invoice(other).name
		limited = make_accountant()
		make("User Permission", user=limited, allow="Customer", for_value=self.customer)
		for user in (self.accountant, limited, "Administrator"):
			with self.as_user(user):
				listed = frappe.get_list("Sales Invoice", {"name": ["in", [mine, theirs]]}, pluck="name")
				report = self.report(customer=None, from_date=nowdate())
				*rows, total = report["result"]
				shown = {row["name"] for row in rows}
			self.assertEqual(shown & {mine, theirs}, set(listed))
			for told in (report["report_summary"][1]["value"], total["amount"]):
				self.assertAlmostEqual(told, sum(row["amount"] for row in rows), 2)

	def test_whoever_may_not_read_invoices_is_refused(self) -> None:
		for roles in (("Sales User",), ("Sales Manager",), ()):
			with (
				self.as_user(make_user(*roles).name),
				self.assertRaises((frappe.PermissionError, frappe.ValidationError)),
			):
				self.report()

	def test_a_reader_who_may_link_no_deal_gets_no_proposal(self) -> None:
		make_party_deal(self.profile, 750)
		invoice = make_invoice(self.customer, 750)
		with self.as_user(make_user("Auditor").name):
			self.assertEqual(deals_by_customer(company(), [self.customer]), {})
		with self.as_user(self.accountant):
			self.assertEqual(self.rows()[invoice.name]["confidence"], 100)

	def test_a_long_list_needs_no_more_queries(self) -> None:
		make_party_deal(self.profile)
		make_invoice(self.customer)
		counts = []
		for _round in range(2):
			self.report()
			with self.count_queries() as queries:
				self.report()
			counts.append(len(queries))
			for _each in range(3):
				make_invoice(self.customer)
		self.assertEqual(counts[0], counts[1])

	def test_the_plan_can_look_rows_up(self) -> None:
		"""Which plan MariaDB takes depends on how many rows there are; that it has an index to take does not."""
		make_invoice(self.customer)
		query = invoice_query(unlinked_condition({"company": company(), "from_date": nowdate()}))
		with self.count_queries() as queries:
			query.run()
		steps = plan(queries[0])
		self.assertEqual(len(steps), 2, steps)
		of_rows = next(step for step in steps if step["table"] == "deal_row")
		self.assertIn("parent", of_rows["possible_keys"].split(","), steps)
