"""Report "Lifecycle Movement": where customers stood when a period began, which stages they came to, and where they stand."""

from typing import Any

import frappe
from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.lifecycle_movement import (
	MATRIX,
	MOST_ROWS,
	STAGE,
	STAGES,
	lifecycle_movement,
	moves_behind,
	profiles_behind,
)
from crm_plus.rules.quoted_text import quoted

REPORT = "Lifecycle Movement"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with `show` the profiles or the moves behind a figure.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	show = str((filters or {}).get("show") or "Figures")
	lists = {"Figures": list_figures, "Profiles": list_profiles, "Moves": list_moves}
	if show not in lists:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(show)))
	return lists[show](dict(filters or {}))


def list_figures(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the figures by stage or by group."""
	_scope, group, rows, total = lifecycle_movement(filters)
	columns = get_columns(group)
	if not rows:
		return parts.answer(columns, [])
	first = columns[0]["fieldname"]
	return parts.answer(
		columns,
		[{**row, "stage": _(row["stage"])} if "stage" in row else row for row in rows],
		total={**total, first: _("Total")},
		drawn=get_chart(group, rows),
		summary=None
		if group == MATRIX
		else [
			parts.number_part(_("Before"), total["before"]),
			parts.number_part(_("New"), total["new"], indicator="Green"),
			parts.number_part(_("After"), total["after"]),
		],
	)


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	if group == MATRIX:
		heads = [parts.column("stage", _("Stood In"), width=150), count("all", _("All"))]
		return [*heads, *(count(stage, _("To {0}").format(_(stage))) for stage in STAGES)]
	before, new, after = count("before", _("Before")), count("new", _("New")), count("after", _("After"))
	if group == STAGE:
		moved = [count("came", _("Came")), count("left", _("Left")), after]
		gross = [parts.count_column("net", _("Change")), count("moves", _("All Moves Into It"), 150)]
		return [parts.column("stage", _("Lifecycle Stage"), width=150), before, new, *moved, *gross]
	became = [count(stage, _("Became {0}").format(_(stage)), 140) for stage in STAGES]
	return [parts.column("group", _(group), width=190), before, new, after, *became]


def count(fieldname: str, label: str, width: int = 110) -> parts.Row:
	"""Return a column of counts, each of which this report lists."""
	return parts.count_column(fieldname, label, width, drill_report=REPORT)


def get_chart(group: str, rows: parts.Rows) -> parts.Row:
	"""Return before and after by stage, or who became what by group."""
	if group == STAGE:
		shown = [(_("Before"), "before"), (_("After"), "after")]
		return parts.chart(
			[_(row["stage"]) for row in rows], [(name, [row[key] for row in rows]) for name, key in shown]
		)
	key = "stage" if group == MATRIX else "group"
	return parts.chart(
		[_(str(row[key])) for row in rows[:20]],
		[(_(stage), [row[stage] for row in rows[:20]]) for stage in STAGES],
		stacked=True,
	)


def list_profiles(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the profiles behind a figure."""
	rows, found = profiles_behind(filters)
	names = parts.full_names(row["profile_owner"] for row in rows)
	columns = [
		parts.column("name", _("Customer"), "Link", 130, options="Customer Profile"),
		parts.column("full_name", _("Name"), width=220),
		parts.column("stood", _("Stood In"), width=120),
		parts.column("stands", _("Stands In"), width=120),
		parts.column("source", _("Source"), width=130),
		parts.column("owner_name", _("Owner"), width=170),
		parts.column("territory", _("Territory"), width=130),
	]
	shown = [
		{
			**row,
			**{"stood": _(row["stood"] or "New"), "stands": _(row["stands"])},
			"owner_name": names.get(row["profile_owner"], ""),
		}
		for row in rows
	]
	return parts.answer(columns, shown, message=cut(found))


def list_moves(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the moves behind a figure."""
	rows, found = moves_behind(filters)
	columns = [
		parts.column("name", _("Customer"), "Link", 130, options="Customer Profile"),
		parts.column("full_name", _("Name"), width=220),
		parts.column("from_stage", _("From"), width=120),
		parts.column("to_stage", _("To"), width=120),
		parts.column("changed_on", _("Changed On"), "Datetime", 160),
		parts.column("cause", _("Cause"), width=200),
	]
	words = ("from_stage", "to_stage", "cause")
	shown = [{**row, **{key: row[key] and _(row[key]) for key in words}} for row in rows]
	return parts.answer(columns, shown, message=cut(found))


def cut(found: int) -> str | None:
	"""Return the sentence that says that not all are shown, None where they are."""
	if found <= MOST_ROWS:
		return None
	more = _("The first {0} of {1}: narrow the filters for the others.")
	return parts.cut_short(more.format(MOST_ROWS, found))
