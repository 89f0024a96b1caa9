"""Find profiles and deals by any fragment of a name, e-mail or phone number; only what the reader may open.

First the questions that an index answers (begins with; a phone number's end, kept back to front), then, where these leave
room, the scan for a fragment in the middle, over the index and not the rows. What is found goes through `frappe.get_list`,
so that roles, User Permissions and every app's own conditions hold.
"""

from collections.abc import Iterator
from typing import Any

import frappe

from crm_plus.access.rows import readable_fields
from crm_plus.rules.contact_points import digits, phone_fragment
from crm_plus.rules.duplicates import words_of
from crm_plus.rules.quoted_text import escape_like
from crm_plus.rules.search_rank import rank

PERSONAL = {"email", "phone"}
LIMIT = 20
MIN_LENGTH = 2
# A shorter fragment stands in the middle of almost every name: for it only beginnings are looked at.
MIN_FRAGMENT = 3
# So many contacts are looked at for a fragment; their profiles still have to be readable.
CONTACTS = 100
# So many hits of one question are looked at; of a fragment that common, more letters tell more.
CANDIDATES = 300
PROFILE_FIELDS = [
	"name",
	"full_name",
	"profile_type",
	"email",
	"phone",
	"phone_e164",
	"lifecycle_stage",
	"image",
]
DEAL_FIELDS = [
	"name",
	"title",
	"customer_profile",
	"stage",
	"status",
]
Names = list[str]


def find(text: str, limit: int = LIMIT) -> list[dict[str, Any]]:
	"""Return up to `limit` profiles and deals, best first: doctype, name, title, detail (lists of plain words)."""
	typed = " ".join(text.split())
	if len(typed) < MIN_LENGTH or not words_of(typed):
		return []
	limit = max(1, min(limit, LIMIT))
	found = [*_profiles(typed, limit), *_deals(typed, limit)]
	found.sort(key=lambda hit: (hit["rank"], hit["doctype"] == "Deal", hit["title"].casefold()))
	return found[:limit]


def _profiles(typed: str, limit: int) -> list[dict[str, Any]]:
	number = phone_fragment(typed) if readable_fields("Customer Profile") >= PERSONAL else ""
	rows = _readable("Customer Profile", PROFILE_FIELDS, _profile_questions(typed, number), limit)
	return [_profile_hit(typed, number, row) for row in rows]


def _readable(doctype: str, fields: list[str], questions: Iterator[Names], limit: int) -> list[Any]:
	"""Return up to `limit` of the found records that the user may read, asking no further than needed.

	The questions look at names only, which an index alone answers; who may read what is asked about those few.
	"""
	rows: dict[str, Any] = {}
	if not frappe.has_permission(doctype, "read"):
		return []
	known = [field for field in fields if field in {"name", *readable_fields(doctype)}]
	for names in questions:
		new = [name for name in names if name not in rows]
		if new:
			found = frappe.get_list(doctype, filters={"name": ["in", new]}, fields=known, limit=limit)
			rows.update({row.name: row for row in found})
		if len(rows) >= limit:
			break
	return list(rows.values())


def _names_like(doctype: str, fieldname: str, pattern: str) -> Names:
	"""Return the names of records by a pattern, in the index's own order so that the database may stop early."""
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.name).where(table[fieldname].like(pattern))
	return [row[0] for row in query.orderby(table[fieldname]).limit(CANDIDATES).run()]


def _profile_questions(typed: str, number: str) -> Iterator[Names]:
	"""Yield names of profiles, from what an index answers to what must be scanned."""
	doctype, like = "Customer Profile", escape_like(typed)
	if number:
		yield _names_like(doctype, "phone_reversed", f"{number[::-1]}%")
		yield _names_like(doctype, "phone_e164", f"+{number}%")
	yield _names_like(doctype, "full_name", f"{like}%")
	# Whom an address or a number belongs to is asked for those alone who may read it.
	personal = readable_fields(doctype) >= PERSONAL
	if personal:
		yield _names_like(doctype, "email", f"{like}%")
	yield [typed]
	if len(typed) < MIN_FRAGMENT:
		return
	if number:
		yield _names_like(doctype, "phone_e164", f"%{number}%")
	yield _names_like(doctype, "full_name", f"%{like}%")
	if personal:
		yield _names_like(doctype, "email", f"%{like}%")
		yield _profiles_of_contacts(typed, number)


