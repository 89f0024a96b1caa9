"""Report "Pipeline Summary": the open deals as they stand, by stage, owner, source, campaign, pipeline, company or size."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.pipeline_summary import pipeline_summary


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, group, rows, total = pipeline_summary(filters)
	return parts.answer(
		get_columns(group),
		rows,
		total={**total, "group": _("Total")},
		currency=scope.currency,
		drawn=parts.chart(
			[row["group"] for row in rows],
			[
				(_("Amount"), [row["amount"] for row in rows]),
				(_("Weighted"), [row["weighted"] for row in rows]),
			],
			currency=scope.currency,
		),
		summary=[
			parts.number_part(_("Open Deals"), total["deals"]),
			parts.amount_part(_("Amount"), total["amount"], scope.currency),
			parts.amount_part(_("Weighted"), total["weighted"], scope.currency, "Green"),
			parts.number_part(_("Rotten"), total["rotten"], indicator="Red"),
		],
	)


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("group", _(group), width=190),
		parts.count_column("deals", _("Deals"), drill="Deal"),
		parts.money_column("amount", _("Amount"), drill="Deal"),
		parts.money_column("weighted", _("Weighted"), drill="Deal"),
		parts.money_column("average", _("Average")),
		parts.days_column("days", _("Days in Stage")),
		parts.count_column("rotten", _("Rotten"), drill_report="Rotten and Slipping Deals"),
		parts.count_column("overdue", _("Past Their Close Date"), 150, drill="Deal"),
		parts.count_column("no_follow_up", _("Without Next Step"), 140, drill="Deal"),
	]
