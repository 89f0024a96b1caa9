"""Report "Follow-up Discipline": what was promised for a period, kept, late and missed, by person."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.follow_up_discipline import PEOPLE, discipline, follow_ups_behind

REPORT = "Follow-up Discipline"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with `show` a state, the follow-ups that are in it.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	if str((filters or {}).get("show") or PEOPLE) != PEOPLE:
		return list_follow_ups(dict(filters or {}))
	_scope, rows, total = discipline(filters)
	drawn = parts.chart(
		[row["name"] for row in rows],
		[(_(state), [row[state] for row in rows]) for state in ("Kept", "Late", "Missed")],
		stacked=True,
	)
	return parts.answer(
		get_columns(),
		rows,
		total={**total, "name": _("Total")},
		drawn=drawn,
		summary=[
			parts.number_part(_("Due"), total["due"]),
			parts.number_part(_("Kept"), total["kept_rate"], "Percent", "Green"),
			parts.number_part(_("Late"), total["Late"], indicator="Orange"),
			parts.number_part(_("Missed"), total["Missed"], indicator="Red"),
		],
	)


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("name", _("Person"), width=190),
		parts.count_column("due", _("Due"), drill_report=REPORT),
		parts.count_column("Kept", _("Kept"), drill_report=REPORT),
		parts.count_column("Late", _("Late"), drill_report=REPORT),
		parts.count_column("Missed", _("Missed"), drill_report=REPORT),
		parts.count_column("Ahead", _("Still Ahead"), 110, drill_report=REPORT),
		parts.count_column("Cancelled", _("Cancelled"), 100, drill_report=REPORT),
		parts.percent_column("kept_rate", _("Kept of Those Due"), 150, drill_report=REPORT),
		parts.days_column("days_late", _("Days Late on Average"), 160, drill_report=REPORT),
	]


def list_follow_ups(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the follow-ups behind a figure."""
	rows = follow_ups_behind(filters)
	names = parts.full_names(row["assigned_to"] for row in rows)
	columns = [
		parts.column("name", _("Follow Up"), "Link", 140, options="Follow Up"),
		parts.column("subject", _("Subject"), width=260),
		parts.column("person", _("Person"), width=170),
		parts.column("due_on", _("Due On"), "Datetime", 160),
		parts.column("completed_on", _("Completed On"), "Datetime", 160),
	]
	return parts.answer(columns, [{**row, "person": names.get(row["assigned_to"], "")} for row in rows])