def _profiles_of_contacts(typed: str, number: str) -> list[str]:
	"""Return profiles whose Contacts, whoever they are, have the fragment. The caller asks which of them are readable."""
	names = _contacts_by_phone(number) if number else _contacts_by_text(typed)
	if not names:
		return []
	filters = {"parenttype": "Contact", "parent": ["in", sorted(names)], "link_doctype": "Customer Profile"}
	return frappe.get_all("Dynamic Link", filters=filters, pluck="link_name", distinct=True)


def _contacts_by_phone(number: str) -> set[str]:
	"""Return Contacts with the digits, however they are written: any characters may stand between them."""
	spread = "%" + "%".join(number) + "%"
	rows = frappe.get_all(
		"Contact Phone",
		filters={"phone": ["like", spread]},
		fields=["parent", "phone"],
		limit=CONTACTS,
		order_by=None,
	)
	return {row.parent for row in rows if number in digits(row.phone)}


def _contacts_by_text(typed: str) -> set[str]:
	like = f"%{escape_like(typed)}%"
	by_email = frappe.get_all(
		"Contact Email", filters={"email_id": ["like", like]}, pluck="parent", limit=CONTACTS, order_by=None
	)
	by_name = frappe.get_all(
		"Contact", filters={"full_name": ["like", like]}, pluck="name", limit=CONTACTS, order_by=None
	)
	return {*by_email, *by_name}


def _profile_hit(typed: str, number: str, row: Any) -> dict[str, Any]:
	return {
		"doctype": "Customer Profile",
		"name": row.name,
		"title": row.full_name,
		"detail": [part for part in (row.email, row.phone) if part],
		"stage": row.lifecycle_stage,
		"rank": rank(typed, number, [row.full_name, row.email, row.name], [row.phone_e164 or row.phone]),
	}


def _deals(typed: str, limit: int) -> list[dict[str, Any]]:
	rows = _readable("Deal", DEAL_FIELDS, _deal_questions(typed), limit)
	# A query of its own: a field of the linked profile in the list's query breaks where both have conditions.
	profiles = sorted({row.customer_profile for row in rows if row.customer_profile})
	filters = {"name": ["in", profiles]}
	pairs = (
		frappe.get_all("Customer Profile", filters, ["name", "full_name"], as_list=True) if profiles else []
	)
	customers = dict(pairs)
	return [_deal_hit(typed, row, customers.get(row.customer_profile)) for row in rows]


def _deal_questions(typed: str) -> Iterator[Names]:
	"""Yield names of deals by title and number, then those of customers whose name begins with what was typed."""
	like = escape_like(typed)
	yield _names_like("Deal", "title", f"{like}%")
	yield [typed]
	customers = _names_like("Customer Profile", "full_name", f"{like}%")[:LIMIT]
	if customers:
		deal = frappe.qb.DocType("Deal")
		query = frappe.qb.from_(deal).select(deal.name).where(deal.customer_profile.isin(customers))
		yield [row[0] for row in query.limit(CANDIDATES).run()]
	if len(typed) >= MIN_FRAGMENT:
		yield _names_like("Deal", "title", f"%{like}%")


def _deal_hit(typed: str, row: Any, customer: str | None) -> dict[str, Any]:
	return {
		"doctype": "Deal",
		"name": row.name,
		"title": row.title,
		"detail": [customer] if customer else [],
		"stage": row.status,
		"rank": rank(typed, "", [row.title, row.name], []),
	}
