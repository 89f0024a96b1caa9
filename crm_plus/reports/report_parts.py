"""What every report is made of: columns, links behind its figures, the line above the table, the chart, the answer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt
from frappe.utils.formatters import format_value

from crm_plus.access.remembered import remembered
from crm_plus.reports.mailed_file import in_mail
from crm_plus.reports.own_fields import group_title

# Frappe's own blue, green, orange, violet, red and grey: a chart with one figure is blue.
GREEN, RED = "#29CD42", "#E24C4C"
COLORS = ("#2490EF", GREEN, "#ECAD4B", "#7575FF", RED, "#A6B1B9")

# Where a report notes that its rows end before all are told: the file that it is taken away as says so too.
CUT = "crm_plus_rows_end"
# Where a report notes the number of its total row: who took how many rows is not told of one that is none.
TOTAL = "crm_plus_total_row"

# Pixels of the Desk's bold heading: a letter, and what stands around the text.
LETTER_WIDTH, HEADING_MARGIN = 8.0, 38

Row = dict[str, Any]
Rows = list[Row]


def column(fieldname: str, label: str, fieldtype: str = "Data", width: int = 120, **more: Any) -> Row:
	"""Return one column; `drill` names the DocType whose list a figure of the column leads to.

	Texts are told to stand left, the Desk takes a column that begins empty for numbers. A column is wide enough for its
	heading in any language.
	"""
	width = max(width, HEADING_MARGIN + round(LETTER_WIDTH * len(label)))
	align = {"align": "left"} if fieldtype == "Data" else {}
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **align, **more}


def money_column(fieldname: str, label: str, width: int = 130, **more: Any) -> Row:
	"""Return a column of amounts in the report's currency."""
	return column(fieldname, label, "Currency", width, options="currency", **more)


def count_column(fieldname: str, label: str, width: int = 90, **more: Any) -> Row:
	"""Return a column of whole numbers."""
	return column(fieldname, label, "Int", width, **more)


def percent_column(fieldname: str, label: str, width: int = 100, **more: Any) -> Row:
	"""Return a column of percentages; one without a whole stays empty."""
	return column(fieldname, label, "Percent", width, precision=1, **more)


def days_column(fieldname: str, label: str, width: int = 110, **more: Any) -> Row:
	"""Return a column of days, or of hours, with one decimal."""
	return column(fieldname, label, "Float", width, precision=1, **more)


def amount_part(label: str, value: float, currency: str, indicator: str = "") -> Row:
	"""Return an amount for the line above the table."""
	part = {"label": label, "value": value, "datatype": "Currency", "currency": currency}
	return {**part, "indicator": indicator} if indicator else part


def number_part(label: str, value: float | None, datatype: str = "Int", indicator: str = "") -> Row:
	"""Return a number for the line above the table; one that there is none of shows a dash."""
	part = {"label": label, "value": value, "datatype": datatype}
	if value is None or datatype in ("Float", "Percent"):
		part = {"label": label, "value": with_one_decimal(value, datatype), "datatype": "Data"}
	return {**part, "indicator": indicator} if indicator else part


def with_one_decimal(value: float | None, datatype: str) -> str:
	"""Return a number as the reader writes numbers, with one decimal, and a dash for none; the Desk would show three."""
	if value is None:
		return "–"
	text = format_value(flt(value, 1), {"fieldtype": "Float", "precision": 1})
	return f"{text} %" if datatype == "Percent" else text


def chart(
	labels: Sequence[str],
	datasets: Iterable[tuple[str, Sequence[float]]],
	*,
	currency: str = "",
	kind: str = "bar",
	stacked: bool = False,
) -> Row:
	"""Return a chart as Frappe draws it; values are amounts where a currency is given."""
	drawn: Row = {
		"data": {
			"labels": list(labels),
			"datasets": [
				{"name": name, "values": [round(value or 0, 2) for value in values]}
				for name, values in datasets
			],
		},
		"type": kind,
		"height": 240,
		"colors": list(COLORS),
	}
	if currency:
		drawn.update(fieldtype="Currency", options="currency", currency=currency)
	if stacked:
		drawn["barOptions"] = {"stacked": True}
	return drawn


def is_chart_only(filters: dict[str, Any] | None) -> bool:
	"""Tell whether a dashboard asks, which draws the chart of a report and lists none of its rows."""
	return bool(cint((filters or {}).get("chart_only")))


def cut_short(sentence: str) -> str:
	"""Return the sentence that says that not all rows are shown, and note it for the file that they are taken away as."""
	frappe.flags[CUT] = sentence
	return sentence


def answer(
	columns: Rows,
	rows: Rows,
	*,
	total: Row | None = None,
	currency: str = "",
	message: str | None = None,
	drawn: Row | None = None,
	summary: Rows | None = None,
	is_listed: bool = True,
) -> tuple[Any, ...]:
	"""Return what Frappe takes from a report: columns, rows with the total last, message, chart, summary.

	Of what is not listed there are no rows, but a chart.

	Without rows a sentence says so instead of an empty table. Links are to what the report is of alone: Frappe refuses a
	report to who may not read what any of its links names.
	"""
	if not is_listed:
		return columns, [], None, drawn, summary if drawn else None
	if not rows:
		return (
			columns,
			[],
			message or _("Nothing matches these filters: choose a longer period or fewer filters."),
			None,
			None,
		)
	found = [*rows, total_row(total, len(rows))] if total else rows
	if currency:
		columns = [*columns, column("currency", _("Currency"), width=80, hidden=1)]
		found = [{**row, "currency": currency} for row in found]
	cut = str(frappe.flags.get(CUT) or "")
	columns, found = in_mail(columns, found, cut if cut in (message or "") else "")
	return columns, found, message, drawn, summary


def total_row(total: Row, number: int) -> Row:
	"""Return the row below all others, and note its number for the file that they are taken away as."""
	frappe.flags[TOTAL] = number
	return {**total, "is_total": 1, "bold": 1}


def grouped(
	found: tuple[Any, str, Rows, Row],
	columns: Callable[[str], Rows],
	drawn: Callable[[Rows, Row, str], Row],
	summary: Callable[[Row, str], Rows],
	message: str | None = None,
	*,
	is_listed: bool = True,
) -> tuple[Any, ...]:
	"""Return the answer of a report by groups: `found` is its scope, the group, the rows and the total.

	The columns are asked for by group, the chart by rows, total and currency, the line above the table by total and currency.
	"""
	scope, group, rows, total = found
	return answer(
		columns(group),
		rows,
		total={**total, "group": _("Total")},
		currency=scope.currency,
		message=message if rows else None,
		drawn=drawn(rows, total, scope.currency) if rows else None,
		summary=summary(total, scope.currency),
		is_listed=is_listed,
	)


def group_column(group: str, width: int = 190) -> Row:
	"""Return the first column of a report by groups; a deal is a link to it."""
	if group == "Deal":
		return column("group", _("Deal"), "Link", width, options="Deal")
	return column("group", group_title(group), width=width)


def full_names(users: Iterable[str | None]) -> dict[str, str]:
	"""Return the full names of users, in one query; charts of a dashboard that are of the same people ask for them once."""
	names = sorted({user for user in users if user})
	return dict(remembered(("full names", "\n".join(names), ""), lambda: _read_names(names))) if names else {}


def _read_names(names: list[str]) -> dict[str, str]:
	user = frappe.qb.DocType("User")
	rows = frappe.qb.from_(user).select(user.name, user.full_name).where(user.name.isin(names)).run()
	return {name: full_name or name for name, full_name in rows}
