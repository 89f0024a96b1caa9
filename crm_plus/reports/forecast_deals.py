"""The deals behind a figure of the forecast, each with what it brings to it. Amounts in the report's currency."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case, Order
from pypika.functions import Date
from pypika.terms import Criterion, Term

from crm_plus.reports.report_money import money
from crm_plus.reports.report_scope import Scope, deal_rows, on_days, read_scope
from crm_plus.reports.sales_forecast import MONTHS_AHEAD, thresholds
from crm_plus.rules.deal_stages import OPEN, WON
from crm_plus.rules.periods import Period, months
from crm_plus.rules.quoted_text import quoted

FIGURES = ("deals", "won", "commit", "best_case", "weighted", "open")
UNDATED = "-"


def drill(scope: Scope, month: str) -> dict[str, Any]:
	"""Return the filters by which the report lists the deals behind a month's figures; "" is all months."""
	kept = {
		key: getattr(scope, key) for key in ("company", "currency", "pipeline", "source", "owner", "team")
	}
	period = {"from_date": str(scope.first), "to_date": str(scope.last), "month": month}
	asked = {**{key: value for key, value in kept.items() if value}, **period}
	return {figure: {**asked, "figure": figure} for figure in FIGURES}


def forecast_deals(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the deals behind the figure and the month that the filters name, the largest first.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	figure, month = str(filters["figure"]), str(filters.get("month") or "")
	if figure not in FIGURES:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(figure)))
	scope, deal = read_scope(filters, months=MONTHS_AHEAD), frappe.qb.DocType("Deal")
	amount = money(scope, deal)
	is_won, is_open = deal.status == WON, deal.status == OPEN
	day = Case().when(is_won, Date(deal.closed_on)).else_(deal.expected_close_date)
	brings = contribution(figure, deal, amount)
	rows = (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.status, deal.deal_owner, deal.probability)
		.select(amount.as_("amount"), brings.as_("brings"), day.as_("day"))
		.where(deal_rows(scope, deal))
		.where((is_won & won_in(scope, month, deal)) | (is_open & open_in(scope, month, deal)))
		.where(counts(figure, deal))
		.orderby(brings, order=Order.desc)
		.orderby(deal.name)
		.run(as_dict=True)
	)
	return scope, [{**row, "amount": flt(row["amount"]), "brings": flt(row["brings"])} for row in rows]


def counts(figure: str, deal: Any) -> Criterion:
	"""The condition that a deal counts in a figure."""
	limits, is_won = thresholds(), deal.status == WON
	return {
		"won": is_won,
		"open": deal.status == OPEN,
		"commit": is_won | (deal.probability >= limits.commit),
		"best_case": is_won | (deal.probability >= limits.best_case),
	}.get(figure, deal.name.isnotnull())


def contribution(figure: str, deal: Any, amount: Term) -> Term:
	"""What a deal brings to a figure: an open one by its probability where the figure is weighted."""
	if figure != "weighted":
		return amount
	return Case().when(deal.status == WON, amount).else_(amount * deal.probability / 100)


def period_of(scope: Scope, month: str) -> Period | None:
	"""Return the days of a month of the report, of all of it for ""; None where it has no such month."""
	if not month:
		return Period("", scope.first, scope.last)
	return next((period for period in months(scope.first, scope.last) if period.key == month), None)


def won_in(scope: Scope, month: str, deal: Any) -> Criterion:
	"""The condition that a deal was won in a month of the report."""
	period = period_of(scope, month)
	return on_days(deal.closed_on, period.first, period.last) if period else deal.name.isnull()


def open_in(scope: Scope, month: str, deal: Any) -> Criterion:
	"""The condition that a deal is to close in a month of the report, or names no day."""
	period, undated = period_of(scope, month), deal.expected_close_date.isnull()
	if month == UNDATED:
		return undated
	if not period:
		return deal.name.isnull()
	dated = on_days(deal.expected_close_date, period.first, period.last)
	return dated if month else dated | undated
