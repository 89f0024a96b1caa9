"""Functions of Frappe's that do not ask who may see the record: ours ask first, then call Frappe's own.

`hooks.override_whitelisted_methods` puts them in Frappe's place. Each takes what Frappe's takes.
"""

from collections import Counter
from typing import Any

import frappe
from frappe import _, client
from frappe.desk import listview, notifications, search
from frappe.desk.doctype.dashboard_chart import dashboard_chart

from crm_plus.access.charts import shows_hidden_columns
from crm_plus.access.records import name_by
from crm_plus.access.rows import reads_all_rows
from crm_plus.access.visibility import KINDS
from crm_plus.api import arguments
from crm_plus.api.arguments import refusing
from crm_plus.setup.compatibility import count_readable

# What stands in the form's Connections, and is narrowed by the tree of teams.
NARROWED = (*KINDS, "Sales Quota", "Unmatched Mail", "Outreach Recipient")
# So many records are looked at for the assignees in a list's sidebar.
COUNTED = 10_000


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def link_title(doctype: str, docname: str) -> str | None:
	"""Return the title of a record that the caller may read or link, else the name that he knows already."""
	if doctype in KINDS and not may_know(doctype, docname):
		return docname
	return search.get_link_title(doctype, docname)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def record(
	doctype: str,
	name: str | int | dict[str, Any] | None = None,
	filters: str | dict[str, Any] | list[Any] | None = None,
	parent: str | None = None,
) -> dict[str, Any]:
	"""Return a record by its name, or the first that the caller's list has by filters, as Frappe's own, which asks nobody
	whether he may filter by these fields. Raises frappe.PermissionError and frappe.DoesNotExistError.
	"""
	asked = name if isinstance(name, dict) else None if name else frappe.parse_json(filters)
	meta = frappe.get_meta(doctype)
	if asked is None or meta.module != "CRM Plus" or meta.issingle or meta.is_virtual:
		return client.get(doctype, name=name, filters=filters, parent=parent)
	return client.get(doctype, name=name_by(doctype, asked, parent), parent=parent)


@frappe.whitelist(methods=["POST", "PUT"])
@refusing
def new_value(
	doctype: str,
	name: str | int | dict[str, Any] | list[Any],
	fieldname: str | dict[str, Any],
	value: Any = None,
) -> dict[str, Any]:
	"""Set values of a record as Frappe's own, which finds a row of a table by filters and asks nobody whose it is.

	Raises frappe.PermissionError, frappe.DoesNotExistError, and what saving the record raises.
	"""
	set_value = refusing(_set_ours) if frappe.get_meta(doctype).module == "CRM Plus" else client.set_value
	return set_value(doctype, name, fieldname, value)


def _set_ours(doctype: str, name: Any, fieldname: Any, value: Any) -> dict[str, Any]:
	if isinstance(name, dict | list) and frappe.get_meta(doctype).istable:
		name = name_by(doctype, name)
	return client.set_value(doctype, name, fieldname, value)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def tagged_documents(doctype: str, tag: str) -> list[Any]:
	"""Return the names of the records with a tag that the caller may list. Raises frappe.PermissionError."""
	found = frappe.get_list(doctype, {"_user_tags": ["like", f"%{tag}%"]}, pluck="name", limit=0)
	return [(name,) for name in found]


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def count(
	doctype: str,
	filters: str | dict[str, Any] | list[Any] | None = None,
	debug: bool = False,
	cache: bool = False,
) -> int | None:
	"""Return how many records the caller may list, where conditions say which. Raises frappe.PermissionError."""
	if frappe.get_meta(doctype).istable or doctype in frappe.get_hooks("permission_query_conditions"):
		return count_readable(doctype, frappe.parse_json(filters))
	return client.get_count(doctype, filters, cache=cache)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def group_counts(
	doctype: str, current_filters: str | list[Any] | dict[str, Any], field: str
) -> list[dict[str, Any]]:
	"""Return how many records that the caller may list each value of a field has. Raises frappe.PermissionError."""
	filters = frappe.parse_json(current_filters)
	if field != "assigned_to" or doctype not in NARROWED:
		return listview.get_group_by_count(doctype, current_filters, field)
	if reads_all_rows(doctype):
		# Frappe's own asks nobody here whether he may filter by these fields: a list does.
		frappe.get_list(doctype, filters=filters, pluck="name", limit=1)
		return listview.get_group_by_count(doctype, current_filters, field)
	names = frappe.get_list(doctype, filters, pluck="name", limit=COUNTED)
	where = {"reference_type": doctype, "reference_name": ["in", names], "status": ["!=", "Cancelled"]}
	# A record that somebody was given twice is still one record.
	found = frappe.get_all("ToDo", where, ["allocated_to", "reference_name"], distinct=True, as_list=True)
	counted = Counter(user for user, _name in found)
	return [{"name": user, "count": times} for user, times in counted.most_common(50)]


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def linked_counts(doctype: str, name: str | int, items: str | list[Any] | None = None) -> dict[str, Any]:
	"""Return how many documents are linked to a record; of ours those that the caller may list. Raises frappe.PermissionError."""
	frappe.get_doc(doctype, name).check_permission()  # Frappe's own breaks where it should refuse
	found = notifications.get_open_count(doctype, name, items)
	links = frappe.get_meta(doctype).get_dashboard_data() if found.get("count") else {}
	for row in found["count"]["external_links_found"] if links else ():
		if row["doctype"] in NARROWED:
			fieldname = links.get("non_standard_fieldnames", {}).get(row["doctype"], links.get("fieldname"))
			filters = {fieldname: name}
			filters |= notifications.get_dynamic_link_filters(row["doctype"], links, fieldname) or {}
			row.update(count=_listed(row["doctype"], filters), open_count=0)
	return found


