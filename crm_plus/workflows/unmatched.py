"""The tray of messages that match no customer: each waits as one row, and leaves it when the message finds its place."""

from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, strip_html
from frappe.utils.html_utils import sanitize_html

from crm_plus.rules import capture as rules
from crm_plus.rules.capture import Person, Source
from crm_plus.rules.interactions import INCOMING
from crm_plus.workflows import capture_findings

TRAY = "Unmatched Mail"
WAITING, ASIDE, BY_HAND = "Waiting", "Set Aside", "By Hand"
TO_BE_LOOKED_AT = (rules.STRANGER, rules.FAILED)
LONGEST_LINE, LONGEST_PREVIEW = 140, 3000
TARGETS = ("Deal", "Customer Profile")


def keep(source: Source, reason: str, other: Person) -> None:
	"""Put a message into the tray, or set it aside where the reason says that nobody needs to look at it."""
	values = {
		"subject": _line(source.subject) or _("(no subject)"),
		"address": _line(other.who),
		"full_name": _line(other.full_name),
		"received_on": source.starts_on,
		"direction": source.direction,
		"replies_to": source.replies_to,
	}
	_write(source.doctype, source.name, values, reason)


def keep_failed(doctype: str, name: str) -> None:
	"""Put a message that could not be read into the tray, so that somebody sees it. Other sources have no tray."""
	if doctype != "Communication" or not frappe.db.exists(doctype, name):
		return
	stored = frappe.db.get_value(doctype, name, ["subject", "sender", "creation"], as_dict=True)
	values = {"subject": _line(stored.subject), "address": _line(stored.sender), "direction": INCOMING}
	_write(doctype, name, {**values, "received_on": stored.creation}, rules.FAILED)


def _line(text: str | None) -> str:
	"""Return a stranger's text as one line, as Frappe would store it: what changes later is written past the document."""
	line = " ".join(cstr(text).encode("utf-8", "replace").decode().split())[:LONGEST_LINE]
	return sanitize_html(line)[:LONGEST_LINE] if "<" in line or ">" in line else line


def _write(doctype: str, name: str, values: dict[str, Any], reason: str) -> None:
	row = find(doctype, name)
	status = WAITING if reason in TO_BE_LOOKED_AT else ASIDE
	key = rules.source_key(doctype, name)
	if row is None:
		new = {"doctype": TRAY, "source_doctype": doctype, "source_name": name, "source_key": key}
		frappe.get_doc({**new, **values, "status": status, "reason": reason}).insert(
			ignore_permissions=True  # safe: the tray tells no more than the message; access.mail_tray says who reads it
		)
		return
	if row.reason == BY_HAND:
		status, reason = ASIDE, BY_HAND
	wanted = {**values, "status": status, "reason": reason}
	if any(cstr(row.get(field)) != cstr(value) for field, value in wanted.items()):
		frappe.db.set_value(TRAY, row.name, wanted)


def find(doctype: str, name: str) -> Any:
	"""Return a message's row in the tray."""
	where = {"source_key": rules.source_key(doctype, name)}
	return frappe.db.get_value(TRAY, where, "*", as_dict=True)


def forget(doctype: str, name: str) -> bool:
	"""Take a message out of the tray; tells whether it was there."""
	row = find(doctype, name)
	if row:
		frappe.db.delete(TRAY, {"name": row.name})
	return bool(row)


def answers_to(name: str) -> list[str]:
	"""Return the messages in the tray that answer a message."""
	return frappe.get_all(TRAY, {"replies_to": name}, pluck="source_name")


def waiting_from(addresses: Collection[str]) -> list[tuple[str, str]]:
	"""Return (DocType, name) of the messages that wait for somebody to know one of these addresses.

	So do those about a record of another kind, such as a ticket: they are the customer's as soon as there is one.
	"""
	if not addresses:
		return []
	return frappe.get_all(
		TRAY,
		{"address": ["in", list(addresses)]},
		["source_doctype", "source_name"],
		or_filters={"status": WAITING, "reason": rules.ELSEWHERE},
		as_list=True,
	)


def preview(row: Document) -> str:
	"""Return the beginning of a message as plain text: no markup, no pictures, nothing that runs or loads."""
	stored = frappe.db.get_value(row.source_doctype, row.source_name, ["text_content", "content"]) or ()
	text = next((cstr(part) for part in stored if part), "")
	return strip_html(text[: LONGEST_PREVIEW * 10]).strip()[:LONGEST_PREVIEW]


def link(row: Document, doctype: str, name: str) -> None:
	"""Give a message its place: Frappe's own reference, so that the answers to it thread there by themselves.

	Raises frappe.ValidationError where the message is placed already, or is to be linked to anything but a deal or profile.
	"""
	if doctype not in TARGETS:
		frappe.throw(_("Link a message to a deal or a customer."))
	message = _locked_message(row)
	if message.reference_name and not _is_free(message):
		# It belongs to a record of another kind, where it stays; it is shown here as well.
		message.add_link(doctype, name)
	else:
		message.reference_doctype, message.reference_name = doctype, name
		message.status = "Linked"
	message.save(ignore_permissions=True)  # safe: the caller may read the tray and write what it is linked to


def _is_free(message: Any) -> bool:
	return not frappe.db.exists(message.reference_doctype, message.reference_name)


def _locked_message(row: Document) -> Any:
	"""Lock a row of the tray and return its message. Raises frappe.ValidationError where it was placed meanwhile."""
	if not frappe.db.get_value(TRAY, row.name, "name", for_update=True):
		frappe.throw(_("This message has found its place meanwhile; reload the list."))
	if row.source_doctype != "Communication" or not frappe.db.exists("Communication", row.source_name):
		frappe.throw(_("This message is no longer there; reload the list."))
	return frappe.get_doc("Communication", row.source_name)


def make_profile(row: Document) -> str:
	"""Make a profile of whom a message is from, or take the one that has the address by now; returns its name.

	Raises frappe.ValidationError where the message has no address.
	"""
	if not row.address:
		frappe.throw(_("This message has no address to make a customer of; link it to one instead."))
	frappe.db.commit()  # nothing was written yet: what is read under the lock must not be the state of before it
	# The lock on the address's rows lets the second of two people find what the first has made.
	tray = frappe.qb.DocType(TRAY)
	frappe.qb.from_(tray).select(tray.name).where(tray.address == row.address).for_update().run()
	address = row.address.lower()
	is_number = "@" not in address
	known = capture_findings.profiles_of([] if is_number else [address], [address] if is_number else [])
	if matches := known.get(address):
		return matches[0].profile
	name = rules.name_from(Person(row.address, cstr(row.full_name)))
	reached = {"phone" if is_number else "email": row.address}
	values = {"profile_type": "Person", "full_name": name, **reached}
	return frappe.get_doc({"doctype": "Customer Profile", **values}).insert().name


def set_aside(row: Document) -> None:
	"""Take a message out of sight: it is nobody's business here, and stays counted."""
	_decide(row, ASIDE, BY_HAND)


def take_back(row: Document) -> None:
	"""Bring a message that was set aside back into the tray."""
	_decide(row, WAITING, rules.STRANGER)


def _decide(row: Document, status: str, reason: str) -> None:
	"""Write what somebody decided, so that the record's history says who."""
	row.update({"status": status, "reason": reason})
	row.save(
		ignore_permissions=True, ignore_version=False
	)  # safe: the caller may see it, and presses no more than this
