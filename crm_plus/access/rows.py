"""Which rows and fields of a DocType a user may read, for queries that `frappe.get_list` cannot express.

Aggregates, joins and keyset pages need a query of their own; they add these to it, so that they show and count
exactly what the user's lists show: role permissions, `if_owner`, User Permissions, permission query conditions of
every app, and shares.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.remembered import remembered


class RawCondition(Criterion):
	"""A condition that Frappe built as SQL text, where the query builder expects a criterion.

	The text names its columns in full (`` `tabDeal`.`owner` ``), so the DocType's table must not be aliased.
	"""

	def __init__(self, sql: str) -> None:
		super().__init__()
		self.sql = sql

	def nodes_(self) -> Any:
		"""Yield what the query builder walks through: no column that it knows."""
		yield self

	def get_sql(self, **kwargs: Any) -> str:
		"""Return the text as a part of the query, as the query builder asks of each part."""
		params = kwargs.get("param_wrapper")
		if params is None or "%" not in self.sql:
			return f"({self.sql})"
		# The driver replaces %-signs only where there are parameters: make sure that there is one, then double them.
		params.get_sql(param_value="")
		return "({})".format(self.sql.replace("%", "%%"))


def readable_rows(doctype: str, user: str | None = None) -> Criterion:
	"""The condition that holds for the documents which the user may read, empty where he may read all.

	The right to `select` (to link a document) is not enough here, unlike in Frappe's own lists: then only shared
	documents are readable. Raises frappe.PermissionError where the user may read none.
	"""
	user = user or frappe.session.user
	return remembered(("rows", doctype, user), lambda: _readable_rows(doctype, user))


def _readable_rows(doctype: str, user: str) -> Criterion:
	rights = frappe.permissions.get_role_permissions(frappe.get_meta(doctype), user=user)
	if not rights.get("read"):
		return _shared_rows(doctype, user)
	sql = DatabaseQuery(doctype, user=user).build_match_conditions()
	return RawCondition(sql) if sql else EmptyCriterion()


def reads_all_rows(doctype: str, user: str | None = None) -> bool:
	"""Tell whether nothing limits which documents the user may read. Raises frappe.PermissionError where he may read none."""
	return isinstance(readable_rows(doctype, user), EmptyCriterion)


def holds_for(doc: Any, condition: str) -> bool:
	"""Tell whether a condition on a DocType's rows holds for a document as it is stored; one that is not has nothing to hide."""
	return remembered(("holds", f"{doc.doctype} {doc.name}", condition), lambda: _holds_for(doc, condition))


def _holds_for(doc: Any, condition: str) -> bool:
	record = frappe.qb.DocType(doc.doctype)
	this = frappe.qb.from_(record).select(record.name).where(record.name == str(doc.name))
	return bool(this.where(RawCondition(condition)).run() or not this.run())


def readable_fields(doctype: str, user: str | None = None) -> set[str]:
	"""The fields of the DocType that the user's permission levels let him read."""
	user = user or frappe.session.user
	return set(remembered(("fields", doctype, user), lambda: _readable_fields(doctype, user)))


def _readable_fields(doctype: str, user: str) -> list[str]:
	found = frappe.get_meta(doctype).get_permitted_fieldnames(user=user, permission_type="read")
	return list(found)


def _shared_rows(doctype: str, user: str) -> Criterion:
	shared = frappe.share.get_shared(doctype, user)
	if not shared:
		frappe.throw(_("You have no permission to read {0}.").format(_(doctype)), frappe.PermissionError)
	return frappe.qb.DocType(doctype).name.isin(shared)
