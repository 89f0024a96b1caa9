"""The calls, WhatsApp messages and SMS of one person, which know him by his number: found, given and erased.

A talk is his where he alone has its number, or where it was put to him and nobody else has that number. Of a number that others
have too nobody can tell who spoke: such a talk stays, with its number, and loses his name and the link to him alone.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import Criterion
from frappe.utils import create_batch, cstr

from crm_plus.rules import contact_points
from crm_plus.rules.personal_data import REDACTED, redacted_history, without
from crm_plus.setup.compatibility import PERSON_NUMBERS, doctype_exists
from crm_plus.workflows import personal_files
from crm_plus.workflows.personal_numbers import Numbers, Record, somebody_else_has, spellings
from crm_plus.workflows.personal_talk_fields import TALK_FIELDS, TalkFields

BATCH = 500
TRAY = "Unmatched Mail"
HIS = ("Contact", "Customer Profile", *PERSON_NUMBERS)


@dataclass(frozen=True)
class Talk:
	"""A document of another app, the fields with his number in it, and whether it is his alone."""

	doctype: str
	name: str
	sides: tuple[str, ...]
	is_his: bool


def find(numbers: Numbers, interactions: list[str], records: list[Record]) -> list[Talk]:
	"""Return the talks of a person by his numbers, by his interactions, and by the links to his records."""
	put_to_him = _sources_of(interactions, numbers)
	found = []
	for doctype in filter(doctype_exists, TALK_FIELDS):
		fields = TALK_FIELDS[doctype].present(doctype)
		known = put_to_him.get(doctype, set()) | _linked(doctype, records)
		if not fields.sides:
			continue  # another app's document of that name
		rows = {
			row.name: row
			for batch in create_batch(sorted(known), BATCH)
			for row in _rows(doctype, fields, batch)
		}
		if fields.by_number:
			rows |= {row.name: row for row in _rows_of_numbers(doctype, fields, numbers)}
		found += list(_judged(doctype, fields, rows.values(), numbers, (known, records)))
	return found


def _sources_of(interactions: list[str], numbers: Numbers) -> dict[str, set[str]]:
	"""Return what the interactions, and what waits in the tray from his own numbers, were captured from, by DocType."""
	found: dict[str, set[str]] = {}
	asked = ["source_doctype", "source_name"]
	rows = frappe.get_all(TRAY, {"address": ["in", sorted(numbers.own) or [""]]}, asked)
	for batch in create_batch(interactions, BATCH):
		where = {"name": ["in", batch], "source_doctype": ["in", list(TALK_FIELDS)]}
		rows += frappe.get_all("Interaction", where, asked)
	for row in rows:
		found.setdefault(row.source_doctype, set()).add(row.source_name)
	return found


def _linked(doctype: str, records: list[Record]) -> set[str]:
	found: set[str] = set()
	for kind in HIS:
		names = [name for of, name in records if of == kind]
		where = {"parenttype": doctype, "link_doctype": kind, "link_name": ["in", names or [""]]}
		found |= set(frappe.get_all("Dynamic Link", where, pluck="parent"))
	return found


def _rows(doctype: str, fields: TalkFields, names: Collection[str]) -> list[Any]:
	table = frappe.qb.DocType(doctype)
	asked = [table[field] for field in ("name", *fields.direction, *fields.sides)]
	query = frappe.qb.from_(table).select(*asked).where(table.name.isin(list(names)))
	for field, value in fields.only:
		query = query.where(table[field] == value)
	return query.run(as_dict=True)


def _rows_of_numbers(doctype: str, fields: TalkFields, numbers: Numbers) -> list[Any]:
	"""Return the rows with the ends of the numbers, however written: one pass for all of them, as no index knows the end of a text."""
	ends = sorted({contact_points.tail(number) for number in numbers.own | numbers.common})
	if not ends:
		return []
	table = frappe.qb.DocType(doctype)
	alike = [table[side].like(f"%{'%'.join(end)}%") for end in ends for side in fields.sides]
	names = frappe.qb.from_(table).select(table.name).where(Criterion.any(alike)).run(pluck=True)
	return [row for batch in create_batch(names, BATCH) for row in _rows(doctype, fields, batch)]


def _judged(
	doctype: str,
	fields: TalkFields,
	rows: Iterable[Any],
	numbers: Numbers,
	put: tuple[set[str], list[Record]],
) -> Iterator[Talk]:
	"""Yield the rows that are the person's, or name him: the rest only ends alike."""
	known, records = put
	others: dict[str, bool] = {}
	for row in rows:
		own = tuple(side for side in fields.sides if spellings(row[side]) & numbers.own)
		if own:
			yield Talk(doctype, row.name, own, is_his=True)
		elif row.name in known:
			side = fields.customer_side(row)
			is_common = any(_is_anothers(number, records, others) for number in spellings(row[side]))
			is_his = not is_common and not _is_linked_to_others(doctype, row.name, records)
			yield Talk(doctype, row.name, (side,) if is_his else (), is_his=is_his)
		elif any(spellings(row[side]) & numbers.common for side in fields.sides):
			yield Talk(doctype, row.name, (), is_his=False)


