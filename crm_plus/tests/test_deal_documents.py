"""What a deal and a customer show of the documents behind them, and to whom."""

import frappe
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import add_days, nowdate

from crm_plus.api.deal_documents import documents_of_deal, documents_of_profile
from crm_plus.setup.compatibility import PROFILE_FIELDS, doctype_exists
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import make, make_user, unique
from crm_plus.tests.factories_accounting import make_invoice, make_party, make_party_deal, make_sales, pay


def by_doctype(result: dict) -> dict[str, list[dict]]:
	found: dict[str, list[dict]] = {}
	for row in result["rows"]:
		found.setdefault(row["doctype"], []).append(row)
	return found


class TestDealDocuments(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()
		self.deal = make_party_deal(self.profile).name

	def chain(self):
		"""Quotation, order, invoice by ERPNext's own buttons, and a part payment of 400 on 1,000."""
		quotation = make_sales("Quotation", self.customer, crm_plus_deal=self.deal)
		order = make_sales_order(quotation.name)
		order.update({"delivery_date": nowdate()})
		for row in order.items:
			row.delivery_date = nowdate()
		order.insert().submit()
		invoice = make_sales_invoice(order.name)
		invoice.insert().submit()
		payment = pay(invoice, 400)
		self.commit()
		return quotation, order, invoice, payment

	def test_the_whole_chain_shows_with_state_amount_and_what_is_unpaid(self) -> None:
		quotation, order, invoice, payment = self.chain()
		result = documents_of_deal(self.deal)
		rows = by_doctype(result)
		self.assertEqual([row["name"] for row in rows["Quotation"]], [quotation.name])
		self.assertEqual([row["name"] for row in rows["Sales Order"]], [order.name])
		self.assertEqual([row["name"] for row in rows["Sales Invoice"]], [invoice.name])
		self.assertEqual([row["name"] for row in rows["Payment Entry"]], [payment.name])
		self.assertEqual((rows["Sales Invoice"][0]["share"], rows["Sales Invoice"][0]["unpaid"]), (1000, 600))
		self.assertEqual(rows["Sales Invoice"][0]["status"], "Partly Paid")
		self.assertEqual((rows["Payment Entry"][0]["share"], rows["Payment Entry"][0]["total"]), (400, 400))
		self.assertEqual(result["flow"]["paid_amount"], 400)
		self.assertEqual(result["flow"]["outstanding_amount"], 600)
		self.assertEqual(result["flow"]["billing_status"], "Partly Paid")
		self.assertEqual(result["hidden"], 0)

	def test_a_cancelled_invoice_stays_visible_and_counts_no_more(self) -> None:
		_quotation, _order, invoice, payment = self.chain()
		payment.cancel()
		frappe.get_doc("Sales Invoice", invoice.name).cancel()
		self.commit()
		result = documents_of_deal(self.deal)
		row = by_doctype(result)["Sales Invoice"][0]
		self.assertEqual((row["status"], row["counts"], row["unpaid"]), ("Cancelled", False, None))
		self.assertNotIn("Payment Entry", by_doctype(result))
		self.assertEqual(result["flow"]["invoiced_amount"], 0)

	def test_a_return_is_marked_and_lessens_what_is_unpaid(self) -> None:
		_quotation, _order, invoice, _payment = self.chain()
		returned = make_sales_return(invoice.name)
		returned.update_outstanding_for_self = 0
		returned.insert().submit()
		self.commit()
		result = documents_of_deal(self.deal)
		rows = {row["name"]: row for row in by_doctype(result)["Sales Invoice"]}
		self.assertTrue(rows[returned.name]["is_return"])
		self.assertEqual(rows[returned.name]["share"], -1000)
		unpaid = sum(row["unpaid"] for row in rows.values())
		self.assertEqual(unpaid, result["flow"]["outstanding_amount"])

	def test_each_of_two_deals_on_one_invoice_shows_its_share(self) -> None:
		other = make_party_deal(self.profile).name
		rows = [{"rate": 300, "crm_plus_deal": self.deal}, {"rate": 100, "crm_plus_deal": other}]
		invoice = make_invoice(self.customer, rows)
		pay(invoice, 200)
		self.commit()
		mine, theirs = (by_doctype(documents_of_deal(deal)) for deal in (self.deal, other))
		self.assertEqual(
			[mine["Sales Invoice"][0][key] for key in ("total", "share", "unpaid")], [400, 300, 150]
		)
		self.assertEqual([theirs["Sales Invoice"][0][key] for key in ("share", "unpaid")], [100, 50])
		self.assertEqual((mine["Payment Entry"][0]["share"], theirs["Payment Entry"][0]["share"]), (150, 50))

	def test_a_delivery_and_a_project_of_the_order_belong_to_the_deal(self) -> None:
		order = make_sales("Sales Order", self.customer, crm_plus_deal=self.deal)
		project = make("Project", project_name=unique("Project"), crm_plus_deal=self.deal).name
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		delivery = make_delivery_note(order.name)
		delivery.insert().submit()
		rows = by_doctype(documents_of_deal(self.deal))
		self.assertEqual(
			[(row["name"], row["share"]) for row in rows["Delivery Note"]], [(delivery.name, 1000)]
		)
		self.assertEqual([row["name"] for row in rows["Project"]], [project])

	def test_what_a_reader_may_not_open_is_only_counted(self) -> None:
		_quotation, _order, invoice, payment = self.chain()
		agent = make_user("Sales User").name
		with self.as_user(agent):
			result = documents_of_deal(self.deal)
		self.assertEqual(set(by_doctype(result)), {"Quotation", "Sales Order"})
		self.assertEqual(result["hidden"], 1)
		self.assertNotIn(invoice.name, frappe.as_json(result))
		self.assertNotIn(payment.name, frappe.as_json(result))

	def test_whoever_may_not_read_the_deal_is_refused(self) -> None:
		with self.as_user(make_user("Accounts Manager").name), self.assertRaises(frappe.PermissionError):
			documents_of_deal(self.deal)

	def test_a_user_permission_on_another_customer_hides_the_documents(self) -> None:
		self.chain()
		agent = make_user("Sales User", "Accounts User").name
		make(
			"User Permission",
			user=agent,
			allow="Customer",
			for_value=make_party()[0],
			apply_to_all_doctypes=1,
		)
		with self.as_user(agent):
			frappe.clear_cache(user=agent)
			# Frappe applies it to no quotation, whose party is a dynamic link; but the deal goes with its customer.
			with self.assertRaises(frappe.PermissionError):
				documents_of_deal(self.deal)

	def test_more_documents_need_no_more_queries(self) -> None:
		self.chain()
		few = self.queries_of_a_warm_call()
		for _each in range(3):
			self.chain()
		many = self.queries_of_a_warm_call()
		self.assertEqual(len(many), len(few), many)
		self.assertLess(len(many), 25)

	def queries_of_a_warm_call(self) -> list[str]:
		documents_of_deal(self.deal)
		with self.count_queries() as queries:
			documents_of_deal(self.deal)
		return queries


class TestProfileDocuments(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()

	def test_history_has_documents_sales_and_what_is_overdue(self) -> None:
		deal = make_party_deal(self.profile).name
		order = make_sales("Sales Order", self.customer, 300)
		make_invoice(self.customer, 500, posting_date=add_days(nowdate(), -30))
		make_invoice(self.customer, 9000, posting_date=add_days(nowdate(), -500))
		pay(make_invoice(self.customer, 200))
		result = documents_of_profile(self.profile)
		self.assertEqual([one["name"] for one in result["deals"]], [deal])
		self.assertEqual(result["last_order"], str(order.transaction_date))
		self.assertEqual([(one["sales"], one["overdue"]) for one in result["companies"]], [(700, 9500)])
		self.assertTrue(result["shows_amounts"])

	def test_without_invoice_rights_no_amount_is_told(self) -> None:
		make_party_deal(self.profile, 777123)
		make_sales("Quotation", self.customer, 888321)
		invoice = make_invoice(self.customer, 999321)
		with self.as_user(make_user("Sales User").name):
			result = documents_of_profile(self.profile)
		told = frappe.as_json(result)
		self.assertEqual([row["doctype"] for row in result["rows"]], ["Quotation"])
		self.assertEqual(result["companies"], [])
		for secret in ("777123", "888321", "999321", invoice.name):
			self.assertNotIn(secret, told)

	def test_quotations_from_before_it_was_a_customer_are_part_of_it(self) -> None:
		for party_type, field in PROFILE_FIELDS.items():
			if party_type == "Customer" or not doctype_exists(party_type):
				continue
			values = (
				{"lead_name": unique("Early")} if party_type == "Lead" else {"company_name": unique("Early")}
			)
			party = make(party_type, **values)
			frappe.db.set_value("Customer Profile", self.profile, field, party.name)
			early = make_sales("Quotation", party.name, quotation_to=party_type, party_name=party.name)
			names = [row["name"] for row in documents_of_profile(self.profile)["rows"]]
			self.assertIn(early.name, names)

	def test_whoever_may_not_read_the_profile_is_refused(self) -> None:
		with self.as_user(make_user("Accounts Manager").name), self.assertRaises(frappe.PermissionError):
			documents_of_profile(self.profile)
