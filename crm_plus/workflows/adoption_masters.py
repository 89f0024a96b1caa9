"""The small masters that adopted records need: sources and reasons are made, what others own is only used where it exists."""

from collections.abc import Iterable

import frappe

from crm_plus.rules.adoption import CREATED
from crm_plus.workflows.adoption_ledger import MASTER, Book, existing


def valid(doctype: str, values: Iterable[str | None]) -> set[str]:
	"""Return those values that a Link field to `doctype` may hold."""
	return existing(doctype, values)


def ensure(book: Book, doctype: str, fieldname: str, values: Iterable[str | None]) -> dict[str, str]:
	"""Return the record of our own master for each value, made where it is missing; names agree without case."""
	wanted = {value.strip()[:140] for value in values if value and value.strip()}
	rows = frappe.get_all(doctype, filters={"name": ["in", list(wanted) or [""]]}, pluck="name")
	known = {name.casefold(): name for name in rows}
	for value in sorted(wanted):
		if value.casefold() not in known:
			# safe: whoever may adopt may bring along the words that the adopted records use
			made = frappe.get_doc({"doctype": doctype, fieldname: value}).insert(ignore_permissions=True)
			known[value.casefold()] = made.name
			book.note(MASTER, CREATED, (doctype, made.name), (doctype, made.name))
	return {value: known[value.casefold()] for value in wanted}
