"""The numbers on the dashboards' cards, each with its change against the period before; by the reports' own sums.

A dashboard's filters name a company and a team. A card that stands elsewhere is of the reader's own company; one whose
filters leave the company empty is of all. Customers, interactions and follow-ups belong to no company: a card that counts
them is of all companies, and says so. Amounts are in the currency of the company, of all in that of the reader's own.
Days are the site's.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import frappe
from frappe.utils import flt, getdate
from pypika import Case
from pypika.functions import Count

from crm_plus.access.remembered import remembered
from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.board import load_stages
from crm_plus.reports.board_conditions import is_rotten, team_members
from crm_plus.reports.pipeline_then import attention_then, open_then
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_money import reads_ledger, reporting_currency
from crm_plus.reports.report_scope import between, narrowed_by, on_days
from crm_plus.reports.revenue_by_source import PAYMENTS, collected
from crm_plus.reports.sales_forecast import of_month
from crm_plus.reports.win_loss import closed_totals
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.forecast import percent
from crm_plus.rules.periods import Period, days_so_far, month_of, month_so_far

RATE_DAYS = 90
WEEK_DAYS = 7
# The times by which an index holds all that a card asks for, within each status: the card names what statuses it is of.
IN_ORDER = {"Interaction": "starts_on", "Follow Up": "completed_on"}
Card = dict[str, Any]
Filters = dict[str, Any] | None


def own_company() -> str:
	"""Return the reader's company, else the site's first."""
	company = frappe.defaults.get_user_default("Company")
	return company or frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def asked(filters: Filters) -> dict[str, str]:
	"""Return the company, the reader's own where nothing is said of it, and the team of a dashboard's filters."""
	said = {"company": own_company()} if "company" not in (filters or {}) else {}
	return {**said, **{key: str(filters[key]) for key in ("company", "team") if (filters or {}).get(key)}}


def dated(period: Period, filters: Filters) -> dict[str, Any]:
	"""Return the filters of a report over a period."""
	return {**asked(filters), "from_date": str(period.first), "to_date": str(period.last)}


def change(now: float | None, before: float | None) -> float | None:
	"""Return by how many percent a figure grew; None where there was nothing before."""
	return None if now is None or not before else percent(now - before, abs(before))


def money_card(now: float, before: float, report: str, filters: dict[str, Any]) -> Card:
	"""Return a card of an amount that leads to a report."""
	return {
		**{"value": flt(now), "change": change(now, before)},
		**{"fieldtype": "Currency", "options": reporting_currency(filters.get("company", ""), "")},
		**{"route": ["query-report", report], "route_options": filters},
	}


def won_this_month(filters: Filters = None) -> Card:
	"""Return what was won this month, against the same days of the month before."""
	now, before = month_so_far(getdate())
	sums = [closed_totals(dated(period, filters))["won_amount"] for period in (now, before)]
	return money_card(*sums, "Win Loss Analysis", {**dated(now, filters), "group_by": "Owner"})


def win_rate(filters: Filters = None) -> Card:
	"""Return what part of the deals closed in the last 90 days was won, against the 90 days before."""
	now, before = days_so_far(getdate(), RATE_DAYS)
	rates = [closed_totals(dated(period, filters))["win_rate"] for period in (now, before)]
	return {
		**{"value": flt(rates[0], 1), "change": change(*rates), "fieldtype": "Percent"},
		**{"route": ["query-report", "Win Loss Analysis"], "route_options": dated(now, filters)},
	}


def forecast_this_month(filters: Filters = None) -> Card:
	"""Return what this month will bring by probability, against what the snapshot at the end of last month said."""
	month = dated(month_of(getdate()), filters)
	return money_card(*of_month(month), "Sales Forecast", month)


def collected_this_month(filters: Filters = None) -> Card:
	"""Return what came in this month on invoices of deals, without taxes, against the same days of the month before.

	The days are those of the payments in the ledger, whenever the invoices were written. The value is None for who may not read the ledger's amounts. Raises frappe.PermissionError for who may read no deal.
	"""
	if not reads_ledger():
		frappe.has_permission("Deal", "read", throw=True)
		return {"value": None, "change": None, "fieldtype": "Currency"}
	now, before = month_so_far(getdate())
	asked_for = [{**dated(period, filters), "dated_by": PAYMENTS} for period in (now, before)]
	return money_card(*collected(*asked_for), "Revenue by Source and Campaign", asked_for[0])


def new_customers(filters: Filters = None) -> Card:
	"""Return how many profiles came this month, against the same days of the month before."""
	return counted("Customer Profile", "creation", month_so_far, of_team("profile_owner", filters))


def interactions_this_week(filters: Filters = None) -> Card:
	"""Return how many interactions took place in the last seven days, against the seven before."""
	mine = of_team("interaction_owner", filters)
	return counted("Interaction", "starts_on", this_week, {"status": "Done", **mine})


def follow_ups_done(filters: Filters = None) -> Card:
	"""Return how many follow-ups were done in the last seven days, against the seven before."""
	mine = of_team("assigned_to", filters)
	return counted("Follow Up", "completed_on", this_week, {"status": "Done", **mine})


def open_ones(filters: Filters) -> dict[str, Any]:
	"""Return a list's filters for the open deals of a dashboard's company and team."""
	return {"status": OPEN, **of_whom(filters)}


def of_whom(filters: Filters) -> dict[str, Any]:
	"""Return a list's filters for the deals of a dashboard's company and team."""
	companies = {key: value for key, value in asked(filters).items() if key == "company"}
	return {**companies, **of_team("deal_owner", filters)}


def deals_in_work(filters: Filters = None) -> Card:
	"""Return how many open deals there are, against 30 days ago."""
	mine, deal = open_ones(filters), frappe.qb.DocType("Deal")
	query = along(frappe.qb.from_(deal), "Deal", "report_open").where(rows_for_readers("Deal"))
	number = int(narrowed_by(query.select(Count("*")), deal, mine).run()[0][0])
	return {
		**{"value": number, "change": change(number, open_then(of_whom(filters))), "fieldtype": "Int"},
		**{"route": ["List", "Deal", "List"], "route_options": mine},
	}


def deals_without_next_step(filters: Filters = None) -> Card:
	"""Return how many open deals have no next step, against 30 days ago."""
	mine = open_ones(filters)
	return {
		**attention_card("stepless", open_deals(mine)["stepless"], of_whom(filters)),
		"route": ["List", "Deal", "List"],
		"route_options": {**mine, "next_follow_up_on": ["is", "not set"]},
	}


def rotten_deals(filters: Filters = None) -> Card:
	"""Return how many open deals stayed too long in their stage, against 30 days ago."""
	return {
		**attention_card("rotten", open_deals(open_ones(filters))["rotten"], of_whom(filters)),
		"route": ["query-report", "Rotten and Slipping Deals"],
		"route_options": {**asked(filters), "show": "Rotten"},
	}


def attention_card(name: str, number: int, whose: dict[str, Any]) -> Card:
	"""Return a card's number of deals that want attention, with its change against 30 days ago: fewer is better."""
	grew = change(number, attention_then(whose)[name])
	return {"value": number, "change": grew, "falls_well": True, "fieldtype": "Int"}


