"""Find profiles and deals by any fragment of a name, e-mail or phone number; only what the reader may open.

First the questions that an index answers (begins with; a phone number's end, kept back to front), then, where these leave
room, the scan for a fragment in the middle, which stops at the first LIMIT hits. All through `frappe.get_list`, so that
roles, User Permissions and every app's own conditions hold.
"""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.query_builder import Order

from crm_plus.rules.contact_points import digits, phone_fragment
from crm_plus.rules.duplicates import words_of
from crm_plus.rules.search_rank import OTHER, rank

LIMIT = 20
MIN_LENGTH = 2
# A shorter fragment stands in the middle of almost every name: for it only beginnings are looked at.
MIN_FRAGMENT = 3
# So many contacts are looked at for a fragment; their profiles still have to be readable.
CONTACTS = 100
WILDCARDS = frozenset("%_\\")
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
	"customer_profile.full_name as customer",
	"stage",
	"status",
]
Filters = list[list[Any]]


def find(text: str, limit: int = LIMIT) -> list[dict[str, Any]]:
	"""Return up to `limit` profiles and deals, best first: doctype, name, title, detail (lists of plain words)."""
	typed = " ".join(text.split())
	if len(typed) < MIN_LENGTH or not words_of(typed):
		return []
	limit = max(1, min(limit, LIMIT))
	found = [*_profiles(typed, limit), *_deals(typed, limit)]
	if WILDCARDS & set(typed):
		# Frappe offers no way to escape them in a filter, so what only they matched is dropped here.
		found = [hit for hit in found if hit["rank"] < OTHER]
	found.sort(key=lambda hit: (hit["rank"], hit["doctype"] == "Deal", hit["title"].casefold()))
	return found[:limit]


def _profiles(typed: str, limit: int) -> list[dict[str, Any]]:
	if not frappe.has_permission("Customer Profile", "read"):
		return []
	number, rows = phone_fragment(typed), {}
	for filters in _profile_questions(typed, number):
		if len(rows) < limit:
			fieldname = filters[0][0]
			for row in frappe.get_list(
				"Customer Profile",
				filters=filters,
				fields=PROFILE_FIELDS,
				order_by=_order(fieldname),
				limit=limit,
			):
				rows.setdefault(row.name, row)
	return [_profile_hit(typed, number, row) for row in rows.values()]


def _order(fieldname: str) -> str:
	"""Read in the index's own order where there is one, so that the database may stop early."""
	return (
		"`tabCustomer Profile`.`name` asc"
		if fieldname == "name"
		else f"`tabCustomer Profile`.`{fieldname}` asc"
	)


def _profile_questions(typed: str, number: str) -> Iterator[Filters]:
	"""Yield filters, from what an index answers to what must be scanned."""
	if number:
		yield [["phone_reversed", "like", f"{number[::-1]}%"]]
		yield [["phone_e164", "like", f"+{number}%"]]
	yield [["full_name", "like", f"{typed}%"]]
	yield [["email", "like", f"{typed}%"]]
	yield [["name", "=", typed]]
	if len(typed) < MIN_FRAGMENT:
		return
	if number:
		yield [["phone_e164", "like", f"%{number}%"]]
	yield [["full_name", "like", f"%{typed}%"]]
	yield [["email", "like", f"%{typed}%"]]
	linked = _profiles_of_contacts(typed, number)
	if linked:
		yield [["name", "in", linked]]


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
	like = f"%{typed}%"
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
	"""Return deals by a fragment of their title, or by their customer's name; open ones first."""
	if not frappe.has_permission("Deal", "read"):
		return []
	rows: dict[str, Any] = {}
	questions = [[["title", "like", f"{typed}%"]], [["name", "=", typed]]]
	if len(typed) >= MIN_FRAGMENT:
		questions += [[["title", "like", f"%{typed}%"]]]
	for filters in [*questions, *_deals_of_customers(typed)]:
		if len(rows) < limit:
			for row in frappe.get_list(
				"Deal", filters=filters, fields=DEAL_FIELDS, order_by=None, limit=limit
			):
				rows.setdefault(row.name, row)
	return [_deal_hit(typed, row) for row in rows.values()]


def _deals_of_customers(typed: str) -> Iterator[Filters]:
	"""Yield the question for the deals of the profiles whose name begins with what was typed."""
	profile = frappe.qb.DocType("Customer Profile")
	query = frappe.qb.from_(profile).select(profile.name).where(profile.full_name.like(f"{typed}%"))
	names = [row[0] for row in query.orderby(profile.full_name, order=Order.asc).limit(LIMIT).run()]
	if names:
		yield [["customer_profile", "in", names]]


def _deal_hit(typed: str, row: Any) -> dict[str, Any]:
	return {
		"doctype": "Deal",
		"name": row.name,
		"title": row.title,
		"detail": [row.customer] if row.customer else [],
		"stage": row.status,
		"rank": rank(typed, "", [row.title, row.name], []),
	}
