"""Whose the phone numbers of calls, SMS and chats are: by the profile's own number, and by the contacts linked to it."""

from collections import defaultdict
from collections.abc import Collection

import frappe

from crm_plus.rules import contact_points
from crm_plus.rules.capture import Match
from crm_plus.workflows.profiles import phone_country

PROFILE = "Customer Profile"
# So many contacts' numbers whose digits come in the right order are looked at, whatever stands between them.
MOST_CONTACTS = 100


def as_dialled(number: str) -> str:
	"""Return a number as +<country><number>, by which two spellings are one; as it is written where it cannot be one."""
	return contact_points.e164(number, phone_country()) or number.strip()


def profiles_of_numbers(numbers: Collection[str]) -> dict[str, list[Match]]:
	"""Return the profiles whose own number each of these is, however both are written."""
	keys = {number: as_dialled(number) for number in numbers}
	if not keys:
		return {}
	among = {"phone_e164": ["in", sorted(set(keys.values()))]}
	by_key: dict[str, list[Match]] = defaultdict(list)
	for name, key, kind in frappe.get_all(
		PROFILE, among, ["name", "phone_e164", "profile_type"], as_list=True
	):
		by_key[key].append(Match(name, "", kind == "Person"))
	return {number: by_key[key] for number, key in keys.items() if key in by_key}


def contacts_of_numbers(numbers: Collection[str]) -> dict[str, str]:
	"""Return the Contacts that have one of these numbers, each with it; one query a number, as Frappe keeps them as typed."""
	found = {}
	for number in numbers:
		for contact, written in _ending_like(contact_points.tail(as_dialled(number))):
			if as_dialled(written) == as_dialled(number):
				found[contact] = number
	return found


def _ending_like(tail: str) -> list[tuple[str, str]]:
	"""Return (Contact, number) where the digits of a number's end come in this order."""
	if not tail:
		return []
	return frappe.get_all(
		"Contact Phone",
		{"parenttype": "Contact", "phone": ["like", f"%{'%'.join(tail)}%"]},
		["parent", "phone"],
		order_by="creation",
		limit=MOST_CONTACTS,
		as_list=True,
	)
