"""Names for many new records at once, out of the very series that Frappe numbers them with.

The first name of a block is Frappe's own. If its number is where a counter stands, the counter, whose row this transaction
has locked by then, is moved on for the rest of the block; else (a naming rule, another scheme) each name is asked for.
"""

import re
from collections.abc import Iterator

import frappe
from frappe.model.naming import set_new_name
from frappe.utils import cint

BLOCK = 50


def new_names(doctype: str) -> Iterator[str]:
	"""Give out new names for a DocType without end; up to a block of numbers may stay unused."""
	while True:
		first = one_name(doctype)
		yield first
		yield from following(first, BLOCK - 1)


def one_name(doctype: str) -> str:
	"""Return the name that Frappe gives the next record."""
	document = frappe.new_doc(doctype)
	set_new_name(document)
	return str(document.name)


def following(first: str, count: int) -> list[str]:
	"""Reserve the `count` names behind `first`; none where no counter stands at its number."""
	found = re.fullmatch(r"(.*?)(\d+)", first)
	head, number = (found[1], found[2]) if found else ("", "")
	series = frappe.qb.DocType("Series")
	for key in ("", head):
		query = frappe.qb.from_(series).select(series.current).where(series.name == key)
		rows = query.for_update().run()
		if number and rows and cint(rows[0][0]) == int(number):
			end = int(number) + count
			frappe.qb.update(series).set(series.current, end).where(series.name == key).run()
			return [f"{head}{value:0{len(number)}}" for value in range(int(number) + 1, end + 1)]
	return []
