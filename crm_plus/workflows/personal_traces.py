"""Erases what Frappe keeps of one person away from our records: contacts, what was searched and tagged, queued and deleted.

It writes past the documents, as `personal_data` does, which calls it.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.utils import global_search

from crm_plus.rules.personal_data import REDACTED, WHOLE, without
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows.personal_records import PROFILE, Records, nobody
from crm_plus.workflows.personal_talk_fields import TALK_FIELDS

OF_CONTACT = (
	"middle_name",
	"last_name",
	"email_id",
	"phone",
	"mobile_no",
	"designation",
	"department",
	"image",
)
# How a Customer's own form shows whom to reach; who bought what stays.
OF_CUSTOMER = ("email_id", "mobile_no")
ALONE = (PROFILE, *WHOLE)
REBUILD = "frappe.utils.global_search.rebuild_for_doctype"
SEARCHED = ("Address", "Communication", "Contact", "Event", "ToDo", "Deal", *ALONE, *PROFILE_FIELDS)


def erase(email: str, records: Records) -> None:
	"""Erase the traces of the person with this address. May be repeated."""
	_forget_tags(records)
	_redact_senders(email)
	_redact_events(email, records)
	_forget_queued(email)
	_redact_contacts(email, records)
	_redact_links(records)
	frappe.db.set_value("Customer", {"email_id": email}, dict.fromkeys(OF_CUSTOMER), update_modified=False)


def forget_former_name(contact: str) -> None:
	"""Take away what Frappe says of a contact's former name in its history."""
	frappe.db.delete("Comment", {"reference_doctype": "Contact", "reference_name": contact})


def erase_searched(names: Iterable[str]) -> None:
	"""Take the person from the table that Frappe's global search reads, but for the ledgers' parties and papers."""
	global_search.sync_global_search()  # what waits to be searched would come back after
	for word in names:
		found = {"doctypes": SEARCHED, "word": f"%{word}%"}
		frappe.db.sql(
			"""delete from `__global_search` where doctype in %(doctypes)s
			and (content like %(word)s or title like %(word)s or name like %(word)s)""",
			found,
		)
	# Frappe does so as soon as a contact is renamed: then a worker reads what was before this is committed.
	frappe.enqueue(REBUILD, doctype="Contact", enqueue_after_commit=True)


def _forget_tags(records: Records) -> None:
	"""Take tags off what is about the person alone: they may name him, and keep the title of what they are on."""
	for doctype in ALONE:
		for name in records.by_doctype[doctype]:
			_write(doctype, name, {"_user_tags": None})
			frappe.db.delete("Tag Link", {"document_type": doctype, "document_name": name})
	for name in records.by_doctype["Deal"]:
		where = {"document_type": "Deal", "document_name": name}
		for link in frappe.get_all("Tag Link", where, ["name", "title"]):
			_write("Tag Link", link.name, {"title": without(link.title, records.names)})


def _redact_senders(email: str) -> None:
	"""Take the name that a mail program gave: Frappe makes one of the address, in a spelling that is in no text."""
	for name in frappe.get_all("Communication", {"sender": email}, pluck="name"):
		_write("Communication", name, {"sender_full_name": REDACTED, "phone_no": None})


def _redact_events(email: str, records: Records) -> None:
	"""Take the person out of calendar entries that name him among others, and redact those of him alone."""
	guests = frappe.get_all("Event Participants", {"email": email}, ["name", "parent"])
	for profile in records.by_doctype[PROFILE]:
		named = {"reference_doctype": PROFILE, "reference_docname": profile}
		guests += frappe.get_all("Event Participants", named, ["name", "parent"])
	for guest in guests:
		_write("Event Participants", guest.name, {"email": None})
	for event in {guest.parent for guest in guests}:
		values = frappe.db.get_value("Event", event, ["subject", "description"], as_dict=True) or {}
		is_his = frappe.db.count("Event Participants", {"parent": event}) == 1
		for field, text in values.items():
			_write("Event", event, {field: text and (REDACTED if is_his else without(text, records.names))})


def _forget_queued(email: str) -> None:
	"""Delete what waits for, or went to, the person alone: an outreach has a mail for each."""
	for queued in frappe.get_all(
		"Email Queue Recipient", {"recipient": email}, pluck="parent", distinct=True
	):
		if frappe.db.count("Email Queue Recipient", {"parent": queued}) == 1:
			frappe.db.delete("Email Queue Recipient", {"parent": queued})
			frappe.db.delete("Email Queue", {"name": queued})


def _redact_contacts(email: str, records: Records) -> None:
	"""Take from the person's contacts what Frappe leaves there: the names together, and the rows of addresses and numbers.

	Frappe takes the rest, of one contact: it gives all of them the same name, and breaks on the second. So those go here.
	"""
	main = frappe.get_all("Contact", {"email_id": email}, pluck="name", order_by="creation, name")
	for name in records.contacts:
		_write("Contact", name, {"full_name": REDACTED})
		# Frappe renames the contact, and leaves its former name here.
		frappe.db.delete("Communication Link", {"link_doctype": "Contact", "link_name": name})
		for table in ("Contact Email", "Contact Phone"):
			frappe.db.delete(table, {"parent": name, "parenttype": "Contact"})
		if name not in main[:1]:
			_write("Contact", name, {**dict.fromkeys(OF_CONTACT), "first_name": REDACTED})
			forget_former_name(frappe.rename_doc("Contact", name, nobody(), force=True, show_alert=False))


def _redact_links(records: Records) -> None:
	"""Take the person's name from where contacts and addresses say to whom they belong."""
	profiles = ["in", records.by_doctype[PROFILE] or [""]]
	for link in frappe.get_all(
		"Dynamic Link", {"link_doctype": PROFILE, "link_name": profiles}, pluck="name"
	):
		_write("Dynamic Link", link, {"link_title": REDACTED})


def redact_deleted(records: Records) -> None:
	"""Empty what Frappe has kept of deleted records of ours, and of files on them, that name the person or his profile."""
	ours = frappe.get_all("DocType", {"module": "CRM Plus"}, pluck="name")
	numbers = (number.removeprefix("+") for number in records.numbers.own)
	for word in (*records.names, *(f'"{profile}"' for profile in records.by_doctype[PROFILE]), *numbers):
		where = {"deleted_doctype": ["in", [*ours, "File", *TALK_FIELDS]], "data": ["like", f"%{word}%"]}
		for name in frappe.get_all("Deleted Document", where, pluck="name"):
			_write("Deleted Document", name, {"data": "{}"})


def _write(doctype: str, name: str, values: dict[str, Any]) -> None:
	frappe.db.set_value(doctype, name, values, update_modified=False)
