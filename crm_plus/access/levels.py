"""What a list may not be asked by: fields and tables at a permission level that its reader lacks.

Frappe drops such columns from what a list shows. Version 15 drops no two in a row, and filters, sorts and groups by them; both
versions read a table's rows without asking for the level of the table on the form: either tells the value, if slowly.
"""

import re
from typing import Any

import frappe
from frappe import _
from frappe.model.meta import Meta

from crm_plus.access import joined
from crm_plus.access.belongings import PARENTS
from crm_plus.setup.compatibility import Asked, asked_list, leave_out_hidden_columns

OURS = "CRM Plus"


def condition(user: str | None = None, doctype: str = "") -> str:
	"""Refuse a list that asks for what its reader's levels hide, else add no condition to it: "".

	Frappe asks it for every list of every DocType, as it does its `permission_query_conditions`.
	Raises frappe.PermissionError.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	joined.narrow(user)
	asked = asked_list()
	for table in asked.tables if asked else ():
		meta = frappe.get_meta(table)
		if meta.module == OURS:
			_refuse_table(meta, user)
			_refuse_fields(meta, asked, user)
			leave_out_hidden_columns()
	return ""


def check_filters(doctype: str, filters: dict[str, Any] | list[Any], user: str | None = None) -> None:
	"""Refuse to look for one record by a field beyond the user's levels: that it is found tells the value.

	Raises frappe.PermissionError.
	"""
	user = user or frappe.session.user
	if user != "Administrator":
		# A list comes in several shapes: any word in it counts.
		names = tuple(map(str, filters if isinstance(filters, dict) else [filters]))
		_refuse_fields(frappe.get_meta(doctype), Asked(frozenset({doctype}), names), user)


def hidden_fields(meta: Meta, user: str) -> dict[str, str]:
	"""Return names and labels of the fields beyond a user's levels."""
	levels = {0, *meta.get_permlevel_access("read", parenttype=PARENTS.get(meta.name), user=user)}
	return {field.fieldname: field.label for field in meta.fields if field.permlevel not in levels}


def _refuse_table(meta: Meta, user: str) -> None:
	"""Refuse the rows of a table that the user does not see on the form of its record."""
	if meta.name not in PARENTS:
		return
	parent = frappe.get_meta(PARENTS[meta.name])
	hidden = hidden_fields(parent, user)
	fields = [field.fieldname for field in parent.get_table_fields() if field.options == meta.name]
	if fields and all(field in hidden for field in fields):
		_refuse(hidden[fields[0]], parent.name)


def _refuse_fields(meta: Meta, asked: Asked, user: str) -> None:
	hidden = hidden_fields(meta, user) if asked.texts else {}
	if not hidden:
		return
	# The database takes a column's name in any case.
	words = {word for text in asked.texts for word in re.findall(r"\w+", text.lower())}
	for field in words & set(hidden):
		_refuse(hidden[field], meta.name)


def _refuse(label: str, doctype: str) -> None:
	frappe.throw(
		_(
			"You have no permission to read {0} of {1}: choose another field to filter, sort or group by."
		).format(_(label), _(doctype)),
		frappe.PermissionError,
	)
