"""The numbers on the dashboards' cards, each with its change against the period before; by the reports' own sums.

Amounts are in the currency of the reader's own company, and of it alone. Days are the site's.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.utils import flt, getdate
from pypika.functions import Count

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.board import company_currency
from crm_plus.reports.report_money import reads_ledger
from crm_plus.reports.report_scope import on_days
from crm_plus.reports.revenue_by_source import revenue_by_source
from crm_plus.reports.sales_forecast import sales_forecast
from crm_plus.reports.win_loss import win_loss
from crm_plus.rules.forecast import percent
from crm_plus.rules.periods import Period, days_so_far, month_of, month_so_far

RATE_DAYS = 90
WEEK_DAYS = 7
Card = dict[str, Any]


def own_company() -> str:
	"""Return the reader's company, else the site's first."""
	company = frappe.defaults.get_user_default("Company")
	return company or frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def dated(period: Period) -> dict[str, Any]:
	"""Return the filters of a report over a period, of the reader's company."""
	return {"company": own_company(), "from_date": str(period.first), "to_date": str(period.last)}


def change(now: float | None, before: float | None) -> float | None:
	"""Return by how many percent a figure grew; None where there was nothing before."""
	return None if now is None or not before else percent(now - before, abs(before))


def money_card(now: float, before: float, report: str, filters: dict[str, Any]) -> Card:
	"""Return a card of an amount that leads to a report."""
	return {
		**{"value": flt(now), "change": change(now, before)},
		**{"fieldtype": "Currency", "options": company_currency(own_company())},
		**{"route": ["query-report", report], "route_options": filters},
	}


def won_this_month() -> Card:
	"""Return what was won this month, against the same days of the month before."""
	now, before = month_so_far(getdate())
	sums = [win_loss({**dated(period), "group_by": "Owner"})[3]["won_amount"] for period in (now, before)]
	return money_card(*sums, "Win Loss Analysis", {**dated(now), "group_by": "Owner"})


def win_rate() -> Card:
	"""Return what part of the deals closed in the last 90 days was won, against the 90 days before."""
	now, before = days_so_far(getdate(), RATE_DAYS)
	rates = [win_loss({**dated(period), "group_by": "Owner"})[3]["win_rate"] for period in (now, before)]
	return {
		**{"value": flt(rates[0], 1), "change": change(*rates), "fieldtype": "Percent"},
		**{"route": ["query-report", "Win Loss Analysis"], "route_options": dated(now)},
	}


def forecast_this_month() -> Card:
	"""Return what this month will bring by probability, against what the snapshot at the end of last month said."""
	filters = dated(month_of(getdate()))
	rows = [row for row in sales_forecast(filters)[2] if row["month"]]
	return money_card(rows[0]["weighted"], rows[0]["then"], "Sales Forecast", filters)


def collected_this_month() -> Card:
	"""Return what is paid of this month's invoices of deals, against the same days of the month before.

	The value is None for who may not read the ledger's amounts. Raises frappe.PermissionError for who may read no deal.
	"""
	if not reads_ledger():
		frappe.has_permission("Deal", "read", throw=True)
		return {"value": None, "change": None, "fieldtype": "Currency"}
	now, before = month_so_far(getdate())
	sums = [revenue_by_source(dated(period))[3]["collected"] for period in (now, before)]
	return money_card(*sums, "Revenue by Source and Campaign", dated(now))


def new_customers() -> Card:
	"""Return how many profiles came this month, against the same days of the month before."""
	return counted("Customer Profile", "creation", month_so_far, {})


def interactions_this_week() -> Card:
	"""Return how many interactions took place in the last seven days, against the seven before."""
	return counted("Interaction", "starts_on", lambda day: days_so_far(day, WEEK_DAYS), {"status": "Done"})


def follow_ups_done() -> Card:
	"""Return how many follow-ups were done in the last seven days, against the seven before."""
	return counted("Follow Up", "completed_on", lambda day: days_so_far(day, WEEK_DAYS), {"status": "Done"})


def counted(
	doctype: str, column: str, periods: Callable[[Any], tuple[Period, Period]], filters: dict[str, str]
) -> Card:
	"""Return how many readable records of a DocType fall into a period, against the one before; two queries."""
	now, before = periods(getdate())
	counts = [count(doctype, column, period, filters) for period in (now, before)]
	return {
		**{"value": counts[0], "change": change(*counts), "fieldtype": "Int"},
		**{"route": ["List", doctype, "List"]},
		"route_options": {**filters, column: ["between", [str(now.first), str(now.last)]]},
	}


def count(doctype: str, column: str, period: Period, filters: dict[str, str]) -> int:
	"""Return how many readable records have a time in a period."""
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(Count("*")).where(rows_for_readers(doctype))
	query = query.where(on_days(table[column], period.first, period.last))
	for fieldname, value in filters.items():
		query = query.where(table[fieldname] == value)
	return int(query.run()[0][0])
