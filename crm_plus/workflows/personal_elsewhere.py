"""What ERPNext keeps of a person beside our records, in documents that a site may have or not; found by his address or profile."""

from collections.abc import Iterable, Iterator
from typing import Any

import frappe

from crm_plus.rules.personal_data import REDACTED, without
from crm_plus.setup.compatibility import PERSON_FIELDS, PERSON_NUMBERS, doctype_exists
from crm_plus.workflows.personal_numbers import Numbers, Record, spellings


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


def erase_parties(parties: Iterable[Record], numbers: Numbers) -> None:
	"""Redact what a person's profile stands for and is himself, and his own number on its Customer: who bought what stays."""
	for doctype, name in parties:
		if doctype in PERSON_NUMBERS and doctype_exists(doctype):
			fields = [
				field for field in _redacted_by_frappe(doctype) if frappe.get_meta(doctype).has_field(field)
			]
			values = frappe.db.get_value(doctype, name, fields, as_dict=True) or {}
			redacted = {field: REDACTED for field, value in values.items() if value}
			frappe.db.set_value(doctype, name, {**redacted, "email_id": None}, update_modified=False)
		elif (
			doctype == "Customer" and spellings(frappe.db.get_value(doctype, name, "mobile_no")) & numbers.own
		):
			frappe.db.set_value(doctype, name, "mobile_no", None, update_modified=False)


def _redacted_by_frappe(doctype: str) -> list[str]:
	rows = [row for row in frappe.get_hooks("user_data_fields") if row.get("doctype") == doctype]
	return [field for row in rows for field in row.get("redact_fields", ())]


def _kept() -> Iterator[tuple[str, str, list[str], list[str]]]:
	"""Yield what this site has of the documents and fields."""
	for doctype, (address, about, naming) in PERSON_FIELDS.items():
		if frappe.db.exists("DocType", doctype):
			has = frappe.get_meta(doctype).has_field
			yield doctype, address, list(filter(has, about)), list(filter(has, naming))


def _of(doctype: str, email: str, fields: list[str]) -> list[Any]:
	address = PERSON_FIELDS[doctype][0]
	return frappe.get_all(doctype, {address: email}, ["name", *fields])
