"""List-Unsubscribe and List-Unsubscribe-Post (RFC 8058): a mail program's own button, which opts out with one press.

Python folds a header that is longer than a line into encoded words, which no mail program reads as an address, and Frappe 15
folds once more when it sends. So Python's own registry of headers is told to leave this one on its line, in each process that
builds or sends mails; it holds for the whole process, where it changes nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import UniqueUnstructuredHeader
from email.message import Message
from email.policy import SMTP, EmailPolicy
from typing import Any

import frappe

LIST, POST = "List-Unsubscribe", "List-Unsubscribe-Post"
ONE_CLICK = "List-Unsubscribe=One-Click"


class OnOneLine(UniqueUnstructuredHeader):
	"""A header that is one word and stays on its line, as RFC 2369 has it; RFC 5322 allows 998 characters."""

	def fold(self, *, policy: EmailPolicy) -> str:
		"""Return the header as it is sent."""
		return f"{LIST}: {self}{policy.linesep}"


# Shared by all of Python's policies for mail, Frappe's among them.
registry: Any = SMTP.header_factory
registry.map_to_type(LIST.lower(), OnOneLine)


@contextmanager
def of(link: str) -> Iterator[None]:
	"""Give the mails that are built inside the block the two headers: Frappe takes no such header from who sends."""
	frappe.flags.crm_plus_opt_out_link = link
	try:
		yield
	finally:
		frappe.flags.crm_plus_opt_out_link = None


def write(message: Message) -> None:
	"""Write the headers into a mail that is being built; those outside the block stay as they are."""
	link = frappe.flags.crm_plus_opt_out_link
	if link:
		message[LIST], message[POST] = f"<{link}>", ONE_CLICK
