"""What a customer owes and how he pays, for those who may read invoices."""

import frappe
from frappe.utils import add_days, nowdate

from crm_plus.api.profiles import credit
from crm_plus.reports.credit import credit_summary
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import company, make, make_profile, make_user
from crm_plus.tests.factories_accounting import make_accountant, make_invoice, make_party, pay
from crm_plus.tests.factories_customers import make_person


def days_ago(days: int) -> str:
	return add_days(nowdate(), -days)


class TestCredit(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer, self.profile = make_party()

	def summary(self) -> dict:
		return credit_summary(self.customer, company())

	def test_the_limit_is_erpnexts_and_used_is_what_is_open(self) -> None:
		customer = frappe.get_doc("Customer", self.customer)
		customer.append("credit_limits", {"company": company(), "credit_limit": 5000})
		customer.save()
		make_invoice(self.customer, 1200)
		summary = self.summary()
		self.assertEqual((summary["limit"], summary["used"]), (5000, 1200))
		self.assertEqual(summary["currency"], frappe.db.get_value("Company", company(), "default_currency"))

	def test_overdue_is_what_was_due_before_today_and_is_open(self) -> None:
		late = make_invoice(self.customer, 1000, posting_date=days_ago(40))
		make_invoice(self.customer, 500)
		self.assertEqual(self.summary()["overdue"], 1000)
		pay(late, 400)
		self.assertEqual(self.summary()["overdue"], 600)

	def test_of_an_invoice_in_instalments_only_those_due(self) -> None:
		invoice = make_invoice(self.customer, 1000, posting_date=days_ago(40), docstatus=0)
		invoice.set("payment_schedule", [])
		for due, portion in ((days_ago(10), 30), (add_days(nowdate(), 10), 70)):
			invoice.append("payment_schedule", {"due_date": due, "invoice_portion": portion})
		invoice.due_date = add_days(nowdate(), 10)
		invoice.save().submit()
		self.assertEqual(self.summary()["overdue"], 300)
		pay(invoice, 100)
		self.assertEqual(self.summary()["overdue"], 200)

	def test_average_days_to_pay_counts_settled_invoices_only(self) -> None:
		self.assertIsNone(self.summary()["average_days_to_pay"])
		for posted in (10, 30):
			pay(make_invoice(self.customer, 100, posting_date=days_ago(posted)))
		make_invoice(self.customer, 100, posting_date=days_ago(300))
		self.assertEqual(self.summary()["average_days_to_pay"], 20)

	def test_a_person_shows_the_organizations(self) -> None:
		make_invoice(self.customer, 700)
		person = make_person(organization=self.profile)
		self.assertEqual(credit(person.name, company())["used"], 700)

	def test_nothing_without_a_customer(self) -> None:
		self.assertIsNone(credit(make_profile().name, company()))

	def test_only_for_who_may_read_invoices(self) -> None:
		agent = make_user("Support Team").name
		with self.as_user(agent):
			self.assertIsNone(credit(self.profile, company()))
			with self.assertRaises(frappe.PermissionError):
				credit_summary(self.customer, company())
		with self.as_user(make_accountant("Sales User")):
			self.assertIsNotNone(credit(self.profile, company()))

	def test_user_permissions_hold(self) -> None:
		accountant = make_accountant("Sales User")
		make("User Permission", user=accountant, allow="Customer", for_value=make_party()[0])
		with self.as_user(accountant), self.assertRaises(frappe.PermissionError):
			credit_summary(self.customer, company())
