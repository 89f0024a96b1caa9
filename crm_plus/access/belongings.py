"""What belongs to a deal or a profile, its table rows and its history, is read by those who may read the record itself.

Frappe asks for the rows of a table only whether the reader may read, or even select, any record that has such a table,
and knows of no User Permission on what a Dynamic Link names.
"""

from typing import Any

import frappe
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.conditions import NOTHING
from crm_plus.access.hiding import hides_nothing
from crm_plus.access.rows import readable_rows

PARENTS = {
	"Deal Item": "Deal",
	"Customer Profile Link": "Customer Profile",
	"Interaction Participant": "Interaction",
}
WITH_HISTORY = ("Deal", "Customer Profile")


def rows_of_readable(user: str | None = None, doctype: str = "Deal Item") -> str:
	"""Return the condition for the table rows whose record the user may read, "" where he may read all."""
	row = frappe.qb.DocType(doctype)
	condition = belongs_to_readable(row.parent, PARENTS[doctype], user)
	return NOTHING if condition is None else as_sql(condition)


def history_of_readable(user: str | None = None, doctype: str = "Stage Change") -> str:
	"""Return the condition for the Stage Changes of deals and profiles that the user may read, "" where he may read all."""
	change = frappe.qb.DocType(doctype)
	found = {each: belongs_to_readable(change.reference_name, each, user) for each in WITH_HISTORY}
	if all(isinstance(condition, EmptyCriterion) for condition in found.values()):
		return ""
	parts = [
		# In this order: the condition of a reader without limits is empty, and an empty one can only be the first.
		condition & (change.reference_doctype == each)
		for each, condition in found.items()
		if condition is not None
	]
	return as_sql(Criterion.any(parts)) if parts else NOTHING


def may_read_history(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Tell whether the user may read the record that a Stage Change tells of; one that is gone has nothing to hide."""
	if not doc.reference_name or not frappe.db.exists(doc.reference_doctype, doc.reference_name):
		return True
	return bool(frappe.has_permission(doc.reference_doctype, "read", doc=doc.reference_name, user=user))


def belongs_to_readable(name: Any, doctype: str, user: str | None) -> Criterion | None:
	"""Return the condition that a column names a readable record; None where the user may read none."""
	try:
		readable = readable_rows(doctype, user)
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for these records
		return None
	if hides_nothing(doctype, as_sql(readable)):
		return EmptyCriterion()
	record = frappe.qb.DocType(doctype)
	return name.isin(frappe.qb.from_(record).select(record.name).where(readable))


def as_sql(condition: Criterion) -> str:
	"""Return a condition as Frappe takes it into a list's query; the columns are named in full, for there may be joins."""
	if isinstance(condition, EmptyCriterion):
		return ""
	return condition.get_sql(with_namespace=True, quote_char="`", subquery=True)
