"""What customers are worth, from their invoices without taxes: recency, frequency and money, and who comes back when.

The invoices count as facts of the profile of their customer; who may read what it is worth may know them. Amounts in the
report's currency.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case, CustomFunction, Order
from pypika import analytics as over
from pypika.functions import Count, Max, Min, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.report_readers import fields_for_readers, rows_for_readers
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_money import books_money
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, on_days, read_scope
from crm_plus.rules.forecast import percent

PROFILE = "Customer Profile"
MOST_ROWS = 1000
FIFTHS = 5
DAYS = CustomFunction("DATEDIFF", ["later", "earlier"])
QUARTER = CustomFunction("QUARTER", ["day"])
YEAR = CustomFunction("YEAR", ["day"])
# A customer is overdue who waits this many times longer than he usually does, once he has bought this often.
OVERDUE_FACTOR = 1.5
USUAL_PURCHASES = 3
DECLINING = ("At Risk", "Inactive")


def customer_value(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the customers who bought in the period, the most valuable first, and the totals of all of them.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may not know their worth.
	"""
	scope = read_scope(filters)
	worth = purchases(
		scope, on_days(frappe.qb.DocType("Sales Invoice").posting_date, scope.first, scope.last)
	)
	each = worth.as_("each")
	# Ties fall by name, so that the fifths are the same every time.
	fifths = {
		key: over.NTile(FIFTHS)
		.orderby(each[column], order=Order.asc)
		.orderby(each.name, order=Order.asc)
		.as_(key)
		for key, column in (("recency", "last_on"), ("frequency", "purchases"), ("money", "revenue"))
	}
	rows = (
		frappe.qb.from_(each)
		.select(each.star, *fifths.values())
		.select(over.Count("*").over().as_("customers"))
		.select(over.Sum(each.revenue).over().as_("all_revenue"))
		.select(over.Sum(each.purchases).over().as_("all_purchases"))
		.orderby(each.revenue, order=Order.desc)
		.orderby(each.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	first = rows[0] if rows else {"customers": 0, "all_revenue": 0, "all_purchases": 0}
	total = {
		**{"customers": int(first["customers"]), "revenue": flt(first["all_revenue"])},
		"purchases": int(first["all_purchases"] or 0),
	}
	return scope, [value_row(scope, row) for row in rows], total


def value_row(scope: Scope, row: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of a customer; `score` reads recency, frequency, money, 5 the best."""
	revenue, count = flt(row["revenue"]), int(row["purchases"])
	return {
		**{key: row[key] for key in ("name", "full_name", "lifecycle_stage", "first_on", "last_on")},
		**{"purchases": count, "revenue": revenue, "average": revenue / count if count else None},
		"days": (scope.today - row["last_on"]).days if row["last_on"] else None,
		"score": f"{row['recency']}{row['frequency']}{row['money']}",
	}


def purchases(scope: Scope, period: Criterion) -> QueryBuilder:
	"""Each readable customer with how often he bought on days of a period, first and last, and for how much.

	The invoices are added up by customer along an index that has them in this order and holds all that is asked of them.
	"""
	profile, invoice = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Sales Invoice")
	bought = Case().when(invoice.is_return == 0, invoice.posting_date).else_(None)
	each = (
		along(frappe.qb.from_(invoice), "Sales Invoice", "crm_plus")
		.select(
			*(invoice.customer, Min(bought).as_("first_on"), Max(bought).as_("last_on")),
			Count(bought).distinct().as_("purchases"),
			Sum(books_money(scope, invoice, invoice.base_net_total)).as_("revenue"),
		)
		.where((invoice.docstatus == 1) & period & invoice.company.isin(list(scope.rates) or [""]))
		.groupby(invoice.customer)
		.as_("bought")
	)
	return (
		frappe.qb.from_(each)
		.join(profile)
		.on(profile.erpnext_customer == each.customer)
		.select(
			*(profile.name, profile.full_name, profile.lifecycle_stage, profile.profile_owner),
			*(each.customer, each.first_on, each.last_on, each.purchases, each.revenue),
		)
		.where(profile_rows(scope, profile))
	)


def profile_rows(scope: Scope, profile: Any) -> Criterion:
	"""The profiles of the filters that the readers may read. Raises frappe.PermissionError for who may not know their worth."""
	if "lifetime_value" not in fields_for_readers(PROFILE):
		frappe.throw(_("You have no permission to read what customers are worth."), frappe.PermissionError)
	parts = [rows_for_readers(PROFILE), profile.erpnext_customer > ""]
	if scope.source:
		parts.append(profile.source == scope.source)
	if scope.owners is not None:
		parts.append(profile.profile_owner.isin(scope.owners or ("",)))
	return Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion))


def cohorts(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]], int]:
	"""Return the scope, a row for each quarter of first purchases in the period, and the most quarters that followed.

	A row says how many customers began in the quarter and, for each quarter after it, what part of them bought in it, which
	a chart does not show.
	"""
	scope = read_scope(filters)
	invoice = frappe.qb.DocType("Sales Invoice")
	first = purchases(scope, invoice.posting_date <= scope.today).as_("first")
	began = quarter_number(first.first_on)
	begun = frappe.qb.from_(first).where(on_days(first.first_on, scope.first, scope.last)).groupby(began)
	if is_chart_only(filters):
		rows = begun.select(began, began, Count(first.name)).run()
	else:
		rows = returns(scope, begun, first)
	came: dict[int, dict[int, int]] = defaultdict(dict)
	for start, bought, customers in rows:
		came[int(start)][int(bought - start)] = int(customers)
	return scope, [cohort_row(scope.today, began, came[began]) for began in sorted(came)], longest(came)


def returns(scope: Scope, begun: QueryBuilder, first: Any) -> list[tuple[int, int, int]]:
	"""Return the quarter in which customers began, one in which they bought, and how many of them did."""
	invoice = frappe.qb.DocType("Sales Invoice")
	quarter = quarter_number(invoice.posting_date)
	return (
		# Read as it stands here: else the first purchase is looked for once an invoice.
		begun.modifier("STRAIGHT_JOIN")
		.join(invoice)
		.on(invoice.customer == first.customer)
		.select(quarter_number(first.first_on), quarter, Count(first.name).distinct())
		.where((invoice.docstatus == 1) & (invoice.is_return == 0) & (invoice.posting_date <= scope.today))
		.where(invoice.company.isin(list(scope.rates) or [""]))
		.groupby(quarter)
		.run()
	)


def quarter_number(day: Term) -> Term:
	"""The quarters up to a date, counted from the year 0."""
	return YEAR(day) * 4 + QUARTER(day) - 1


def longest(came: dict[int, dict[int, int]]) -> int:
	"""Return the most quarters after the first one that any cohort bought in."""
	return max((after for quarters in came.values() for after in quarters), default=0)


def cohort_row(today: date, began: int, customers: dict[int, int]) -> dict[str, Any]:
	"""Return a cohort's row; quarters that are still to come stay empty, those that nobody bought in are 0."""
	passed = today.year * 4 + (today.month - 1) // 3 - began
	return {
		"cohort": f"{began // 4} Q{began % 4 + 1}",
		"customers": customers.get(0, 0),
		**{f"after_{n}": percent(customers.get(n, 0), customers.get(0, 0)) for n in range(1, passed + 1)},
	}


def customers_at_risk(filters: dict[str, Any] | None) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the customers who decline or wait longer than they usually do, the most valuable first.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may not know their worth.
	"""
	scope = read_scope(filters)
	profile = frappe.qb.DocType(PROFILE)
	each = purchases(scope, frappe.qb.DocType("Sales Invoice").posting_date <= scope.today).as_("each")
	waits = DAYS(scope.today, each.last_on)
	usual = DAYS(each.last_on, each.first_on) / (each.purchases - 1)
	overdue = (each.purchases >= USUAL_PURCHASES) & (waits > usual * OVERDUE_FACTOR)
	rows = (
		frappe.qb.from_(each)
		.join(profile)
		.on(profile.name == each.name)
		.select(each.star, waits.as_("days"), Case().when(each.purchases > 1, usual).as_("usual"))
		.select(profile.outstanding_amount, profile.next_follow_up_on, profile.last_interaction_on)
		.where(overdue | each.lifecycle_stage.isin(DECLINING))
		.where(each.lifecycle_stage != "Lost")
		.orderby(each.revenue, order=Order.desc)
		.orderby(each.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	return scope, [risk_row(row) for row in rows]


def risk_row(row: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of a customer at risk."""
	usual = flt(row["usual"]) if row["usual"] is not None else None
	return {
		**{key: row[key] for key in ("name", "full_name", "lifecycle_stage", "profile_owner", "last_on")},
		**{key: row[key] for key in ("next_follow_up_on", "last_interaction_on", "days")},
		**{"usual": usual, "factor": row["days"] / usual if usual and row["days"] is not None else None},
		**{"purchases": int(row["purchases"]), "revenue": flt(row["revenue"])},
	}
