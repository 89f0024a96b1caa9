"""A report as Frappe mails it by itself, which asks for its rows and no more: what else a file of ours has comes with them."""

from typing import Any

from crm_plus.access.callers import held_by
from crm_plus.rules.exported_files import cell_text

MAILER = ("frappe.email.doctype.auto_email_report.auto_email_report", "get_report_content")
FILES = ("CSV", "XLSX")
Rows = list[dict[str, Any]]


def mailed_as() -> str:
	"""Return as what Frappe's Auto Email Report is about to send a report (HTML, CSV …), "" where it is not."""
	return str(getattr(held_by(MAILER, "self"), "format", None) or "")


def in_mail(columns: Rows, rows: Rows, cut: str) -> Rows:
	"""Return a report's rows as they are mailed, otherwise as they are.

	A file has an apostrophe before what a spreadsheet would run, and below the rows stands that there are more of them.
	"""
	form = mailed_as()
	if form in FILES:
		rows = [{key: cell_text(value) for key, value in row.items()} for row in rows]
	texts = [each["fieldname"] for each in columns if each["fieldtype"] == "Data" and not each.get("hidden")]
	return [*rows, {texts[0]: cut}] if form and cut and texts else rows
