"""Find profiles and deals by any fragment of a name, e-mail or phone number; only what the reader may open.

First the questions that an index answers (begins with; a phone number's end, kept back to front), then, where these leave
room, the scan for a fragment in the middle, over the index and not the rows. Each of them asks within itself who may read
what it finds, so that nothing readable hides behind what is not; and what is found goes through `frappe.get_list`.
"""

from collections.abc import Iterator
from typing import Any

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.rows import readable_fields, readable_rows
from crm_plus.rules.contact_points import digits, phone_fragment
from crm_plus.rules.duplicates import words_of
from crm_plus.rules.quoted_text import escape_like
from crm_plus.rules.search_rank import rank

PERSONAL = {"email", "phone"}
LIMIT = 20
MIN_LENGTH = 2
# A shorter fragment stands in the middle of almost every name: for it only beginnings are looked at.
MIN_FRAGMENT = 3
# So many readable hits of one question are looked at; of a fragment that common, more letters tell more.
CANDIDATES = 300
# So many numbers whose digits come in the order of those typed are looked at, whether others stand between or not.
NUMBERS = 1000
# A limit that no table reaches: it keeps MariaDB from making one query of the two, which would read each row for the rule.
ALL = 2**62
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

	The questions tell names; what is shown of them is asked of those few.
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
	"""Return the names of readable records by a pattern, in the index's own order so that the database may stop early."""
	table = frappe.qb.DocType(doctype)
	hits = frappe.qb.from_(table).select(table.name).where(table[fieldname].like(pattern))
	return _readable_names(doctype, hits.orderby(table[fieldname]))


def _readable_names(doctype: str, hits: QueryBuilder) -> Names:
	"""Return those names among the hits, which an index alone answers, whose records the user may read."""
	rule, table = readable_rows(doctype), frappe.qb.DocType(doctype)
	if isinstance(rule, EmptyCriterion):
		return [row[0] for row in hits.limit(CANDIDATES).run()]
	each = hits.limit(ALL).as_("each")
	query = frappe.qb.from_(each).modifier("STRAIGHT_JOIN").join(table).on(table.name == each.name)
	return [row[0] for row in query.select(table.name).where(rule).limit(CANDIDATES).run()]


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


def _profiles_of_contacts(typed: str, number: str) -> Names:
	"""Return readable profiles whose Contacts, whoever they are, have the fragment."""
	if number:
		return _profiles_by_phone(number)
	like = f"%{escape_like(typed)}%"
	fields = (("Contact Email", "email_id", "parent"), ("Contact", "full_name", "name"))
	found: dict[str, None] = {}
	for doctype, fieldname, contact in fields:
		table, link = frappe.qb.DocType(doctype), frappe.qb.DocType("Dynamic Link")
		hits = (
			frappe.qb.from_(table)
			.join(link)
			.on(_to_profile(link) & (link.parent == table[contact]))
			.select(link.link_name.as_("name"))
			.where(table[fieldname].like(like))
		)
		found.update(dict.fromkeys(_readable_names("Customer Profile", hits)))
	return list(found)


def _to_profile(link: Any) -> Criterion:
	return (link.parenttype == "Contact") & (link.link_doctype == "Customer Profile")


def _profiles_by_phone(number: str) -> Names:
	"""Return readable profiles by a Contact's digits, however they are written: any characters may stand between them."""
	spread = "%" + "%".join(number) + "%"
	phone, link = frappe.qb.DocType("Contact Phone"), frappe.qb.DocType("Dynamic Link")
	profile = frappe.qb.DocType("Customer Profile")
	rule = readable_rows("Customer Profile")
	query = (
		frappe.qb.from_(phone)
		.join(link)
		.on(_to_profile(link) & (link.parent == phone.parent))
		.join(profile)
		.on(profile.name == link.link_name)
		.select(profile.name, phone.phone)
		.where(phone.phone.like(spread))
	)
	rows = (query if isinstance(rule, EmptyCriterion) else query.where(rule)).limit(NUMBERS).run()
	return list(dict.fromkeys(name for name, written in rows if number in digits(written)))


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
	deal, customer = frappe.qb.DocType("Deal"), frappe.qb.DocType("Customer Profile")
	of_customers = frappe.qb.from_(customer).join(deal).on(deal.customer_profile == customer.name)
	yield _readable_names("Deal", of_customers.select(deal.name).where(customer.full_name.like(f"{like}%")))
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
