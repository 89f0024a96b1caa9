"""The deals behind a figure of the forecast, each with what it brings to it. Amounts in the report's currency."""

from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case
from pypika.functions import Date
from pypika.terms import Criterion, EmptyCriterion, Term

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.report_groups import whole_question
from crm_plus.reports.report_money import money, refuse_hidden_ledger
from crm_plus.reports.report_scope import (
	Scope,
	asked_day,
	deal_rows,
	midnight,
	narrowed,
	on_days,
	read_scope,
	refuse_hidden_amounts,
)
from crm_plus.reports.sales_forecast import MONTHS_AHEAD, thresholds
from crm_plus.reports.sales_quotas import billed_rows, by_invoices, measure
from crm_plus.rules.deal_stages import OPEN, WON
from crm_plus.rules.periods import Period, months
from crm_plus.rules.quoted_text import quoted

OF_DEALS = ("deals", "won", "commit", "best_case", "weighted", "open")
# What attains the quota, what a snapshot said of a month, and the same with what was won by then.
ATTAINED, SAID, THEN = "attained", "said", "then"
QUOTA = "quota"
# Instead of a month: the open deals that name no day, and all but these.
UNDATED, DATED = "-", "dated"


def drill(scope: Scope, month: str, compared_on: date | None = None) -> dict[str, Any]:
	"""Return the filters by which Sales Forecast lists what is behind a month's figures; "" is all months.

	`compared_on` is the day of the snapshot that it is compared with.
	"""
	asked = {**whole_question(scope), "month": month}
	found = {figure: {**asked, "figure": figure} for figure in (*OF_DEALS, ATTAINED, QUOTA)}
	if compared_on:
		found |= {each: {**asked, "figure": each, "compare_with": str(compared_on)} for each in (SAID, THEN)}
	return {**found, "attainment": found[ATTAINED]}


def forecast_deals(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the deals behind the figure and the month that the filters name, the largest first.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for who may read no deal.
	"""
	figure, month = str(filters["figure"]), str(filters.get("month") or "")
	if figure not in (*OF_DEALS, ATTAINED, SAID, THEN):
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(figure)))
	scope, day = read_scope(filters, months=MONTHS_AHEAD), asked_day(filters.get("compare_with"))
	if figure == ATTAINED:
		rows = attained_deals(scope, month)
	elif figure in (SAID, THEN):
		won = won_deals(scope, month, day) if figure == THEN and day else []
		rows = [*won, *(said_on(scope, month, day) if day else [])]
	else:
		rows = counted_deals(scope, figure, month)
	rows = [{**row, "amount": flt(row["amount"]), "brings": flt(row["brings"])} for row in rows]
	return scope, sorted(rows, key=lambda row: (-row["brings"], row["name"]))


def counted_deals(scope: Scope, figure: str, month: str) -> list[dict[str, Any]]:
	"""Return the deals that count in a figure, by what each brings to it."""
	deal = frappe.qb.DocType("Deal")
	amount = money(scope, deal)
	is_won, is_open = deal.status == WON, deal.status == OPEN
	day = Case().when(is_won, Date(deal.closed_on)).else_(deal.expected_close_date)
	return (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.status, deal.deal_owner, deal.probability)
		.select(amount.as_("amount"), contribution(figure, deal, amount).as_("brings"), day.as_("day"))
		.where(deal_rows(scope, deal))
		.where((is_won & won_in(scope, month, deal)) | (is_open & open_in(scope, month, deal)))
		.where(counts(figure, deal))
		.run(as_dict=True)
	)


def won_deals(scope: Scope, month: str, until: date | None = None) -> list[dict[str, Any]]:
	"""Return the deals won in a month of the report, up to a day where one is given."""
	deal = frappe.qb.DocType("Deal")
	amount = money(scope, deal)
	query = (
		frappe.qb.from_(deal)
		.select(deal.name, deal.title, deal.status, deal.deal_owner, deal.probability)
		.select(amount.as_("amount"), amount.as_("brings"), Date(deal.closed_on).as_("day"))
		.where(deal_rows(scope, deal))
		.where((deal.status == WON) & won_in(scope, month, deal))
	)
	if until:
		query = query.where(deal.closed_on < midnight(until + timedelta(days=1)))
	return query.run(as_dict=True)


def attained_deals(scope: Scope, month: str) -> list[dict[str, Any]]:
	"""Return the deals by which those whom the quotas are for attain them: won ones, or invoiced ones, as the settings say.

	Raises frappe.PermissionError where it is by invoices and a reader may not know what deals were invoiced.
	"""
	measured = measure(scope, months(scope.first, scope.last)).scope
	if not by_invoices():
		return won_deals(measured, month)
	refuse_hidden_ledger()
	deal, invoice = frappe.qb.DocType("Deal"), frappe.qb.DocType("Sales Invoice")
	period = period_of(scope, month)
	query, billed = billed_rows(measured)
	if not period:
		return []
	return (
		query.select(deal.name, deal.title, deal.status, deal.deal_owner, deal.probability)
		.select(money(measured, deal).as_("amount"), billed.as_("brings"), Date(deal.closed_on).as_("day"))
		.where(on_days(invoice.posting_date, period.first, period.last))
		.groupby(deal.name)
		.run(as_dict=True)
	)


def said_on(scope: Scope, month: str, day: date) -> list[dict[str, Any]]:
	"""Return the deals as a day's snapshot has them, each with what it was to bring by its probability of then.

	The filters are held against the deals as they stood then, the readers' rights against what they are now.
	"""
	refuse_hidden_amounts()
	deal, then = frappe.qb.DocType("Deal"), frappe.qb.DocType("Pipeline Snapshot")
	amount = money(scope, then)
	parts = [rows_for_readers("Deal"), narrowed(scope, then), open_in(scope, month, then)]
	return (
		frappe.qb.from_(then)
		.left_join(deal)
		.on(deal.name == then.deal)
		.select(then.deal.as_("name"), deal.title, deal.status, then.deal_owner, then.probability)
		.select(amount.as_("amount"), (amount * then.probability / 100).as_("brings"))
		.select(then.expected_close_date.as_("day"))
		.where(then.snapshot_date == day)
		.where(Criterion.all(part for part in parts if not isinstance(part, EmptyCriterion)))
		.run(as_dict=True)
	)


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
	if month in ("", DATED):
		return Period("", scope.first, scope.last)
	return next((period for period in months(scope.first, scope.last) if period.key == month), None)


def won_in(scope: Scope, month: str, deal: Any) -> Criterion:
	"""The condition that a deal was won in a month of the report."""
	period = period_of(scope, month)
	return on_days(deal.closed_on, period.first, period.last) if period else deal.name.isnull()


def open_in(scope: Scope, month: str, deal: Any) -> Criterion:
	"""The condition that a deal, or one of a snapshot, is to close in a month of the report, or names no day."""
	period, undated = period_of(scope, month), deal.expected_close_date.isnull()
	if month == UNDATED:
		return undated
	if not period:
		return deal.name.isnull()
	dated = on_days(deal.expected_close_date, period.first, period.last)
	return dated if month else dated | undated
