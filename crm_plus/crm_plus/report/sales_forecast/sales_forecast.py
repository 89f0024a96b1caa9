"""Report "Sales Forecast": by month what is won, committed, in the best case and weighted, against quota and last month."""

from typing import Any

from frappe import _
from frappe.utils import formatdate

from crm_plus.reports import report_parts as parts
from crm_plus.reports.forecast_deals import QUOTA, UNDATED, drill, forecast_deals
from crm_plus.reports.quotas_behind import may_open_quotas, quotas_behind
from crm_plus.reports.sales_forecast import sales_forecast, total_of
from crm_plus.reports.sales_quotas import hidden_attainment, knows_attained

REPORT = "Sales Forecast"


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with `figure`, what is behind it. Amounts in the chosen currency.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	if (filters or {}).get("figure"):
		return (list_quotas if filters["figure"] == QUOTA else list_deals)(dict(filters or {}))
	scope, compared_on, rows = sales_forecast(filters)
	rows = [{**row, "drill": drill(scope, row["month"] or UNDATED, compared_on)} for row in rows]
	total = {**total_of(rows), "drill": drill(scope, "", compared_on)}
	if compared_on:
		message = _("Compared with the pipeline at the end of {0}.").format(formatdate(compared_on))
	else:
		message = _("There is no snapshot of the pipeline to compare with yet; one is taken every night.")
	if not knows_attained():
		message = f"{message} {hidden_attainment()}"
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
	"""Return the columns; what lacks and what changed is the difference of two others."""
	return [
		parts.column("month", _("Month"), width=150),
		parts.count_column("deals", _("Deals"), drill_report=REPORT),
		parts.money_column("quota", _("Quota"), drill_report=REPORT),
		parts.money_column("won", _("Won"), drill_report=REPORT),
		parts.money_column("commit", _("Commit"), drill_report=REPORT),
		parts.money_column("best_case", _("Best Case"), drill_report=REPORT),
		parts.money_column("weighted", _("Weighted"), drill_report=REPORT),
		parts.money_column("open", _("Open"), drill_report=REPORT),
		parts.money_column("attained", _("Attained"), drill_report=REPORT),
		parts.percent_column("attainment", _("Attainment"), drill_report=REPORT),
		parts.money_column("gap", _("Commit Lacks to Quota"), 150),
		parts.money_column("then", _("Weighted Then"), 130, drill_report=REPORT),
		parts.money_column("change", _("Change Since"), 130),
	]


def list_deals(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the deals behind a figure, each with what it brings to it."""
	scope, rows = forecast_deals(filters)
	names = parts.full_names(row["deal_owner"] for row in rows)
	columns = [
		parts.column("name", _("Deal"), "Link", 160, options="Deal"),
		parts.column("title", _("Title"), width=240),
		parts.column("status", _("Status"), width=90),
		parts.column("owner_name", _("Owner"), width=170),
		parts.column("day", _("Closes On"), "Date", 110),
		parts.percent_column("probability", _("Probability")),
		parts.money_column("amount", _("Amount")),
		parts.money_column("brings", _("Counts With")),
	]
	shown = [{**row, "owner_name": names.get(row["deal_owner"], "")} for row in rows]
	return parts.answer(
		columns, shown, currency=scope.currency, summary=summed(_("Deals"), rows, scope.currency)
	)


def list_quotas(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the quotas behind a figure, each with its share; a link to it for who may open it."""
	scope, rows = quotas_behind(filters)
	names = parts.full_names(row["who"] for row in rows)
	kind = "Link" if may_open_quotas() else "Data"
	columns = [
		parts.column("name", _("Sales Quota"), kind, 160, options="Sales Quota"),
		parts.column("kind", _("Quota For"), width=100),
		parts.column("who_name", _("Team or Person"), width=220),
		parts.column("company", _("Company"), width=170),
		parts.column("starts_on", _("Starts On"), "Date", 110),
		parts.column("ends_on", _("Ends On"), "Date", 110),
		parts.money_column("amount", _("Amount")),
		parts.money_column("brings", _("Counts With")),
	]
	shown = [{**row, "who_name": names.get(row["who"], row["who"]), "kind": _(row["kind"])} for row in rows]
	return parts.answer(
		columns, shown, currency=scope.currency, summary=summed(_("Quotas"), rows, scope.currency)
	)


def summed(label: str, rows: parts.Rows, currency: str) -> parts.Rows:
	"""Return the line above what is behind a figure."""
	brought = sum(row["brings"] for row in rows)
	return [parts.number_part(label, len(rows)), parts.amount_part(_("Counts With"), brought, currency)]


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
