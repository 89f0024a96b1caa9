"""What ERPNext keeps of a person beside our records, in documents that a site may have or not; found by his address."""

from collections.abc import Iterable, Iterator
from typing import Any

import frappe

from crm_plus.rules.personal_data import REDACTED, without
from crm_plus.setup.compatibility import PERSON_FIELDS


def held(email: str) -> list[dict[str, Any]]:
	"""Return what is held as rows of (email, record_type, record, held), for the person to read."""
	rows = []
	for doctype, _address, about, naming in _kept():
		for row in _of(doctype, email, [*about, *naming]):
			name = row.pop("name")
			texts = {field: text for field, text in row.items() if text}
			rows.append({"email": email, "record_type": doctype, "record": name, "held": texts})
	return rows


def erase(email: str, names: Iterable[str]) -> None:
	"""Redact what is about the person, and his names in the rest; who bought what stays. It writes past the documents."""
	known = list(names)
	for doctype, address, about, naming in _kept():
		for row in _of(doctype, email, [*about, *naming]):
			values = {field: row[field] and REDACTED for field in about}
			values |= {field: without(row[field], known) for field in naming}
			frappe.db.set_value(doctype, row.name, {**values, address: None}, update_modified=False)


def _kept() -> Iterator[tuple[str, str, list[str], list[str]]]:
	"""Yield what this site has of the documents and fields."""
	for doctype, (address, about, naming) in PERSON_FIELDS.items():
		if frappe.db.exists("DocType", doctype):
			has = frappe.get_meta(doctype).has_field
			yield doctype, address, list(filter(has, about)), list(filter(has, naming))


def _of(doctype: str, email: str, fields: list[str]) -> list[Any]:
	address = PERSON_FIELDS[doctype][0]
	return frappe.get_all(doctype, {address: email}, ["name", *fields])
