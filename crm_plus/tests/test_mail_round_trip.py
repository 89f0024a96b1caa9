"""A quotation goes out by mail, the answer comes back into the mailbox, and both stand on the deal. Real SMTP, real IMAP."""

import unittest
from email.message import EmailMessage
from importlib.util import find_spec
from typing import Any

import frappe
from frappe.core.doctype.communication.email import make
from frappe.utils import nowdate

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_person
from crm_plus.tests.factories_reminders import bells, in_minutes, run
from crm_plus.tests.factories_reminders import make_person as make_user
from crm_plus.tests.imap_server import Provider, email_account, provider
from crm_plus.tests.mail_server import flush


# Under `make test` it is there, but for Python 3.10, which its package does not run on.
@unittest.skipUnless(find_spec("mail_devel"), "the package mail-devel is not installed here")
class TestRoundTrip(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.address = f"crm-{frappe.generate_hash(length=8).lower()}@ours.example"
		customer = factories.make_customer().name
		self.organization = factories.make_profile(erpnext_customer=customer).name
		self.person = make_person(organization=self.organization)
		wanted = {"email_answered": {"in_app": 1, "email": 1}, "deal_assigned": {}}
		self.owner, self.colleague = (make_user(choices=wanted) for _ in range(2))
		self.deal = factories.make_deal(customer_profile=self.organization, deal_owner=self.owner).name
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
		self.commit()

	def test_there_and_back(self) -> None:
		with provider() as server, email_account(server, self.address) as account:
			sent = self.send()
			arrived = server.messages(self.person.email)
			self.assertEqual([str(message["Subject"]) for message in arrived], ["Your quotation"])
			self.answer(server, arrived[0], self.person.email, "Something else")
			self.answer(server, arrived[0], "colleague@elsewhere.example", "Re: Your quotation")
			account.receive()
			self.commit()
			account.receive()
			self.check(sent)
			self.check_who_is_woken(server)

	def check_who_is_woken(self, server: Provider) -> None:
		"""The deal's owner hears of both answers, in one bell and one mail that really arrives; nobody else does."""
		self.commit()
		run(in_minutes(2))
		flush()
		[bell] = bells(self.owner)
		self.assertIn("2 things to know", bell.subject)
		[mail] = server.messages(self.owner)
		text = mail.get_body(("html", "plain")).get_content()
		self.assertEqual(text.count("wrote"), 2, text)
		self.assertEqual((bells(self.colleague), server.messages(self.colleague)), ([], []))

	def send(self) -> Any:
		name = make(
			doctype="Quotation",
			name=self.quotation.name,
			subject="Your quotation",
			content="Here it is",
			recipients=self.person.email,
			sender=self.address,
			communication_medium="Email",
			send_email=True,
		)["name"]
		self.commit()
		flush()
		return frappe.get_doc("Communication", name)

	def answer(self, server: Provider, original: Any, sender: str, subject: str) -> None:
		message = EmailMessage()
		message["From"], message["To"], message["Subject"] = sender, self.address, subject
		message["In-Reply-To"] = message["References"] = original["Message-ID"]
		message["Message-ID"] = f"<{frappe.generate_hash(length=16)}@elsewhere.example>"
		message.set_content("Yes, please.")
		server.deliver(message)

	def check(self, sent: Any) -> None:
		"""Each mail was received once, and stands once on the deal and its customer."""
		received = frappe.get_all(
			"Communication", {"sent_or_received": "Received", "in_reply_to": sent.name}, pluck="name"
		)
		self.assertEqual(len(received), 2)
		made = [captured(frappe.get_doc("Communication", name)) for name in (sent.name, *received)]
		for interaction in made:
			self.assertEqual((interaction.deal, interaction.customer_profile), (self.deal, self.organization))
		self.assertEqual(sorted(one.direction for one in made), ["Incoming", "Incoming", "Outgoing"])
		self.assertEqual(frappe.db.count("Interaction", {"deal": self.deal}), 3)
		self.assertIsNotNone(frappe.db.get_value("Deal", self.deal, "last_interaction_on"))
