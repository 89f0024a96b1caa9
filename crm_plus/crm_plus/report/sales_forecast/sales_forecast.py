"""Report "Sales Forecast": by month what is won, committed, in the best case and weighted, against quota and last month."""

from typing import Any

from frappe import _
from frappe.utils import formatdate

from crm_plus.reports import report_parts as parts
from crm_plus.reports.sales_forecast import sales_forecast, total_of


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, compared_on, rows = sales_forecast(filters)
	total = total_of(rows)
	if compared_on:
		message = _("Compared with the pipeline at the end of {0}.").format(formatdate(compared_on))
	else:
		message = _("There is no snapshot of the pipeline to compare with yet; one is taken every night.")
	return parts.answer(
		get_columns(),
		[{**row, "month": row["month"] or _("Without a close date")} for row in rows],
		total={**total, "month": _("Total")},
		currency=scope.currency,
		message=message,
		drawn=get_chart(rows, scope.currency),
		summary=[
			parts.amount_part(_("Won"), total["won"], scope.currency, "Green"),
			parts.amount_part(_("Commit"), total["commit"], scope.currency),
			parts.amount_part(_("Best Case"), total["best_case"], scope.currency),
			parts.amount_part(_("Weighted"), total["weighted"], scope.currency, "Blue"),
			parts.amount_part(_("Quota"), total["quota"], scope.currency),
		],
	)


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("month", _("Month"), width=150),
		parts.count_column("deals", _("Deals")),
		parts.money_column("quota", _("Quota")),
		parts.money_column("won", _("Won"), drill="Deal"),
		parts.money_column("commit", _("Commit")),
		parts.money_column("best_case", _("Best Case")),
		parts.money_column("weighted", _("Weighted")),
		parts.money_column("open", _("Open"), drill="Deal"),
		parts.money_column("attained", _("Attained")),
		parts.percent_column("attainment", _("Attainment")),
		parts.money_column("gap", _("Commit Lacks to Quota"), 150),
		parts.money_column("then", _("Weighted Then"), 130),
		parts.money_column("change", _("Change Since"), 130),
	]


def get_chart(rows: parts.Rows, currency: str) -> parts.Row:
	"""Return the months with a date, each figure beside the quota."""
	dated = [row for row in rows if row["month"]]
	figures = (
		("won", _("Won")),
		("weighted", _("Weighted")),
		("best_case", _("Best Case")),
		("quota", _("Quota")),
	)
	return parts.chart(
		[row["month"] for row in dated],
		[(label, [row[key] for row in dated]) for key, label in figures],
		currency=currency,
	)
