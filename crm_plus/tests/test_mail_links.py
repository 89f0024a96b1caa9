"""Mail about a deal's documents stands on the timelines of the deal and its customer, once, and so do the answers."""

import frappe
from frappe.core.doctype.communication.email import make
from frappe.desk.form.load import get_communication_data
from frappe.utils import nowdate

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


class TestMailLinks(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		customer = factories.make_customer().name
		self.profile = factories.make_profile(erpnext_customer=customer).name
		self.deal = factories.make_deal(customer_profile=self.profile).name
		self.quotation = frappe.get_doc(
			{
				"doctype": "Quotation",
				"quotation_to": "Customer",
				"party_name": customer,
				"company": factories.company(),
				"transaction_date": nowdate(),
				"crm_plus_deal": self.deal,
				"items": [{"item_code": factories.make_item().name, "qty": 1, "rate": 10}],
			}
		).insert()

	def mail(self, **values):
		sent = make(
			doctype="Quotation",
			name=self.quotation.name,
			subject="Your quotation",
			content="Here it is",
			recipients="buyer@example.com",
			communication_medium="Email",
			send_email=False,
			**values,
		)
		return sent["name"]

	def shown_on(self, doctype: str, name: str) -> list[str]:
		return [row.name for row in get_communication_data(doctype, name, as_dict=True)]

	def test_mail_from_a_quotation_shows_once_on_deal_and_customer(self):
		mail = self.mail()
		self.assertEqual(self.shown_on("Deal", self.deal), [mail])
		self.assertEqual(self.shown_on("Customer Profile", self.profile), [mail])
		self.assertEqual(self.shown_on("Quotation", self.quotation.name), [mail])

	def test_an_answer_and_a_second_save_add_nothing_twice(self):
		mail = self.mail()
		frappe.get_doc("Communication", mail).save()
		answer = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "buyer@example.com",
				"subject": "Re: Your quotation",
				"content": "Thank you",
				"in_reply_to": mail,
				"reference_doctype": "Quotation",
				"reference_name": self.quotation.name,
			}
		).insert()
		self.assertEqual(sorted(self.shown_on("Deal", self.deal)), sorted([mail, answer.name]))

	def test_mail_about_something_else_is_left_alone(self):
		note = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"subject": "Hello",
				"content": "Hello",
				"reference_doctype": "User",
				"reference_name": "Administrator",
			}
		).insert()
		self.assertFalse([link for link in note.timeline_links if link.link_doctype == "Deal"])
