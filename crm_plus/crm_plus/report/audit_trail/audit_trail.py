"""Report "Audit Trail": who did what to which record, newest first; for managers."""

from collections import Counter
from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.audit_trail import DELETED, EXPORTED, LIMIT, audit_trail


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, where there are more than it shows a message, and chart and summary of those. Times are the site's."""
	rows, is_cut = audit_trail(filters)
	more = _("These are the newest {0}: narrow the days or the filters for the rest.").format(LIMIT)
	done = Counter(row["action"] for row in rows)
	return parts.answer(
		get_columns(),
		[{**row, "action": _(row["action"])} for row in rows],
		total={"action": _("Total"), "details": _("{0} entries").format(len(rows))},
		message=parts.cut_short(more) if is_cut else None,
		drawn=parts.chart([_(action) for action in done], [(_("Entries"), list(done.values()))]),
		summary=[
			parts.number_part(_("Entries"), len(rows)),
			parts.number_part(_("People"), len({row["who"] for row in rows})),
			parts.number_part(_(EXPORTED), done[EXPORTED], indicator="Orange"),
			parts.number_part(_(DELETED), done[DELETED], indicator="Red"),
		],
	)


def get_columns() -> list[dict[str, Any]]:
	"""Return the columns."""
	return [
		{"fieldname": "when", "label": _("When"), "fieldtype": "Datetime", "width": 170},
		{"fieldname": "who", "label": _("Who"), "fieldtype": "Link", "options": "User", "width": 180},
		{"fieldname": "action", "label": _("What"), "fieldtype": "Data", "width": 140},
		# No Link: a manager may not read DocTypes, and Frappe would refuse him the whole report.
		{
			"fieldname": "record_type",
			"label": _("Record Type"),
			"fieldtype": "Data",
			"align": "left",
			"width": 130,
		},
		{
			"fieldname": "record",
			"label": _("Record"),
			"fieldtype": "Dynamic Link",
			"options": "record_type",
			"align": "left",
			"width": 160,
		},
		{"fieldname": "details", "label": _("Details"), "fieldtype": "Data", "width": 480},
	]
