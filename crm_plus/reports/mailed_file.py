"""A report as Frappe mails it by itself, which asks for its rows and no more: what else a file of ours has comes with them."""

from typing import Any

import frappe
from frappe.utils import escape_html

from crm_plus.access.callers import held_by
from crm_plus.rules.exported_files import cell_text

MAILER = ("frappe.email.doctype.auto_email_report.auto_email_report", "get_report_content")
FILES = ("CSV", "XLSX")
# As what Frappe's mail draws a text as it stands and on the side where these stand; of nothing it makes 0 or None in them.
DRAWN_AS = {"Float": "Int", "Percent": "Data", "Date": "Data", "Datetime": "Data"}
Rows = list[dict[str, Any]]


def mailed_as() -> str:
	"""Return as what Frappe's Auto Email Report is about to send a report (HTML, CSV …), "" where it is not."""
	return str(getattr(held_by(MAILER, "self"), "format", None) or "")


def in_mail(columns: Rows, rows: Rows, cut: str) -> tuple[Rows, Rows]:
	"""Return a report's columns and rows as they are mailed, otherwise as they are.

	A file has an apostrophe before what a spreadsheet would run, a mail shows markup as the text that it is, and below the
	rows stands that there are more of them.
	"""
	form = mailed_as()
	if not form:
		return columns, rows
	texts = [each["fieldname"] for each in columns if each["fieldtype"] == "Data" and not each.get("hidden")]
	if cut and texts:
		rows = [*rows, {texts[0]: cut}]
	if form in FILES:
		return columns, [{key: cell_text(value) for key, value in row.items()} for row in rows]
	return with_gaps(columns, escaped(columns, rows))


def escaped(columns: Rows, rows: Rows) -> Rows:
	"""Return rows whose texts are shown as somebody typed them: Frappe's mail would draw what they hold of HTML."""
	texts = [each["fieldname"] for each in columns if each["fieldtype"] == "Data"]
	return [{**row, **{name: escape_html(row[name]) for name in texts if row.get(name)}} for row in rows]


def with_gaps(columns: Rows, rows: Rows) -> tuple[Rows, Rows]:
	"""Return columns and rows with nothing where nothing is known: a column that has such a place becomes one of texts."""
	gaps = {
		each["fieldname"]: each
		for each in columns
		if each["fieldtype"] in DRAWN_AS and any(row.get(each["fieldname"]) is None for row in rows)
	}
	as_text = {name: {**each, "fieldtype": DRAWN_AS[each["fieldtype"]]} for name, each in gaps.items()}
	written = [{**row, **{name: _text(row, each) for name, each in gaps.items()}} for row in rows]
	return [as_text.get(each["fieldname"], each) for each in columns], written


def _text(row: dict[str, Any], column: dict[str, Any]) -> str:
	"""Return a value as Frappe's mail would write it, "" where there is none."""
	value = row.get(column["fieldname"])
	return "" if value is None else str(frappe.format(value, column, frappe._dict(row)))
