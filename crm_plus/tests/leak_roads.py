"""Every road by which records come out of a site, asked as whoever is logged in. Each returns whatever it shows."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import frappe
from frappe import client
from frappe.desk import calendar, reportview, search
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.desk.form import linked_with, load
from frappe.desk.form import utils as form_utils
from frappe.desk.query_report import run as run_report
from frappe.utils import global_search
from frappe.www import printview

from crm_plus.access import rows
from crm_plus.access.belongings import PARENTS
from crm_plus.api import (
	board,
	deal_documents,
	deals,
	exports,
	interactions,
	my_day,
	narrowed,
	opened,
	profiles,
	timeline,
)
from crm_plus.api import search as own_search
from crm_plus.setup.custom_fields import MODULE
from crm_plus.tests.factories import company

Asks = dict[str, Callable[[], Any]]
TITLE = {
	**{"Deal": "title", "Customer Profile": "full_name"},
	**{"Interaction": "subject", "Follow Up": "subject"},
	**{"Sales Quota": "title", "Unmatched Mail": "subject"},
}
OWNER = {
	**{"Deal": "deal_owner", "Customer Profile": "profile_owner"},
	**{"Interaction": "interaction_owner", "Follow Up": "assigned_to"},
}
BESIDE = {
	"Comment": ("reference_doctype", "reference_name", "content"),
	"Communication": ("reference_doctype", "reference_name", "subject"),
	"Document Follow": ("ref_doctype", "ref_docname", "name"),
	"File": ("attached_to_doctype", "attached_to_name", "file_name"),
	"Tag Link": ("document_type", "document_name", "title"),
	"ToDo": ("reference_type", "reference_name", "description"),
	"Version": ("ref_doctype", "docname", "data"),
	"View Log": ("reference_doctype", "reference_name", "viewed_by"),
	"Stage Change": ("reference_doctype", "reference_name", "note"),
	"DocShare": ("share_doctype", "share_name", "user"),
	"Deleted Document": ("deleted_doctype", "deleted_name", "data"),
}


def lists_of(doctype: str, names: list[str], word: str) -> Asks:
	"""Roads that show several records of a DocType, or count them; `word` is in each title."""
	title, filters = TITLE[doctype], {"name": ["in", names]}
	as_list = [[doctype, "name", "in", names]]
	fields = ["name", title]
	return {
		"get_list": lambda: frappe.get_list(doctype, filters, fields, limit=0),
		"client.get_list": lambda: client.get_list(doctype, fields, filters, limit_page_length=0),
		"client.get_value": lambda: [client.get_value(doctype, title, {"name": name}) for name in names],
		"search": lambda: search.search_widget(doctype, word, page_length=100, filters=as_list),
		"link": lambda: search.search_widget(doctype, word, page_length=100),
		"global search": lambda: global_search.search(word),
		"report view": lambda: _form(reportview.get, doctype=doctype, fields=fields, filters=as_list),
		"export": lambda: export(doctype, [f"`tab{doctype}`.`{field}`" for field in fields], as_list),
		"for import": lambda: _file(exports.for_import, doctype, {doctype: fields}, "by_filter", filters),
		"data export": lambda: _data_export(doctype, filters),
		"link titles": lambda: _titles(doctype, names),
		"rows": lambda: (
			frappe.get_all(doctype, filters, limit=0)
			if rows.reads_all_rows(doctype)
			else _rows(doctype, names, title)
		),
	}


def counts_of(doctype: str, names: list[str]) -> dict[str, Callable[[], int]]:
	"""Roads that say how many records there are."""
	as_list = [[doctype, "name", "in", names]]
	shown = json.dumps(as_list)
	# By the name "assigned_to" Frappe counts who was given a record, whatever field there is: then that road is asked below.
	owner = OWNER[doctype] if OWNER[doctype] != "assigned_to" else "owner"
	return {
		"client.get_count": lambda: narrowed.count(doctype, {"name": ["in", names]}),
		"report view": lambda: count_in_report_view(doctype, as_list),
		"numbers by value": lambda: sum(
			found[1] for found in _stats(doctype, owner, as_list) if found[0] != "No Tags"
		),
		"sidebar": lambda: sum(row["count"] for row in narrowed.group_counts(doctype, shown, owner)),
		# One record may be given to several: what counts is that nobody is said to have more than there are.
		"assignees": lambda: max(
			(row["count"] for row in narrowed.group_counts(doctype, shown, "assigned_to")), default=0
		),
	}


def count_in_report_view(doctype: str, filters: list[Any]) -> int:
	"""Return how many records Frappe's report view counts."""
	return _form(reportview.get_count, doctype=doctype, fields=[], filters=filters)