def _is_anothers(number: str, records: list[Record], known: dict[str, bool]) -> bool:
	if number not in known:
		profiles = [name for of, name in records if of == "Customer Profile"]
		contacts = [name for of, name in records if of == "Contact"]
		known[number] = somebody_else_has(number, profiles, contacts)
	return known[number]


def _is_linked_to_others(doctype: str, name: str, records: list[Record]) -> bool:
	where = {"parenttype": doctype, "parent": name, "link_doctype": ["in", HIS]}
	links = frappe.get_all("Dynamic Link", where, ["link_doctype", "link_name"], as_list=True)
	return not set(links) <= set(records)


def held(talks: Iterable[Talk], email: str) -> list[dict[str, Any]]:
	"""Return what is held as rows of (email, record_type, record, held), for the person to read."""
	rows = []
	for talk in talks:
		if talk.is_his:
			texts = {field: value for field, value in _texts(talk).items() if value}
			rows.append({"email": email, "record_type": talk.doctype, "record": talk.name, "held": texts})
	return rows


def _texts(talk: Talk) -> dict[str, Any]:
	fields = TALK_FIELDS[talk.doctype].present(talk.doctype)
	asked = [*fields.direction, *fields.sides, *fields.texts, *fields.emptied]
	return frappe.db.get_value(talk.doctype, talk.name, asked, as_dict=True) or {}


def erase(talks: Iterable[Talk], names: Collection[str], records: list[Record], numbers: Numbers) -> None:
	"""Take the person out of his talks, and his names out of those of a number that others have too. May be repeated."""
	for talk in talks:
		fields, values = TALK_FIELDS[talk.doctype].present(talk.doctype), _texts(talk)
		left = {field: without(cstr(values[field]), names) for field in fields.texts if values.get(field)}
		if talk.is_his:
			left = dict.fromkeys((*left, *talk.sides), REDACTED) | dict.fromkeys(fields.emptied)
			personal_files.remove(talk.doctype, [talk.name])
		if any(values.get(field) != value for field, value in left.items()):
			frappe.db.set_value(talk.doctype, talk.name, left, update_modified=False)
		_erase_beside(talk, (*fields.texts, *talk.sides, *fields.emptied), names)
		_unlink(talk, records)
		_erase_captured(talk, names, numbers)


def _erase_beside(talk: Talk, fields: Collection[str], names: Collection[str]) -> None:
	"""Redact what was noted on a talk, ERPNext's summary of a call among it, and its history."""
	about = {"reference_doctype": talk.doctype, "reference_name": talk.name}
	comments = frappe.get_all("Comment", about, ["name", "content"])
	for row in comments:
		content = REDACTED if talk.is_his else without(row.content, names)
		frappe.db.set_value("Comment", row.name, "content", content, update_modified=False)
	if comments:
		# Frappe keeps their beginnings on the record too.
		begun = (
			None if talk.is_his else without(frappe.db.get_value(talk.doctype, talk.name, "_comments"), names)
		)
		frappe.db.set_value(talk.doctype, talk.name, "_comments", begun, update_modified=False)
	changed = {"ref_doctype": talk.doctype, "docname": talk.name}
	for row in frappe.get_all("Version", changed, ["name", "data"]):
		data = redacted_history(row.data, fields if talk.is_his else None, names)
		frappe.db.set_value("Version", row.name, "data", data, update_modified=False)


def _unlink(talk: Talk, records: list[Record]) -> None:
	"""Take the links to the person off: ERPNext gives a call those to whoever has its number."""
	for kind in HIS:
		his = [name for of, name in records if of == kind]
		where = {"parenttype": talk.doctype, "parent": talk.name, "link_doctype": kind}
		frappe.db.delete("Dynamic Link", {**where, "link_name": ["in", his or [""]]})


def _erase_captured(talk: Talk, names: Collection[str], numbers: Numbers) -> None:
	"""Redact what was captured from a talk for somebody else, the organization that he speaks for: its subject, and his part."""
	source = {"source_doctype": talk.doctype, "source_name": talk.name}
	for row in frappe.get_all("Interaction", source, ["name", "subject", "summary"]):
		left = {field: without(row[field], names) for field in ("subject", "summary") if row[field]}
		if talk.is_his and row.subject:
			left["subject"] = REDACTED
		if any(row[field] != text for field, text in left.items()):
			frappe.db.set_value("Interaction", row.name, left, update_modified=False)
		for part in frappe.get_all("Interaction Participant", {"parent": row.name}, ["name", "phone"]):
			if spellings(part.phone) & numbers.own:
				gone = {"full_name": REDACTED, "phone": None}
				frappe.db.set_value("Interaction Participant", part.name, gone, update_modified=False)
