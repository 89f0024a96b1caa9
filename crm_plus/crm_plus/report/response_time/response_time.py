"""Report "Response Time": how long customers wait for an answer, by person, team, type or hour of the day."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.response_time import MOST_ROWS, interactions_behind, response_time

REPORT = "Response Time"
FIGURES = "Figures"
MOST_BARS = 20


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with `show` an outcome, the interactions that came out so.

	Hours are those of the company's working days. Raises frappe.ValidationError, in one sentence, for filters that make
	no sense.
	"""
	if str((filters or {}).get("show") or FIGURES) != FIGURES:
		return list_interactions(dict(filters or {}))
	question, rows, total = response_time(filters)
	return parts.answer(
		get_columns(question.group),
		rows,
		total={**total, "group": _("Total")},
		message=_("Hours of working days only: the company's holidays do not count.")
		if question.closed and rows
		else None,
		drawn=get_chart(question.group, rows),
		summary=[
			parts.number_part(_("Came In"), total["incoming"]),
			parts.number_part(_("Median Hours"), total["median"], "Float"),
			parts.number_part(_("In Time"), total["share"], "Percent", "Green"),
			parts.number_part(_("Waiting"), total["Waiting"], indicator="Red"),
		],
	)


def get_chart(group: str, rows: parts.Rows) -> parts.Row:
	"""Return how long it took; by hour of the day how many came in, and what became of them."""
	labels = [row["group"] for row in rows]
	if group == "Hour":
		outcomes = [(_(key), [row[key] for row in rows]) for key in ("In Time", "Late", "Still Ahead")]
		return parts.chart(labels, outcomes, stacked=True)
	shown = [(_("Median"), "median"), (_("9 in 10"), "p90")]
	return parts.chart(
		labels[:MOST_BARS], [(name, [row[key] for row in rows[:MOST_BARS]]) for name, key in shown]
	)


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("group", _(group), width=190),
		parts.count_column("incoming", _("Came In"), drill_report=REPORT),
		parts.count_column("Answered", _("Answered"), 100, drill_report=REPORT),
		parts.days_column("median", _("Median Hours"), 120, drill_report=REPORT),
		parts.days_column("p90", _("Hours of 9 in 10"), 140, drill_report=REPORT),
		parts.count_column("In Time", _("In Time"), drill_report=REPORT),
		parts.count_column("Late", _("Late"), drill_report=REPORT),
		parts.count_column("Still Ahead", _("Still Ahead"), 110, drill_report=REPORT),
		parts.percent_column("share", _("In Time of Those Due"), 160, drill_report=REPORT),
		parts.count_column("Waiting", _("Waiting"), drill_report=REPORT),
		parts.days_column("longest", _("Hours of the Longest Waiting"), 200, drill_report=REPORT),
	]


def list_interactions(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the interactions behind a figure."""
	rows, count = interactions_behind(filters)
	names = parts.full_names(row["interaction_owner"] for row in rows)
	message = None
	if count > len(rows):
		more = _("The {0} that waited longest of {1}: narrow the filters for the others.")
		message = parts.cut_short(more.format(MOST_ROWS, count))
	columns = [
		parts.column("name", _("Interaction"), "Link", 140, options="Interaction"),
		parts.column("subject", _("Subject"), width=260),
		parts.column("type", _("Type"), width=100),
		parts.column("person", _("Person"), width=170),
		parts.column("starts_on", _("Came In On"), "Datetime", 160),
		parts.column("answered_on", _("Answered On"), "Datetime", 160),
		parts.days_column("hours", _("Hours")),
	]
	shown = [
		{**row, "person": names.get(row["interaction_owner"], ""), "type": _(row["interaction_type"])}
		for row in rows
	]
	return parts.answer(columns, shown, message=message)
