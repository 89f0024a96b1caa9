"""Mail and other messages: shown on the deals of the document that they are about, and captured as interactions."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.rules.capture import Source
from crm_plus.workflows import capture, mail_links, mail_source


@never_in_the_way()
def validate(doc: Any, method: str | None = None) -> None:
	"""Show the mail on the timelines of the document's deals and of their customer, through Frappe's own links."""
	mail_links.link_to_deals(doc)


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Note a message between people; it is captured after the commit, in the background."""
	if doc.communication_type == "Communication" and doc.reference_doctype not in mail_source.SHADOWS:
		capture.note(doc.doctype, doc.name)


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Note that a message goes: its interaction goes with it."""
	if doc.communication_type == "Communication":
		capture.note(doc.doctype, doc.name)


def read(name: str) -> Source | None:
	"""Return what a message says, for capture."""
	return mail_source.read(name)
