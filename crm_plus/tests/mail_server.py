"""A mail server of our own on this machine: what a site sends arrives here, over real SMTP."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import frappe
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from crm_plus.tests import factories
from crm_plus.tests.ports import free_port

SECONDS_TO_START = 60


class Mailbox:
	"""What arrived, oldest first; `refusals` counts down deliveries that are turned away before one is taken."""

	def __init__(self) -> None:
		self.envelopes: list[tuple[list[str], EmailMessage]] = []
		self.refusals = 0

	async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
		"""Take a message, as aiosmtpd asks."""
		if self.refusals:
			self.refusals -= 1
			return "451 try again later"
		message: Any = email.message_from_bytes(envelope.original_content or b"", policy=modern)
		self.envelopes.append((list(envelope.rcpt_tos), message))
		return "250 taken"

	def sent_to(self, address: str) -> list[EmailMessage]:
		"""Return the messages for an address."""
		return [message for receivers, message in self.envelopes if address in receivers]


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
	"""Run a server on a free port; yields its mailbox and the port."""
	mailbox, port = Mailbox(), free_port()
	controller = Controller(mailbox, hostname="127.0.0.1", port=port, ready_timeout=SECONDS_TO_START)
	controller.start()
	try:
		yield mailbox, port
	finally:
		controller.stop()


@contextmanager
def outgoing_account(**values: Any) -> Iterator[Mailbox]:
	"""Let the site send through a server of our own while the block lasts: the default account, which is gone after it."""
	with mail_server() as (mailbox, port):
		account = frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": factories.unique("Tests"),
				"email_id": "site@example.com",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "127.0.0.1",
				"smtp_port": port,
				"no_smtp_authentication": 1,
				**values,
			}
		).insert()
		frappe.db.commit()  # workers and requests are other connections
		frappe.local.outgoing_email_account = {}
		try:
			with really_sending():
				yield mailbox
		finally:
			frappe.db.rollback()
			frappe.db.delete("Email Queue", {"email_account": account.name, "status": "Not Sent"})
			frappe.delete_doc("Email Account", account.name, force=True)
			frappe.local.outgoing_email_account = {}
			frappe.db.commit()  # the server is gone: nobody may go on using it


@contextmanager
def really_sending() -> Iterator[None]:
	"""Frappe sends nothing in a test run unless it is told to."""
	before = frappe.flags.testing_email, frappe.flags.mute_emails
	frappe.flags.testing_email, frappe.flags.mute_emails = True, False
	try:
		yield
	finally:
		frappe.flags.testing_email, frappe.flags.mute_emails = before


def flush() -> None:
	"""Send what waits in Frappe's own queue, as its scheduler does."""
	ours = frappe.get_all("Email Account", {"smtp_server": "127.0.0.1"}, pluck="name")
	waiting = {"status": ["in", ["Not Sent", "Partially Sent"]], "email_account": ["in", ours]}
	names = frappe.get_all("Email Queue", waiting, pluck="name", order_by="creation asc")
	for name in names:
		frappe.get_doc("Email Queue", name).send()
	frappe.db.commit()  # as the scheduler's job ends
