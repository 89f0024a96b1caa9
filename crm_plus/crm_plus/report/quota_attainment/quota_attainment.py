"""Report "Quota Attainment": what people and teams were to sell, what they sold, rolled up along the tree of teams."""

from typing import Any

from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.quota_attainment import quota_attainment
from crm_plus.reports.sales_quotas import by_invoices, hidden_attainment, knows_attained

INVOICED, FORECAST = "Revenue by Source and Campaign", "Sales Forecast"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	scope, rows, total = quota_attainment(filters)
	summary = [parts.amount_part(_("Quota"), total["quota"], scope.currency)]
	if knows_attained():
		summary += [
			parts.amount_part(_("Attained"), total["attained"], scope.currency, "Green"),
			parts.number_part(_("Attainment"), total["attainment"], "Percent"),
		]
	return parts.answer(
		get_columns(),
		rows,
		total={**total, "name": _("Total"), "indent": 0},
		currency=scope.currency,
		message=get_message(total["quota"]),
		drawn=get_chart([row for row in rows if row["quota"]], scope.currency),
		summary=summary,
	)


def get_message(quota: float) -> str | None:
	"""Return the sentence that says what is missing, None where nothing is."""
	if not knows_attained():
		return hidden_attainment()
	return None if quota else str(_("There are no quotas for this period: set them under Sales Quota."))


def get_chart(measured: parts.Rows, currency: str) -> parts.Row | None:
	"""Return quotas and what was attained of them."""
	if not measured:
		return None
	figures = [(_("Quota"), [row["quota"] for row in measured])]
	if knows_attained():
		figures.append((_("Attained"), [row["attained"] for row in measured]))
	return parts.chart([row["name"] for row in measured], figures, currency=currency)


def get_columns() -> parts.Rows:
	"""Return the columns; what is attained leads to deals that were won, or to those that were invoiced.

	What lacks is the difference of two others.
	"""
	behind = {"drill_report": INVOICED} if by_invoices() else {"drill": "Deal"}
	return [
		parts.column("name", _("Team or Person"), width=240),
		parts.money_column("quota", _("Quota"), 150, drill_report=FORECAST),
		parts.money_column("attained", _("Attained"), 150, **behind),
		parts.percent_column("attainment", _("Attainment"), 130, **behind),
		parts.money_column("gap", _("Lacks to Quota"), 150),
	]
