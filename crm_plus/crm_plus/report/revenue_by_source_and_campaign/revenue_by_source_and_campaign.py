"""Report "Revenue by Source and Campaign": what was billed and paid of the deals that each source and campaign brought."""

from functools import partial
from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.revenue_by_source import PAYMENTS, dated_by, revenue_by_source

REPORT = "Revenue by Source and Campaign"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency, without taxes.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	dated = dated_by(filters)
	message = _("Only what invoices bill of deals; the report Invoices Without Deal lists the others.")
	if dated == PAYMENTS:
		message = _("What came in within the period on invoices of deals, whenever they were written.")
	return parts.grouped(
		revenue_by_source(filters),
		partial(get_columns, dated=dated),
		partial(get_chart, dated=dated),
		partial(get_summary, dated=dated),
		message,
	)


def get_chart(rows: parts.Rows, _total: parts.Row, currency: str, dated: str) -> parts.Row:
	"""Return what is collected and open of the largest groups."""
	shown = [(_("Collected"), "collected")]
	if dated != PAYMENTS:
		shown.append((_("Open"), "open"))
	return parts.chart(
		[row["group"] for row in rows[:20]],
		[(label, [row[key] for row in rows[:20]]) for label, key in shown],
		currency=currency,
		stacked=True,
	)


def get_summary(total: parts.Row, currency: str, dated: str) -> parts.Rows:
	"""Return the line above the table."""
	collected = parts.amount_part(_("Collected"), total["collected"], currency, "Green")
	if dated == PAYMENTS:
		return [collected]
	return [
		parts.amount_part(_("Invoiced"), total["revenue"], currency),
		collected,
		parts.amount_part(_("Open"), total["open"], currency, "Orange"),
		parts.amount_part(_("Credited or Written Off"), total["written_off"], currency),
	]


def get_columns(group: str, dated: str) -> parts.Rows:
	"""Return the columns; of what came in there is no part open."""
	billed = [
		parts.money_column("open", _("Open"), drill_report=REPORT),
		parts.money_column("written_off", _("Credited or Written Off"), 170, drill_report=REPORT),
	]
	is_billed = dated != PAYMENTS
	return [
		parts.group_column(group, 200),
		parts.count_column("deals", _("Deals"), drill_report=REPORT),
		parts.count_column("invoices", _("Invoices"), drill_report=REPORT),
		*([parts.money_column("revenue", _("Invoiced"), drill_report=REPORT)] if is_billed else []),
		parts.money_column("collected", _("Collected"), drill_report=REPORT),
		*(billed if is_billed else []),
		parts.percent_column("share", _("Share of Collected"), 140, drill_report=REPORT),
		parts.money_column("per_deal", _("Collected a Deal"), 140, drill_report=REPORT),
	]
