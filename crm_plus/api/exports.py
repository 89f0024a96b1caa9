"""Every road by which records of ours leave as a file: as Frappe writes it, with who took which rows noted in the Access Log.

Frappe notes that a list was asked for, before it looks: never how much was taken, and nothing at all for reports and for
the files made for an import. `hooks.override_whitelisted_methods` puts these in Frappe's place; each takes what Frappe's takes.
"""

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import frappe
from frappe import _
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.core.doctype.data_export import exporter
from frappe.core.doctype.data_import import data_import
from frappe.desk import query_report, reportview

from crm_plus.api.arguments import refusing
from crm_plus.reports.report_parts import CUT, TOTAL
from crm_plus.rules.exported_files import (
	FOR_IMPORT,
	LIST,
	RECORDS,
	REPORT,
	line_in_csv,
	rows_in_sheet,
	rows_in_text,
	text_in_csv,
	with_last_row,
	without_formulas,
)

MODULE = "CRM Plus"
SHEET = "xl/worksheets/sheet1.xml"
# An Excel file is a ZIP file, whose first bytes these are.
WORKBOOK = b"PK\x03\x04"


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def of_list(**_sent: Any) -> None:
	"""Export a list or a report view. Raises frappe.PermissionError, frappe.ValidationError."""
	asked = frappe._dict(frappe.local.form_dict)
	# Frappe 16 makes large files in the background, where nobody could count them.
	waits = frappe.utils.cint(asked.export_in_background)
	rows = _chosen(asked.selected_items) or reportview.get_count() if waits else None
	frappe.local.form_dict = frappe._dict(asked)
	reportview.export_query()
	if _is_ours(asked.doctype):
		rows = rows if waits else _rows_in_answer(1 + int(asked.add_totals_row == "1"))
		_finish(asked)
		_note(LIST, rows, doctype=asked.doctype, file_type=asked.file_format_type, filters=asked.filters)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def of_report(**_sent: Any) -> None:
	"""Export a report. Raises frappe.PermissionError, frappe.ValidationError."""
	asked = frappe._dict(frappe.local.form_dict)
	for noted in (CUT, TOTAL):
		frappe.flags.pop(noted, None)
	_make_anew(asked.report_name)
	query_report.export_query()
	total = frappe.flags.pop(TOTAL, None)
	rows = _chosen(asked.visible_idx, total)
	if rows is None:
		rows = _rows_in_answer(1 + _filter_rows(asked) + int(total is not None))
	if frappe.get_cached_value("Report", asked.report_name, "module") == MODULE:
		_finish(asked, frappe.flags.pop(CUT, ""))
	_note(
		*(REPORT, rows),
		doctype=frappe.get_cached_value("Report", asked.report_name, "ref_doctype"),
		report_name=asked.report_name,
		file_type=asked.file_format_type,
		filters=asked.filters,
	)


def _make_anew(report: str) -> None:
	"""Have a report of ours made anew that Frappe takes for a stored one since it took long: of ours nothing is ever stored."""
	taken_for_stored = {"name": str(report), "module": MODULE, "is_standard": "Yes", "prepared_report": 1}
	if frappe.db.exists("Report", taken_for_stored):
		frappe.db.set_value("Report", report, "prepared_report", 0, update_modified=False)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def for_import(
	doctype: str,
	export_fields: str | dict[str, Any] | None = None,
	export_records: str | None = None,
	export_filters: str | list[Any] | dict[str, Any] | None = None,
	file_type: str = "CSV",
) -> None:
	"""Export records as a file that can be imported again, without the tables that the caller may not read.

	Raises frappe.PermissionError.
	"""
	wanted = frappe.parse_json(export_fields)
	if _is_ours(doctype) and isinstance(wanted, dict):
		hidden = _hidden_tables(doctype)
		wanted = {name: fields for name, fields in wanted.items() if name not in hidden}
	data_import.download_template(doctype, wanted, export_records, export_filters, file_type)
	if _is_ours(doctype) and export_records != "blank_template":
		_note(FOR_IMPORT, _rows_in_answer(1), doctype=doctype, file_type=file_type, filters=export_filters)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def of_records(doctype: str | list[Any] | None = None, **_sent: Any) -> None:
	"""Export records with Frappe's Data Export, without tables where the caller may not read all of them.

	Raises frappe.PermissionError.
	"""
	asked = frappe._dict(frappe.local.form_dict)
	asked.pop("cmd", None)
	first = str(doctype[0] if isinstance(doctype, list) and doctype else doctype)
	if _is_ours(first) and _hidden_tables(first):
		asked.all_doctypes = False
	exporter.export_data(**asked)
	if _is_ours(first) and frappe.utils.cint(asked.with_data):
		rows = len(frappe.get_list(first, filters=frappe.parse_json(asked.filters), pluck="name", limit=0))
		_note(RECORDS, rows, doctype=first, file_type=asked.file_type or "CSV", filters=asked.filters)


