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
from pypika.terms import Criterion, EmptyCriterion, Field, Term

from crm_plus.access.report_readers import fields_for_readers, rows_for_readers
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_money import books_money
from crm_plus.reports.report_parts import is_chart_only
from crm_plus.reports.report_scope import Scope, on_days, read_scope
from crm_plus.rules.forecast import percent

PROFILE = "Customer Profile"
MOST_ROWS = 1000
# So many of them a chart shows.
DRAWN = 10
ALL = 2**62
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
	period = on_days(frappe.qb.DocType("Sales Invoice").posting_date, scope.first, scope.last)
	if is_chart_only(filters):
		drawn = most_valuable(scope, period)
		# Of few customers all are read: what they will bring next year is a sum of them.
		if drawn[1]["customers"] > MOST_ROWS:
			return scope, *drawn
	each = purchases(scope, period).as_("each")
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


def most_valuable(scope: Scope, period: Criterion) -> tuple[list[dict[str, Any]], dict[str, Any]]:
	"""Return the few customers that a chart shows, and the number and the revenue of all who bought."""
	invoice = frappe.qb.DocType("Sales Invoice")
	revenue = Sum(books_money(scope, invoice, invoice.base_net_total)).as_("revenue")
	each = of_customers(scope, bought(scope, period).select(revenue), "revenue").as_("each")
	found = (
		frappe.qb.from_(each)
		.modifier("STRAIGHT_JOIN")
		.select(each.customer, over.Count("*").over(), over.Sum(each.revenue).over())
		.orderby(each.revenue, order=Order.desc)
		.orderby(each.name)
		.limit(DRAWN)
		.run()
	)
	largest = [row[0] for row in found]
	rows = purchases(scope, period & invoice.customer.isin(largest or [""])).run(as_dict=True)
	rows.sort(key=lambda row: largest.index(row["customer"]))
	_customer, customers, whole = found[0] if found else ("", 0, 0)
	# Which fifth they are in is not drawn.
	shown = [
		value_row(scope, {**row, **dict.fromkeys(("recency", "frequency", "money"), "")}) for row in rows
	]
	return shown, {"customers": int(customers), "revenue": flt(whole)}


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
	"""Each readable customer with how often he bought on days of a period, first and last, and for how much."""
	invoice = frappe.qb.DocType("Sales Invoice")
	day = Case().when(invoice.is_return == 0, invoice.posting_date).else_(None)
	each = bought(scope, period).select(
		*(Min(day).as_("first_on"), Max(day).as_("last_on"), Count(day).distinct().as_("purchases")),
		Sum(books_money(scope, invoice, invoice.base_net_total)).as_("revenue"),
	)
	return of_customers(
		scope,
		each,
		*("first_on", "last_on", "purchases", "revenue"),
		of_profile=("full_name", "lifecycle_stage", "profile_owner"),
	)


def first_purchases(scope: Scope) -> QueryBuilder:
	"""Each readable customer who bought for the first time in the period, and when that was."""
	invoice = frappe.qb.DocType("Sales Invoice")
	each = bought(scope, (invoice.posting_date <= scope.today) & (invoice.is_return == 0))
	each = each.select(Min(invoice.posting_date).as_("first_on"))
	# By its name: the database would look for the first day once more for each expression of it.
	return of_customers(scope, each.having(on_days(Field("first_on"), scope.first, scope.last)), "first_on")


def bought(scope: Scope, period: Criterion) -> QueryBuilder:
	"""The invoices of a period by customer, along an index that has them in this order and holds all that is asked of them.

	The order and a limit that nothing reaches have the database add them up as they come, instead of looking each up.
	"""
	customer = frappe.qb.DocType("Sales Invoice").customer
	return invoices_of(scope, period).select(customer).groupby(customer).orderby(customer).limit(ALL)


def invoices_of(scope: Scope, period: Criterion) -> QueryBuilder:
	"""The submitted invoices of a period and of the companies asked for, along the index that `bought` speaks of."""
	invoice = frappe.qb.DocType("Sales Invoice")
	return along(frappe.qb.from_(invoice), "Sales Invoice", "crm_plus").where(
		(invoice.docstatus == 1) & period & invoice.company.isin(list(scope.rates) or [""])
	)


def of_customers(
	scope: Scope, each: QueryBuilder, *columns: str, of_profile: tuple[str, ...] = ()
) -> QueryBuilder:
	"""What is known by customer, of those whose profiles the readers may read."""
	profile, known = frappe.qb.DocType(PROFILE), each.as_("bought")
	return (
		# Read as it stands here: else the invoices are added up once a profile.
		frappe.qb.from_(known)
		.modifier("STRAIGHT_JOIN")
		.join(profile)
		.on(profile.erpnext_customer == known.customer)
		.select(profile.name, *(profile[column] for column in of_profile))
		.select(known.customer, *(known[column] for column in columns))
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
	first = first_purchases(scope).as_("first")
	began = quarter_number(first.first_on)
	begun = frappe.qb.from_(first).groupby(began)
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


def customers_at_risk(
	filters: dict[str, Any] | None,
) -> tuple[Scope, list[dict[str, Any]], dict[str, Any]]:
	"""Return the scope, the customers who decline or wait longer than they usually do, the most valuable first, and the totals of all.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may not know their worth.
	"""
	scope = read_scope(filters)
	profile = frappe.qb.DocType(PROFILE)
	each = purchases(scope, frappe.qb.DocType("Sales Invoice").posting_date <= scope.today).as_("each")
	waits = DAYS(scope.today, each.last_on)
	usual = DAYS(each.last_on, each.first_on) / (each.purchases - 1)
	unplanned = Case().when(profile.next_follow_up_on.isnull(), 1).else_(0)
	overdue = (each.purchases >= USUAL_PURCHASES) & (waits > usual * OVERDUE_FACTOR)
	rows = (
		frappe.qb.from_(each)
		.join(profile)
		.on(profile.name == each.name)
		.select(each.star, waits.as_("days"), Case().when(each.purchases > 1, usual).as_("usual"))
		.select(profile.outstanding_amount, profile.next_follow_up_on, profile.last_interaction_on)
		.select(over.Count("*").over().as_("customers"), over.Sum(each.revenue).over().as_("all_revenue"))
		.select(over.Sum(unplanned).over().as_("unplanned"))
		.select(over.Sum(each.purchases).over().as_("all_purchases"))
		.where(overdue | each.lifecycle_stage.isin(DECLINING))
		.where(each.lifecycle_stage != "Lost")
		.orderby(each.revenue, order=Order.desc)
		.orderby(each.name)
		.limit(MOST_ROWS)
		.run(as_dict=True)
	)
	first = rows[0] if rows else {}
	total = {key: flt(first.get(key)) for key in ("customers", "all_revenue", "all_purchases", "unplanned")}
	return scope, [risk_row(row) for row in rows], total


def risk_row(row: dict[str, Any]) -> dict[str, Any]:
	"""Return what is shown of a customer at risk."""
	usual = flt(row["usual"]) if row["usual"] is not None else None
	return {
		**{key: row[key] for key in ("name", "full_name", "lifecycle_stage", "profile_owner", "last_on")},
		**{key: row[key] for key in ("next_follow_up_on", "last_interaction_on", "days")},
		**{"usual": usual, "factor": row["days"] / usual if usual and row["days"] is not None else None},
		**{"purchases": int(row["purchases"]), "revenue": flt(row["revenue"])},
	}
