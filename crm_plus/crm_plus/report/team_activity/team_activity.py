"""Report "Team Activity": who did what how often, whom it reached, how long it took."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.team_activity import team_activity


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary. Raises frappe.ValidationError for filters that make no sense."""
	_scope, kinds, rows, total = team_activity(filters)
	columns = [
		parts.column("name", _("Person"), width=190),
		parts.count_column("interactions", _("Interactions"), 110, drill="Interaction"),
		*(parts.count_column(kind, _(kind), 90, drill="Interaction") for kind in kinds),
		parts.count_column("incoming", _("Incoming"), drill="Interaction"),
		parts.count_column("outgoing", _("Outgoing"), drill="Interaction"),
		parts.count_column("customers", _("Customers"), 100, drill="Interaction"),
		parts.days_column("hours", _("Hours"), drill="Interaction"),
		parts.count_column("follow_ups", _("Follow-ups Done"), 130, drill="Follow Up"),
	]
	return parts.answer(
		columns,
		rows,
		total={**total, "name": _("Total")},
		drawn=parts.chart(
			[row["name"] for row in rows],
			[(_(kind), [row[kind] for row in rows]) for kind in kinds],
			stacked=True,
		)
		if kinds
		else None,
		summary=[
			parts.number_part(_("Interactions"), total["interactions"]),
			parts.number_part(_("Hours"), total["hours"], "Float"),
			parts.number_part(_("Follow-ups Done"), total["follow_ups"], indicator="Green"),
		],
	)
