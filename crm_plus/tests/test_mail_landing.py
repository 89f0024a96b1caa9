"""Twenty stored messages, as a mailbox would bring them: each lands where it belongs, and no customer is made of any."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import frappe
from frappe.email.receive import InboundMail
from frappe.utils import now_datetime

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_person, new_address

OURS = "crm@ours.example"
WAITS = "waits"
Expected = tuple[str, str]  # the kind of place, the name of the deal or profile
BROKEN = b"""From: %(ann)s\r\nTo: crm@ours.example\r\nSubject: =?utf-8?b?broken\r
Message-ID: <broken-%(mark)s@x.example>\r\nContent-Type: multipart/mixed; boundary="never"\r\n\r
--other\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe\x00 half a message"""


def account() -> Any:
	"""Return the mailbox that all twenty come into; it opens no record for what it cannot place."""
	if not frappe.db.exists("Email Account", {"email_id": OURS}):
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": "CRM",
				"email_id": OURS,
				"enable_incoming": 0,
				"enable_outgoing": 0,
				"create_contact": 1,
			}
		).insert(ignore_permissions=True)
	return frappe.get_doc("Email Account", {"email_id": OURS})


class TestTwentyMessages(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mark = frappe.generate_hash(length=8)
		self.account = account()
		self.organization = factories.make_profile().name
		self.ann = make_person(organization=self.organization)
		self.bob = make_person(organization=self.organization)
		self.stranger, self.copied = new_address(), new_address()
		self.deal = factories.make_deal(customer_profile=self.organization)
		self.other_deal = factories.make_deal(customer_profile=self.organization)
		self.subject = f"Offer {self.mark}"
		self.sent = self.send_offer()

	def send_offer(self) -> Any:
		"""Store the mail that we sent about the deal, as Frappe does: with the Message-ID that answers will name."""
		sent = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Sent",
				"sender": "Administrator",
				"recipients": self.ann.email,
				"cc": self.copied,
				"subject": self.subject,
				"content": "Here it is",
				"reference_doctype": "Deal",
				"reference_name": self.deal.name,
				"message_id": f"offer-{self.mark}@ours.example",
			}
		).insert(ignore_permissions=True)
		self.assertEqual(captured(sent).deal, self.deal.name)
		return sent

	def message(self, number: int, sender: str, subject: str, **headers: Any) -> bytes:
		"""Return one message as bytes."""
		message = EmailMessage()
		message["From"], message["To"] = sender, headers.pop("to", OURS)
		message["Subject"] = subject
		message["Message-ID"] = f"<m{number}-{self.mark}@x.example>"
		message["Date"] = email.utils.format_datetime(now_datetime())
		body = headers.pop("body", "Hello")
		html, attachment = headers.pop("html", ""), headers.pop("attachment", b"")
		for name, value in headers.items():
			message[name.replace("_", "-")] = value
		message.set_content(body)
		if html:
			message.add_alternative(html, subtype="html")
		if attachment:
			message.add_attachment(
				attachment, maintype="application", subtype="octet-stream", filename="a.bin"
			)
		return message.as_bytes()

	def cases(self) -> list[tuple[str, bytes, Expected]]:
		"""Return (what it is, the message, where it belongs)."""
		ann, bob, new = self.ann.email, self.bob.email, self.stranger
		answers = {"In_Reply_To": f"<{self.sent.message_id}>", "References": f"<{self.sent.message_id}>"}
		deal = ("Deal", self.deal.name)
		of_ann, of_bob = ("Customer Profile", self.ann.name), ("Customer Profile", self.bob.name)
		waits = (WAITS, "")
		re, changed = f"Re: {self.subject}", "Something else entirely"
		script = "<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(1)>"
		many = ", ".join(f"p{n}@{self.mark}.example" for n in range(498)) + f", {OURS}, {bob}"
		m = self.message
		return [
			("a plain answer", m(1, ann, re, **answers), deal),
			("an answer with another subject", m(2, ann, changed, **answers), deal),
			("an answer from somebody who got a copy", m(3, self.copied, re, **answers), deal),
			("an answer from a colleague of theirs", m(4, bob, re, **answers), deal),
			("an answer from an address nobody knows", m(5, new_address(), re, **answers), deal),
			("an answer without a subject", m(6, ann, "", **answers), deal),
			("the same subject from a stranger", m(7, new, self.subject), waits),
			("Re: and the same subject from a stranger", m(8, new, re), waits),
			("a new mail of a known person", m(9, ann, f"New {self.mark}"), of_ann),
			("a new mail of another known person", m(10, bob, f"Other {self.mark}"), of_bob),
			(
				"a name around the address",
				m(11, f'"Lee, Ann (Buyer)" <{ann.upper()}>', f"N {self.mark}"),
				of_ann,
			),
			("forwarded by a known person", m(12, bob, f"Fwd: {self.subject} {self.mark}"), of_bob),
			("forwarded by a stranger", m(13, new, f"Fwd: {self.mark}", body=f"From: {ann}"), waits),
			("a stranger, a known person in copy", m(14, new, f"To all {self.mark}", Cc=bob), of_bob),
			("a bounce of the offer", m(15, "MAILER-DAEMON@relay.example", "Undelivered", **answers), deal),
			("a bounce of nothing", m(16, "mailer-daemon@relay.example", f"Bounce {self.mark}"), waits),
			("500 recipients", m(17, new, f"Crowd {self.mark}", to=many), of_bob),
			("scripts in the body", m(18, ann, f"Html {self.mark}", html=script), of_ann),
			("25 MB attached", m(19, ann, f"Big {self.mark}", attachment=b"x" * 25 * 2**20), of_ann),
			("broken MIME", BROKEN % {b"ann": ann.encode(), b"mark": self.mark.encode()}, of_ann),
		]

	def test_each_lands_where_it_belongs(self) -> None:
		profiles = frappe.db.count("Customer Profile")
		parties = {doctype: frappe.db.count(doctype) for doctype in ("Customer", "Lead")}
		cases = self.cases()
		self.assertEqual(len(cases), 20)
		stored = 0
		for number, (what, content, expected) in enumerate(cases, 1):
			with self.subTest(what):
				mail = InboundMail(content, self.account, uid=number).process()
				stored += bool(mail and frappe.db.exists("Communication", mail.name))
				self.check(mail, expected)
		self.assertEqual(stored, 20)
		self.assertEqual(frappe.db.count("Customer Profile"), profiles)
		self.assertEqual({doctype: frappe.db.count(doctype) for doctype in parties}, parties)

	def check(self, mail: Any, expected: Expected) -> None:
		made = captured(mail)
		kind, name = expected
		row = frappe.db.get_value("Unmatched Mail", {"source_name": mail.name})
		if kind == WAITS:
			self.assertIsNone(made)
			self.assertIsNotNone(row)
			return
		self.assertIsNone(row)
		self.assertEqual(frappe.db.count("Interaction", {"source_name": mail.name}), 1)
		self.assertEqual(made.deal if kind == "Deal" else made.customer_profile, name)
		if kind != "Deal":
			self.assertIsNone(made.deal)  # of two open deals none is guessed