def open_deals(filters: dict[str, Any]) -> dict[str, int]:
	"""Return how many readable open deals of a list's filters have no next step, and how many rot.

	Two cards of a dashboard ask for them: they are counted together, and none of them is touched for it.
	"""
	question = ("open deals", json.dumps(filters, sort_keys=True), frappe.session.user)
	return remembered(question, lambda: _count_open_deals(filters))


def _count_open_deals(filters: dict[str, Any]) -> dict[str, int]:
	deal = frappe.qb.DocType("Deal")
	of_each = {"stepless": deal.next_follow_up_on.isnull(), "rotten": is_rotten(deal, load_stages())}
	query = along(frappe.qb.from_(deal), "Deal", "report_open").where(rows_for_readers("Deal"))
	query = query.select(*(Count(Case().when(so, 1)).as_(name) for name, so in of_each.items()))
	return narrowed_by(query, deal, filters).run(as_dict=True)[0]  # type: ignore[no-any-return] # the one row there is


def this_week(day: date) -> tuple[Period, Period]:
	"""Return the last seven days up to a day, and the seven before."""
	return days_so_far(day, WEEK_DAYS)


def of_team(fieldname: str, filters: Filters) -> dict[str, Any]:
	"""Return the list filter for the people of a dashboard's team, none without a team."""
	team = str((filters or {}).get("team") or "")
	return {fieldname: ["in", list(team_members(team)) or [""]]} if team else {}


def counted(
	doctype: str,
	column: str,
	periods: Callable[[Any], tuple[Period, Period]],
	filters: dict[str, Any],
) -> Card:
	"""Return how many readable records of a DocType fall into a period, against the one before; two queries."""
	now, before = periods(getdate())
	counts = [count(doctype, column, period, filters) for period in (now, before)]
	return {
		**{"value": counts[0], "change": change(*counts), "fieldtype": "Int"},
		**{"route": ["List", doctype, "List"], "of_all_companies": "company" not in filters},
		"route_options": {**filters, column: between(now.first, now.last)},
	}


def count(doctype: str, column: str, period: Period, filters: dict[str, Any]) -> int:
	"""Return how many readable records have a time in a period."""
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(Count("*")).where(rows_for_readers(doctype))
	if IN_ORDER.get(doctype) == column:
		query = along(query, doctype, "done_report")
	query = query.where(on_days(table[column], period.first, period.last))
	return int(narrowed_by(query, table, filters).run()[0][0])