def _is_ours(doctype: str) -> bool:
	return bool(frappe.db.exists("DocType", {"name": str(doctype), "module": MODULE}))


def _hidden_tables(doctype: str) -> set[str]:
	"""Return the tables whose level the caller may not read: Frappe's exporters look at the levels of fields alone."""
	meta = frappe.get_meta(doctype)
	levels = meta.get_permlevel_access("read")
	return {table.fieldname for table in meta.get_table_fields() if table.permlevel not in levels}


def _chosen(names: Any, total: int | None = None) -> int | None:
	"""Return how many rows were chosen one by one, None where none were: then all are exported.

	`total` is the number of a row that is none, but their sum.
	"""
	found = frappe.parse_json(names) if names else None
	return len(found) - found.count(total) if isinstance(found, list) and found else None


def _filter_rows(asked: Any) -> int:
	"""Return how many lines stand above a report's columns: its filters and an empty one."""
	if not frappe.utils.cint(asked.include_filters):
		return 0
	shown = frappe.parse_json(asked.applied_filters or "{}")
	return 1 + sum(1 for value in shown.values() if value) if isinstance(shown, dict) else 0


def _rows_in_answer(above: int) -> int | None:
	"""Return the rows of the file that is sent, without so many that are no records; None where no file is sent."""
	content = frappe.response.get("filecontent") or frappe.response.get("result")
	rows = rows_in_workbook(content) if isinstance(content, bytes) else None
	if rows is None and content:
		text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
		rows = rows_in_text(text)
	return None if rows is None else max(rows - above, 0)


def rows_in_workbook(content: bytes) -> int | None:
	"""Return the rows of an Excel file's first sheet, None for what is no such file."""
	try:
		with ZipFile(BytesIO(content)) as book:
			return rows_in_sheet(book.read(SHEET))
	except (BadZipFile, KeyError):
		return None


def _finish(asked: Any, cut: str = "") -> None:
	"""Let the file that is sent hold as text what people typed with "=" before it, and say below its rows that there are more.

	Frappe writes a formula of such text into a workbook; of a CSV file a spreadsheet makes one.
	"""
	content = frappe.response.get("filecontent")
	if not isinstance(content, bytes):
		return
	if content.startswith(WORKBOOK):
		frappe.response["filecontent"] = in_workbook(content, partial(_finished, cut=cut))
		return
	text = text_in_csv(content.decode(), str(asked.csv_delimiter or ",")[0])
	frappe.response["filecontent"] = (text + (line_in_csv(cut) if cut else "")).encode()


def _finished(sheet: bytes, cut: str) -> bytes:
	return with_last_row(without_formulas(sheet), cut) if cut else without_formulas(sheet)


def in_workbook(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
	"""Return an Excel file with its first sheet changed; what is no such file as it is."""
	try:
		with ZipFile(BytesIO(content)) as book:
			sheet = book.read(SHEET)
			changed = change(sheet)
			if changed == sheet:
				return content
			parts = {each: book.read(each.filename) for each in book.infolist() if each.filename != SHEET}
	except (BadZipFile, KeyError):
		return content
	written = BytesIO()
	with ZipFile(written, "w", ZIP_DEFLATED) as book:
		for part, held in parts.items():
			book.writestr(part, held)
		book.writestr(SHEET, changed)
	return written.getvalue()


def _note(method: str, rows: int | None, **values: Any) -> None:
	filters = values.pop("filters", None)
	shown = filters if isinstance(filters, str | None) else json.dumps(filters, default=str)
	counted = None if rows is None else _("{0} rows").format(rows)
	make_access_log(method=method, page=counted, filters=shown, **values)