def _listed(doctype: str, filters: dict[str, Any]) -> int:
	"""Return how many records the caller's list would show, at most as many as Frappe counts."""
	if not frappe.has_permission(doctype, "read"):
		return 0
	return len(frappe.get_list(doctype, filters, pluck="name", limit=100, order_by=None))


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def chart(
	chart_name: str | None = None,
	chart: str | dict[str, Any] | None = None,
	no_cache: str | int | bool | None = None,
	filters: str | list[Any] | dict[str, Any] | None = None,
	from_date: str | None = None,
	to_date: str | None = None,
	timespan: str | None = None,
	time_interval: str | None = None,
	heatmap_year: str | int | None = None,
	refresh: str | int | bool | None = None,
	**_sent_along: Any,
) -> Any:
	"""Return a chart's data; a heatmap, which counts every record there is, only to those who may see them all.

	Raises frappe.PermissionError.
	"""
	shown = _chart(chart_name, chart)
	if shown.get("type") == "Heatmap" and not _sees_all(shown.get("document_type")):
		frappe.throw(
			_("A heatmap counts records that you may not see: choose another type of chart."),
			frappe.PermissionError,
		)
	_check_columns(shown)
	asked: dict[str, Any] = {"filters": filters, "from_date": from_date, "to_date": to_date}
	asked |= {"timespan": timespan, "time_interval": time_interval}
	asked |= {"heatmap_year": heatmap_year, "refresh": refresh}
	return dashboard_chart.get(chart_name=chart_name, chart=chart, no_cache=no_cache, **asked)


def _chart(name: str | None, chart: str | dict[str, Any] | None) -> Any:
	return frappe.get_doc("Dashboard Chart", name) if name else arguments.mapping(chart)


def _check_columns(chart: Any) -> None:
	"""Refuse a chart of a column that the user may not read: Frappe 16 does, Frappe 15 draws it or an empty one."""
	doctype = chart.get("document_type")
	if not doctype or frappe.get_meta(doctype).module != "CRM Plus":
		return
	frappe.has_permission(doctype, "read", throw=True)
	if shows_hidden_columns(chart):
		frappe.throw(_("You have no permission to read what this chart shows."), frappe.PermissionError)


def _sees_all(doctype: str | None) -> bool:
	if not doctype or frappe.get_meta(doctype).module != "CRM Plus":
		return True
	return bool(reads_all_rows(doctype))


def may_know(doctype: str, name: str) -> bool:
	"""Tell whether the caller may know the title of a record: he may read it, or link any."""
	rights = frappe.permissions.get_role_permissions(doctype)
	if rights.get("select") and not rights.get("read"):
		return True
	return bool(frappe.db.exists(doctype, name)) and bool(frappe.has_permission(doctype, "read", doc=name))