def tables_of(names: list[str]) -> Asks:
	"""What stands in tables and beside records, by the record's name."""
	asks: Asks = {}
	for doctype, (_kind, field, shown) in BESIDE.items():
		asks[doctype] = _asked(doctype, {field: ["in", names]}, [field, shown])
	for doctype, parent in PARENTS.items():
		asks[doctype] = _asked(doctype, {"parent": ["in", names]}, ["parent"], parent_doctype=parent)
	for doctype in ("Contact", "Address"):
		asks[doctype] = _asked(doctype, [["Dynamic Link", "link_name", "in", names]], ["*"])
	return asks


def openings_of(doctype: str, name: str) -> Asks:
	"""Roads that open one record: all must refuse."""
	asks: Asks = {
		"get": lambda: client.get(doctype, name),
		"form": lambda: load.getdoc(doctype, name),
		"beside the form": lambda: load.get_docinfo(doctype=doctype, name=name),
		"form, masked": lambda: opened.document(doctype, name),
		"beside the form, masked": lambda: opened.beside(doctype, name),
		"connections": lambda: narrowed.linked_counts(doctype, name),
		"mails": lambda: load.get_communications(doctype, name),
		"mails, masked": lambda: opened.messages(doctype, name),
		"links": lambda: linked_with.get(doctype, name),
		"print": lambda: printview.get_html_and_style(doctype, name),
		"write": lambda: client.set_value(doctype, name, OWNER[doctype], frappe.session.user),
		"delete": lambda: client.delete(doctype, name),
		"assign": lambda: _take(doctype, name),
		"follow": lambda: frappe.get_doc(_follow(doctype, name)).insert(),
		"share": lambda: frappe.share.add(doctype, name, frappe.session.user),
	}
	if doctype in ("Deal", "Customer Profile"):
		asks["timeline"] = lambda: timeline.entries(doctype, name)
	return asks | (_deal_openings(name) if doctype == "Deal" else {})


def _deal_openings(name: str) -> Asks:
	return {
		"documents": lambda: deal_documents.documents_of_deal(name),
		"history": lambda: deals.stage_history(name),
		"quote": lambda: deals.make_quotation(name),
		"a follow-up on it": lambda: _named("Follow Up", subject="x", due_on="2090-01-01", deal=name),
		"a quotation for it": lambda: _sold("Quotation", name),
		"an order for it": lambda: _sold("Sales Order", name, on_row=True),
	}


def screens(pipeline: str, company: str, word: str) -> Asks:
	"""Our own screens, reports, charts and cards."""
	filters = {"pipeline": pipeline}
	asks: Asks = {
		"board": lambda: board.columns(filters, with_cards=True),
		"board chart": lambda: board.stage_chart(filters),
		"search bar": lambda: own_search.find(word),
		"twins": lambda: profiles.find_duplicates(full_name=word),
		"bell": lambda: frappe.get_list("Notification Log", fields=["subject", "document_name"]),
		"calendar": lambda: calendar.get_events(
			"Follow Up", "2000-01-01", "2100-01-01", json.dumps({"start": "due_on", "end": "due_on"})
		),
	}
	asks["talks in the calendar"] = lambda: interactions.calendar("2019-01-01", "2021-01-01")
	asks["my day"] = my_day.day
	for kind, ask in (("Number Card", _card), ("Dashboard Chart", _chart)):
		for name in frappe.get_all(kind, {"module": MODULE}, pluck="name"):
			asks[f"{kind} {name}"] = partial(ask, name)
	for report in frappe.get_all("Report", {"module": MODULE}, pluck="name"):
		asks[f"report {report}"] = _report(report, {**filters, "company": company})
	return asks


def next_of(doctype: str, name: str) -> Any:
	"""Return the record behind one in a list, as the arrows on a form ask for it."""
	return form_utils.get_next(doctype, name, 0)


