"""Which phone numbers are one person's own, and which somebody else has too: a switchboard does not say who spoke."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import frappe

from crm_plus.rules import contact_points
from crm_plus.setup.compatibility import PERSON_NUMBERS, doctype_exists
from crm_plus.workflows.capture_numbers import as_dialled, contacts_of_numbers

PROFILE = "Customer Profile"
Record = tuple[str, str]  # DocType, name


@dataclass(frozen=True)
class Numbers:
	"""A person's numbers as dialled: those that he alone has, and those that somebody else has too."""

	own: frozenset[str]
	common: frozenset[str]


def contacts_of(email: str, parties: Iterable[Record], names: Iterable[str]) -> list[str]:
	"""Return the contacts with a person's address, and those of his profile and its parties that are called as he is."""
	found = frappe.get_all("Contact", {"email_id": email}, pluck="name", order_by="creation, name")
	found += frappe.get_all("Contact Email", {"email_id": email, "parenttype": "Contact"}, pluck="parent")
	called = {name.casefold() for name in names}
	for doctype, name in parties:
		where = {"link_doctype": doctype, "link_name": name, "parenttype": "Contact"}
		linked = frappe.get_all("Dynamic Link", where, pluck="parent")
		rows = frappe.get_all("Contact", {"name": ["in", linked or [""]]}, ["name", "full_name"])
		found += [row.name for row in rows if (row.full_name or "").casefold() in called]
	return list(dict.fromkeys(found))


def numbers_of(parties: Collection[Record], contacts: list[str], written: Iterable[str | None]) -> Numbers:
	"""Return the numbers of a person: those that stand on his profile, and those of his contacts and leads."""
	rows = {"parenttype": "Contact", "parent": ["in", contacts or [""]]}
	texts = [*written, *frappe.get_all("Contact Phone", rows, pluck="phone")]
	for doctype, name in parties:
		if doctype in PERSON_NUMBERS and doctype_exists(doctype):
			texts += frappe.db.get_value(doctype, name, PERSON_NUMBERS[doctype]) or ()
	dialled = {as_dialled(text) for text in texts if text}
	numbers = {number for number in dialled if contact_points.tail(number)}
	profiles = [name for doctype, name in parties if doctype == PROFILE]
	common = {number for number in numbers if somebody_else_has(number, profiles, contacts)}
	return Numbers(frozenset(numbers - common), frozenset(common))


def somebody_else_has(number: str, profiles: Collection[str], contacts: Collection[str]) -> bool:
	"""Tell whether another profile, of a person or an organization, or another contact has a number too."""
	others = {"phone_e164": number, "name": ["not in", list(profiles) or [""]]}
	return bool(frappe.db.exists(PROFILE, others) or set(contacts_of_numbers([number])) - set(contacts))


def spellings(text: str | None) -> set[str]:
	"""Return the numbers that a text may stand for: WhatsApp and some exchanges leave the plus out."""
	found = {as_dialled(text or ""), f"+{contact_points.digits(text)}"}
	return {number for number in found if contact_points.tail(number)}
