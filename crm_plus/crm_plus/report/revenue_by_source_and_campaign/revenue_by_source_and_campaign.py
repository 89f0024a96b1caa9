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
	scope, group, rows, total = revenue_by_source(filters)
	return parts.answer(
		get_columns(group),
		rows,
		total={**total, "group": _("Total")},
		currency=scope.currency,
		message=_("Only what invoices bill of deals; the report Invoices Without Deal lists the others.")
		if rows
		else None,
		drawn=parts.chart(
			[row["group"] for row in rows[:20]],
			[
				(_("Collected"), [row["collected"] for row in rows[:20]]),
				(_("Open"), [row["open"] for row in rows[:20]]),
			],
			currency=scope.currency,
			stacked=True,
		),
		summary=[
			parts.amount_part(_("Invoiced"), total["revenue"], scope.currency),
			parts.amount_part(_("Collected"), total["collected"], scope.currency, "Green"),
			parts.amount_part(_("Open"), total["open"], scope.currency, "Orange"),
		],
	)


def get_columns(group: str) -> parts.Rows:
	"""Return the columns; a deal is a link to it."""
	first = (
		parts.column("group", _("Deal"), "Link", 200, options="Deal")
		if group == "Deal"
		else parts.column("group", _(group), width=200)
	)
	return [
		first,
		parts.count_column("deals", _("Deals"), drill_report=REPORT),
		parts.count_column("invoices", _("Invoices")),
		parts.money_column("revenue", _("Invoiced"), drill_report=REPORT),
		parts.money_column("collected", _("Collected"), drill_report=REPORT),
		parts.money_column("open", _("Open")),
		parts.percent_column("share", _("Share of Collected"), 140),
		parts.money_column("per_deal", _("Collected a Deal"), 140),
	]
