"""Which documents behind entries the reader may open: one query for a page, whatever their DocTypes are."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe
from pypika import Case
from pypika.terms import EmptyCriterion, ValueWrapper

from crm_plus.reports.timeline_query import readable
from crm_plus.rules.timeline import Entry

Document = tuple[str, str]


def closed_documents(entries: Iterable[Entry], known: Iterable[Document]) -> frozenset[Document]:
	"""Return those of the documents that entries come from or tell of which the reader may not open.

	One that is gone, or whose DocType is, has nothing to hide. Those `known` to be readable are not asked for again.
	"""
	known = set(known)
	wanted: dict[str, set[str]] = defaultdict(set)
	for entry in entries:
		for doctype, name in (gate_of(entry), about_of(entry)):
			if doctype and name and (doctype, name) not in known:
				wanted[doctype].add(name)
	queries = [query for doctype, names in wanted.items() if (query := _query(doctype, names))]
	if not queries:
		return frozenset()
	union = queries[0]
	for query in queries[1:]:
		union = union.union_all(query)
	return frozenset((doctype, name) for doctype, name, is_open in union.run() if not is_open)


def gate_of(entry: Entry) -> Document:
	"""Return the document whose readers alone may see the entry."""
	return entry.values.gate_doctype or "", entry.values.gate_name or ""


def about_of(entry: Entry) -> Document:
	"""Return the document that the entry links to. A mail is opened in place, by the readers of what it is about."""
	doctype = entry.values.about_doctype or ""
	return ("", "") if doctype == "Communication" else (doctype, entry.values.about_name or "")


def _query(doctype: str, names: set[str]) -> Any:
	try:
		meta = frappe.get_meta(doctype)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()  # an app that is gone took it along
		return None
	if meta.issingle or meta.istable or meta.get("is_virtual"):
		return None
	table = frappe.qb.DocType(doctype)
	may_read = readable(doctype)
	is_open: Any = ValueWrapper(1)
	if may_read is None:
		is_open = ValueWrapper(0)
	elif not isinstance(may_read, EmptyCriterion):
		is_open = Case().when(may_read, 1).else_(0)
	query = frappe.qb.from_(table).select(
		ValueWrapper(doctype).as_("doctype"), table.name, is_open.as_("is_open")
	)
	return query.where(table.name.isin(sorted(names)))