def _asked(doctype: str, filters: Any, fields: list[str], **more: Any) -> Callable[[], Any]:
	return lambda: frappe.get_list(doctype, filters, fields, limit=0, **more)


def _report(name: str, filters: dict[str, str]) -> Callable[[], Any]:
	return lambda: run_report(name, json.dumps(filters), ignore_prepared_report=True)


def _card(name: str) -> Any:
	"""Return what a number card shows, whatever it is made of."""
	card = frappe.get_doc("Number Card", name)
	if card.type == "Custom":
		return frappe.get_attr(card.method)()
	return get_result(card.as_json(), card.filters_json) if card.type == "Document Type" else None


def _chart(name: str) -> Any:
	"""Return what a chart shows; those of reports and of our own are asked for as reports and functions."""
	if frappe.db.get_value("Dashboard Chart", name, "chart_type") in ("Report", "Custom"):
		return None
	return narrowed.chart(chart_name=name, refresh=1)


def _stats(doctype: str, column: str, filters: list[Any]) -> list[Any]:
	"""Return what Frappe's list counts by the values of a column."""
	return reportview.get_stats(json.dumps([column]), doctype, json.dumps(filters)).get(column, [])


def _file(function: Callable[..., Any], *args: Any) -> str:
	function(*args)
	return str(frappe.response.pop("filecontent", "") or frappe.response.pop("result", ""))


def _data_export(doctype: str, filters: dict[str, Any]) -> str:
	asked = {"doctype": doctype, "with_data": "1", "filters": json.dumps(filters), "file_type": "CSV"}
	frappe.local.form_dict = frappe._dict(asked)
	return _file(exports.of_records, doctype)


def _form(function: Callable[[], Any], **values: Any) -> Any:
	frappe.local.form_dict = frappe._dict(
		{name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
	)
	return function()


def export(doctype: str, fields: list[str], filters: list[Any]) -> str:
	"""Return the file that an export of a list gives; the fields are named with their tables."""
	asked = {"title": doctype, "file_format_type": "CSV", "start": "0", "page_length": "0"}
	_form(exports.of_list, doctype=doctype, fields=fields, filters=filters, **asked)
	return str(frappe.response.pop("filecontent", "") or frappe.response.pop("result", ""))


def _titles(doctype: str, names: list[str]) -> list[str]:
	"""The names that one asked with come back where a title is hidden: that tells nothing."""
	found = [(name, narrowed.link_title(doctype, name)) for name in names]
	return [title for name, title in found if title != name]


def _rows(doctype: str, names: list[str], title: str) -> Any:
	record = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(record).select(record.name, record[title]).where(record.name.isin(names))
	return query.where(rows.readable_rows(doctype)).run()


def heatmap(doctype: str) -> Any:
	"""Return a heatmap of all records there are, which nobody may see who does not see them all."""
	chart = {"type": "Heatmap", "chart_type": "Count", "document_type": doctype, "based_on": "creation"}
	return narrowed.chart(chart=json.dumps(chart), no_cache=1)


def _take(doctype: str, name: str) -> Any:
	user = frappe.session.user
	return _named("ToDo", description="x", allocated_to=user, reference_type=doctype, reference_name=name)


def _follow(doctype: str, name: str) -> dict[str, str]:
	user = frappe.session.user
	return {"doctype": "Document Follow", "ref_doctype": doctype, "ref_docname": name, "user": user}


def _sold(doctype: str, deal: str, on_row: bool = False) -> Any:
	"""Sell something to a customer of ERPNext's in the name of a deal."""
	customer, item = (frappe.db.get_value(one, {"disabled": 0}) for one in ("Customer", "Item"))
	row = {"item_code": item, "qty": 1, "rate": 1, "crm_plus_deal": deal if on_row else None}
	party = {"customer": customer, "quotation_to": "Customer", "party_name": customer}
	values = {"company": company(), "items": [row], "crm_plus_deal": None if on_row else deal, **party}
	return _named(doctype, transaction_date="2020-01-01", delivery_date="2020-02-01", **values)


def _named(doctype: str, **values: Any) -> Any:
	return frappe.get_doc({"doctype": doctype, **values}).insert()
