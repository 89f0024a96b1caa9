"""What a Communication says about itself: mail, chat, SMS and the like, as capture reads it. Its body is never read."""

from datetime import datetime
from email.utils import getaddresses
from typing import Any

import frappe
from frappe.utils import cstr, get_datetime

from crm_plus.rules import capture as rules
from crm_plus.rules.capture import Person, Source
from crm_plus.rules.interactions import INCOMING, OUTGOING
from crm_plus.workflows.capture_numbers import as_dialled

DOCTYPE = "Communication"
TYPES = {
	**{"": "Email", "Email": "Email", "Chat": "Chat", "Phone": "Call", "SMS": "SMS"},
	**{"Meeting": "Meeting", "Visit": "Visit", "Event": "Meeting", "Other": "Note"},
}
FIELDS = (
	*("communication_type", "communication_medium", "sent_or_received", "subject", "communication_date"),
	*("sender", "sender_full_name", "recipients", "cc", "bcc", "reference_doctype", "reference_name"),
	*("in_reply_to", "user", "creation", "email_status", "owner", "phone_no"),
)
# Written by Frappe for each participant of an Event, which is captured itself.
SHADOWS = ("Event",)


def read(name: str) -> Source | None:
	"""Return what a Communication says, None where it is gone or is no message between people."""
	row = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	if not row or row.communication_type != "Communication" or row.reference_doctype in SHADOWS:
		return None
	links = frappe.get_all(
		"Communication Link",
		{"parent": name, "parenttype": DOCTYPE},
		["link_doctype", "link_name"],
		order_by="idx",
		as_list=True,
	)
	return _source(name, row, list(links))


def _source(name: str, row: Any, links: list[tuple[str, str]]) -> Source:
	is_received = row.sent_or_received == "Received"
	reference = (cstr(row.reference_doctype), cstr(row.reference_name))
	answers = cstr(row.in_reply_to) or (reference[1] if reference[0] == DOCTYPE else "")
	threads = [link for link in links if link[0] == "Deal"]
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type=TYPES.get(cstr(row.communication_medium), "Email"),
		direction=INCOMING if is_received else OUTGOING,
		subject=cstr(row.subject),
		starts_on=rules.happened_on(_moment(row.communication_date), get_datetime(row.creation)),
		owner="" if is_received else _user(row),
		people=_people(row, is_received),
		records=tuple(record for record in (reference, *threads) if all(record) and record[0] != DOCTYPE),
		links=tuple(link for link in links if link[0] not in (DOCTYPE, "Deal")),
		replies_to="" if answers == name else answers,
		is_message=True,
		set_aside=rules.SPAM if row.email_status in ("Spam", "Trash") else "",
	)


def _moment(value: Any) -> datetime | None:
	return get_datetime(value) if value else None


def _user(row: Any) -> str:
	"""Return which of our people sent a message: whoever wrote it, not the account that it left by."""
	candidates = [cstr(row.user), cstr(row.sender), cstr(row.owner)]
	found = frappe.get_all("User", {"name": ["in", candidates], "user_type": "System User"}, pluck="name")
	named = [name for name in candidates if name in found and name != "Administrator"]
	return (named or [name for name in candidates if name in found] or [""])[0]


def _people(row: Any, is_received: bool) -> tuple[Person, ...]:
	sender = Person(_clean(cstr(row.sender)), cstr(row.sender_full_name), rules.SENDER)
	people = [sender] if is_received and sender.address else []
	for text, role in ((row.recipients, rules.RECIPIENT), (row.cc, rules.COPIED), (row.bcc, rules.COPIED)):
		people += [Person(_clean(address), name, role) for name, address in _addresses(cstr(text))]
	once = {person.address: person for person in reversed(people) if person.address}
	if not once and row.phone_no:
		role = rules.SENDER if is_received else rules.RECIPIENT
		return (Person(number=as_dialled(row.phone_no), full_name=cstr(row.sender_full_name), role=role),)
	return tuple(person for person in people if once[person.address] is person)


def _addresses(text: str) -> list[tuple[str, str]]:
	"""Return (name, address) of each recipient; what is no address is left out, broken headers read as far as they go."""
	parts = getaddresses([text.replace("\n", ",").replace(";", ",")])
	return [(name.strip(), address) for name, address in parts if "@" in address]


def _clean(address: str) -> str:
	found = _addresses(address)
	return (found[0][1] if found else "").strip().strip("<>'\"").lower()[:140]
