"""From quote to cash through ERPNext's own buttons: the deal is carried along, its money and its stage follow."""

import threading
from concurrent.futures import ThreadPoolExecutor

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.selling.doctype.sales_order.sales_order import make_project, make_sales_invoice
from frappe.utils import nowdate

from crm_plus.tests import factories, factories_accounting
from crm_plus.tests.connection import like_a_web_worker, own_connection, press_again
from crm_plus.tests.factories_deals import work_off
from crm_plus.tests.money_oracle import amounts_of
from crm_plus.tests.story_case import StoryCase


class TestTheStory(StoryCase):
	"""From the quotation to the money, through ERPNext's own buttons."""

	def test_the_deal_is_carried_to_the_invoice_and_the_project(self):
		order = self.order(self.quotation())
		invoice = make_sales_invoice(order.name)
		invoice.insert()
		self.assertEqual(order.crm_plus_deal, self.deal)
		self.assertEqual([row.crm_plus_deal for row in order.items], [self.deal])
		self.assertEqual((invoice.crm_plus_deal, invoice.items[0].crm_plus_deal), (self.deal, self.deal))
		project = make_project(order.name)
		self.assertEqual(project.crm_plus_deal, self.deal)

	def test_amounts_follow_from_quote_to_cash(self):
		quotation = self.quotation()
		self.assertEqual(amounts_of(self.deal).quoted_amount, 1000)
		order = self.order(quotation)
		self.assertEqual(amounts_of(self.deal).ordered_amount, 1000)
		invoice = make_sales_invoice(order.name)
		invoice.insert().submit()
		frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).outstanding_amount, 1000)
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "billing_status"), "Billed")
		invoice.reload().cancel()
		frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).invoiced_amount, 0)

	def test_stages_follow_both_ways(self):
		quotation = self.quotation()
		self.assertEqual(self.stage(), "Proposal Sent")
		order = self.order(quotation)
		self.assertEqual(self.stage(), "Won")
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "status"), "Won")
		order.reload().cancel()
		frappe.db.commit()
		self.assertEqual(self.stage(), "Proposal Sent")
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "status"), "Open")
		quotation.reload().cancel()
		frappe.db.commit()
		self.assertEqual(self.stage(), "New")

	def test_an_invoice_without_an_order_wins_the_deal(self):
		invoice = factories_accounting.make_invoice(self.customer, crm_plus_deal=self.deal)
		frappe.db.commit()
		self.assertEqual((self.stage(), self.changes()[-1]), ("Won", "Invoice Submitted"))
		invoice.reload().cancel()
		frappe.db.commit()
		self.assertEqual(self.stage(), "New")

	def test_the_same_event_twice_is_one_row_of_history(self):
		from crm_plus.workflows import after_commit

		quotation = self.quotation()
		before = self.changes()
		after_commit.touch("Quotation", quotation.name)
		frappe.db.commit()
		self.assertEqual(self.changes(), before)
		self.assertEqual(before[-1], "Quotation Submitted")

	def test_a_deal_of_another_company_or_customer_is_refused(self):
		stranger = factories.make_customer().name
		with self.assertRaisesRegex(frappe.ValidationError, "same customer"):
			self.quotation(party_name=stranger)
		company = factories.make_company2()
		with self.assertRaisesRegex(frappe.ValidationError, "same company"):
			self.quotation(company=company, currency="USD", conversion_rate=1)

	def test_a_stage_whose_rules_are_not_met_is_not_entered_and_the_order_goes_through(self):
		pipeline = factories.make_pipeline(
			stages=(
				"New",
				{"stage_name": "Won", "advance_on": "Order Submitted", "requires_quotation": 0},
				"Lost",
			)
		)
		won = frappe.get_doc("Pipeline Stage", f"{pipeline.name}-Won")
		won.append("required_fields", {"fieldname": "next_step", "needed_to": "Enter"})
		won.save()
		deal = factories.make_deal(
			customer_profile=self.profile, pipeline=pipeline.name, stage=f"{pipeline.name}-New"
		)
		self.deal = deal.name
		frappe.db.commit()
		order = self.order(self.quotation())
		self.assertEqual(order.docstatus, 1)
		self.assertEqual(self.stage(), "New")
		self.assertEqual(len(self.told()), 1)

	def test_a_fault_of_ours_never_stops_an_invoice(self):
		frappe.db.sql_ddl("rename table `tabStage Change` to `tabStage Change Away`")
		try:
			quotation = self.quotation()
		finally:
			frappe.db.sql_ddl("rename table `tabStage Change Away` to `tabStage Change`")
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "docstatus"), 1)
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": self.deal}))

	def test_one_invoice_bills_two_deals(self):
		second = factories.make_deal(customer_profile=self.profile).name
		invoice = frappe.get_doc(
			{
				"doctype": "Sales Invoice",
				"customer": self.customer,
				"company": factories.company(),
				"crm_plus_deal": self.deal,
				"items": [
					{"item_code": self.item, "qty": 1, "rate": 100},
					{"item_code": self.item, "qty": 1, "rate": 50, "crm_plus_deal": second},
				],
			}
		).insert()
		invoice.submit()
		frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).invoiced_amount, 100)
		self.assertEqual(amounts_of(second).invoiced_amount, 50)

	def test_a_deal_set_and_changed_after_submission(self):
		second = factories.make_deal(customer_profile=self.profile).name
		invoice = frappe.get_doc(
			{
				"doctype": "Sales Invoice",
				"customer": self.customer,
				"company": factories.company(),
				"items": [{"item_code": self.item, "qty": 1, "rate": 100}],
			}
		).insert()
		invoice.submit()
		frappe.db.commit()
		for deal, first_amount, second_amount in ((self.deal, 100, 0), (second, 0, 100)):
			invoice.reload()
			invoice.crm_plus_deal = deal
			invoice.save()
			frappe.db.commit()
			self.assertEqual(amounts_of(self.deal).invoiced_amount, first_amount)
			self.assertEqual(amounts_of(second).invoiced_amount, second_amount)

	def test_bringing_a_deal_in_step_asks_little(self):
		"""Each question keeps the accountant waiting; 15 % of an invoice is all that there is to spend."""
		order = self.order(self.quotation())
		invoice = make_sales_invoice(order.name)
		invoice.insert().submit()
		with like_a_web_worker(), self.count_queries() as queries:
			frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).invoiced_amount, 1000)
		asked = [query for query in queries if "tab" in query]
		self.assertLessEqual(len(asked), 7, asked)

	def test_money_follows_at_once_and_a_worker_moves_the_deal(self):
		quotation = self.quotation()
		with like_a_web_worker():
			self.order(quotation)
		self.assertEqual((amounts_of(self.deal).ordered_amount, self.stage()), (1000, "Proposal Sent"))
		self.assertEqual(work_off(self.deal), 1)
		self.assertEqual(self.stage(), "Won")

	def test_taking_a_payment_off_an_invoice_reopens_it(self):
		"""ERPNext's Unreconcile Payment rewrites the ledger by SQL; the deal follows all the same."""
		order = self.order(self.quotation())
		invoice = make_sales_invoice(order.name)
		invoice.insert().submit()
		payment = get_payment_entry("Sales Invoice", invoice.name)
		payment.reference_no, payment.reference_date = "1", nowdate()
		payment.insert().submit()
		frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).paid_amount, 1000)
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "billing_status"), "Paid")
		undo = frappe.get_doc(
			{
				"doctype": "Unreconcile Payment",
				"company": invoice.company,
				"voucher_type": "Payment Entry",
				"voucher_no": payment.name,
			}
		)
		undo.add_references()
		undo.insert().submit()
		frappe.db.commit()
		self.assertEqual(amounts_of(self.deal).paid_amount, 0)
		self.assertEqual(amounts_of(self.deal).outstanding_amount, 1000)

	def test_two_postings_at_once_are_both_counted(self):
		"""Two accountants post to one deal in the same moment, over connections of their own."""
		site, item, customer, deal = frappe.local.site, self.item, self.customer, self.deal
		barrier = threading.Barrier(2)

		def post(amount: int) -> None:
			with own_connection(site):
				invoice = frappe.get_doc(
					{
						"doctype": "Sales Invoice",
						"customer": customer,
						"company": factories.company(),
						"crm_plus_deal": deal,
						"items": [{"item_code": item, "qty": 1, "rate": amount}],
					}
				).insert()
				frappe.db.commit()
				barrier.wait(120)
				press_again(lambda: frappe.get_doc("Sales Invoice", invoice.name).submit())
				frappe.db.commit()

		with ThreadPoolExecutor(2) as threads:
			for done in [threads.submit(post, 100), threads.submit(post, 11)]:
				done.result()
		frappe.db.commit()
		# Who had to wait for the other too long has left the deal to a worker.
		work_off(deal)
		self.assertEqual(amounts_of(deal).invoiced_amount, 111)
