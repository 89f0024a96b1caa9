"""Report "Pipeline Summary": the open deals as they stand, by stage, owner, source, campaign, pipeline, company or size."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.pipeline_summary import pipeline_summary


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	return parts.grouped(pipeline_summary(filters), get_columns, get_chart, get_summary)


def get_chart(rows: parts.Rows, _total: parts.Row, currency: str) -> parts.Row:
	"""Return amount and weighted amount of each group."""
	shown = [(_("Amount"), "amount"), (_("Weighted"), "weighted")]
	return parts.chart(
		[row["group"] for row in rows],
		[(label, [row[key] for row in rows]) for label, key in shown],
		currency=currency,
	)


def get_summary(total: parts.Row, currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.number_part(_("Open Deals"), total["deals"]),
		parts.amount_part(_("Amount"), total["amount"], currency),
		parts.amount_part(_("Weighted"), total["weighted"], currency, "Green"),
		parts.number_part(_("Rotten"), total["rotten"], indicator="Red"),
	]


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	return [
		parts.group_column(group),
		parts.count_column("deals", _("Deals"), drill="Deal"),
		parts.money_column("amount", _("Amount"), drill="Deal"),
		parts.money_column("weighted", _("Weighted"), drill="Deal"),
		parts.money_column("average", _("Average"), drill="Deal"),
		parts.days_column("days", _("Days in Stage"), drill="Deal"),
		parts.count_column("rotten", _("Rotten"), drill_report="Rotten and Slipping Deals"),
		parts.count_column("overdue", _("Past Their Close Date"), 150, drill="Deal"),
		parts.count_column("no_follow_up", _("Without Next Step"), 140, drill="Deal"),
	]
