"""A mail provider of our own on this machine: every address has a mailbox, filled over real SMTP and read over real IMAP."""

import imaplib
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.mail_server import SECONDS_TO_START, really_sending
from crm_plus.tests.ports import free_port

PASSWORD = "mailbox"
SECONDS_TO_END = 30


@dataclass(frozen=True)
class Provider:
	"""Where the provider listens."""

	smtp_port: int
	imap_port: int

	def messages(self, address: str) -> list[Any]:
		"""Return what lies in an address's mailbox, as its owner's mail program reads it."""
		with imaplib.IMAP4("127.0.0.1", self.imap_port) as box:
			box.login(address, PASSWORD)
			box.select("INBOX")
			numbers = box.search(None, "ALL")[1][0].split()
			found = [box.fetch(number, "(RFC822)")[1][0] for number in numbers]
			return [message_from_bytes(part[1], policy=modern) for part in found if part]

	def deliver(self, message: EmailMessage) -> None:
		"""Send a message, as its writer's mail program does."""
		with smtplib.SMTP("127.0.0.1", self.smtp_port) as server:
			server.send_message(message)


@contextmanager
def provider() -> Iterator[Provider]:
	"""Run the provider while the block lasts, as a process of its own."""
	found = Provider(free_port(), free_port())
	ports = {"smtp": found.smtp_port, "imap": found.imap_port, "smtps": free_port()}
	options = {"host": "127.0.0.1", "user": "crm@ours.example", "password": PASSWORD}
	options |= {f"{name}-port": str(port) for name, port in ports.items()}
	given = [text for name, value in options.items() for text in (f"--{name}", value)]
	process = subprocess.Popen(
		[sys.executable, "-m", "mail_devel", "--no-http", "--multi-user", *given],
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
	)
	try:
		_wait_for(found.smtp_port, process)
		_wait_for(found.imap_port, process)
		yield found
	finally:
		process.terminate()
		try:
			process.wait(SECONDS_TO_END)
		except subprocess.TimeoutExpired:
			process.kill()
			process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
	until = time.monotonic() + SECONDS_TO_START
	while time.monotonic() < until and process.poll() is None:
		with socket.socket() as probe:
			if probe.connect_ex(("127.0.0.1", port)) == 0:
				return
		time.sleep(0.1)
	raise RuntimeError("The mail provider of the tests did not start: is mail-devel installed?")


@contextmanager
def email_account(server: Provider, address: str) -> Iterator[Any]:
	"""Let the site send and receive through the provider while the block lasts, as one Email Account of Frappe's own."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": factories.unique("Provider"),
			"email_id": address,
			"password": PASSWORD,
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"smtp_port": server.smtp_port,
			"no_smtp_authentication": 1,
			"enable_incoming": 1,
			"default_incoming": 1,
			"email_server": "127.0.0.1",
			"incoming_port": server.imap_port,
			"use_imap": 1,
			"use_ssl": 0,
			"email_sync_option": "ALL",
			"imap_folder": [{"folder_name": "INBOX"}],
		}
	).insert()
	frappe.db.commit()  # sending and receiving are other transactions
	frappe.local.outgoing_email_account = {}
	try:
		with really_sending():
			yield account
	finally:
		frappe.db.rollback()
		frappe.delete_doc("Email Account", account.name, force=True)
		frappe.db.commit()  # the provider is gone: nobody may go on using it
