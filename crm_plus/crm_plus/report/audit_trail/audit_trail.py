"""Report "Audit Trail": who did what to which record, newest first; for managers."""

from typing import Any

from frappe import _

from crm_plus.reports.audit_trail import LIMIT, audit_trail


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows and, where there are more than it shows, a message. Times are the site's."""
	rows, is_cut = audit_trail(filters)
	message = _("These are the newest {0}: narrow the days or the filters for the rest.").format(LIMIT)
	shown = [{**row, "action": _(row["action"])} for row in rows]
	return get_columns(), shown, message if is_cut else None


def get_columns() -> list[dict[str, Any]]:
	"""Return the columns."""
	return [
		{"fieldname": "when", "label": _("When"), "fieldtype": "Datetime", "width": 170},
		{"fieldname": "who", "label": _("Who"), "fieldtype": "Link", "options": "User", "width": 180},
		{"fieldname": "action", "label": _("What"), "fieldtype": "Data", "width": 140},
		# No Link: a manager may not read DocTypes, and Frappe would refuse him the whole report.
		{"fieldname": "record_type", "label": _("Record Type"), "fieldtype": "Data", "width": 130},
		{
			"fieldname": "record",
			"label": _("Record"),
			"fieldtype": "Dynamic Link",
			"options": "record_type",
			"width": 160,
		},
		{"fieldname": "details", "label": _("Details"), "fieldtype": "Data", "width": 480},
	]
