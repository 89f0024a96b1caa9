"""Report "Revenue by Source and Campaign": what was billed and paid of the deals that each source and campaign brought."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.revenue_by_source import revenue_by_source

REPORT = "Revenue by Source and Campaign"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency, without taxes.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	message = _("Only what invoices bill of deals; the report Invoices Without Deal lists the others.")
	return parts.grouped(revenue_by_source(filters), get_columns, get_chart, get_summary, message)


def get_chart(rows: parts.Rows, _total: parts.Row, currency: str) -> parts.Row:
	"""Return what is collected and open of the largest groups."""
	shown = [(_("Collected"), "collected"), (_("Open"), "open")]
	return parts.chart(
		[row["group"] for row in rows[:20]],
		[(label, [row[key] for row in rows[:20]]) for label, key in shown],
		currency=currency,
		stacked=True,
	)


def get_summary(total: parts.Row, currency: str) -> parts.Rows:
	"""Return the line above the table."""
	return [
		parts.amount_part(_("Invoiced"), total["revenue"], currency),
		parts.amount_part(_("Collected"), total["collected"], currency, "Green"),
		parts.amount_part(_("Open"), total["open"], currency, "Orange"),
	]


def get_columns(group: str) -> parts.Rows:
	"""Return the columns."""
	return [
		parts.group_column(group, 200),
		parts.count_column("deals", _("Deals"), drill_report=REPORT),
		parts.count_column("invoices", _("Invoices")),
		parts.money_column("revenue", _("Invoiced"), drill_report=REPORT),
		parts.money_column("collected", _("Collected"), drill_report=REPORT),
		parts.money_column("open", _("Open"), drill_report=REPORT),
		parts.percent_column("share", _("Share of Collected"), 140),
		parts.money_column("per_deal", _("Collected a Deal"), 140),
	]
