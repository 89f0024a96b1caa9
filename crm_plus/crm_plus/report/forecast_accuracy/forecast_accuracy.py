"""Report "Forecast Accuracy": what the snapshots said of a month one, two and three months ahead, and what came."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.forecast_accuracy import AHEAD, forecast_accuracy, total_of

FORECAST = "Sales Forecast"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, rows = forecast_accuracy(filters)
	known = sum(row["error"] is not None for row in rows)
	total = total_of(scope, rows)
	return parts.answer(
		get_columns(),
		rows,
		total={**total, "month": _("Total")},
		currency=scope.currency,
		message=None
		if known
		else _("There are no snapshots from before these months; one is taken every night."),
		drawn=parts.chart(
			[row["month"] for row in rows],
			[
				(_("Said on the Eve"), [row["said_1"] or 0 for row in rows]),
				(_("Won"), [row["won"] for row in rows]),
			],
			currency=scope.currency,
		),
		summary=[
			parts.number_part(_("Months Compared"), known),
			parts.number_part(_("Off by"), total["off"], "Percent"),
			parts.number_part(_("More (Less) Came Than Said"), total["bias"], "Percent"),
		],
	)


def get_columns() -> parts.Rows:
	"""Return the columns, the word of the longest ahead first; what came beyond is the difference of two others."""
	heads = {1: _("Said on the Eve"), 2: _("Said a Month Before"), 3: _("Said Two Months Before")}
	return [
		parts.column("month", _("Month"), width=120),
		*(
			parts.money_column(f"said_{ahead}", heads[ahead], 180, drill_report=FORECAST)
			for ahead in sorted(AHEAD, reverse=True)
		),
		parts.money_column("won", _("Won"), drill="Deal"),
		parts.money_column("error", _("Came Beyond"), 140),
		parts.percent_column("off", _("Off by"), drill="Deal"),
	]
