"""Report "Customer Value": recency, frequency and money of each customer, or by quarter of first purchase who came back."""

from typing import Any

import frappe
from frappe import _

from crm_plus.reports import report_parts as parts
from crm_plus.reports.customer_future import Future, with_future
from crm_plus.reports.customer_value import DRAWN, MOST_ROWS, cohorts, customer_value
from crm_plus.reports.purchases_behind import SHOW, drill, invoices_behind
from crm_plus.rules.quoted_text import quoted


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the chosen currency, without taxes.

	Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	show = str((filters or {}).get("show") or "Customers")
	lists = {"Customers": list_customers, "Cohorts": list_cohorts, SHOW: list_purchases}
	if show not in lists:
		frappe.throw(_("The report cannot show {0}: choose another one.").format(quoted(show)))
	return lists[show](filters)


def list_customers(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the customers who bought in the period, and who of them still buys."""
	scope, found, total = customer_value(filters)
	is_cut = total["customers"] > MOST_ROWS
	future, rows = with_future(scope, found, drawn=is_cut and parts.is_chart_only(filters))
	rows = [{**row, "drill": drill(scope, row["name"], scope.first, scope.last)} for row in rows]
	said = [future.sentence] if found and future.sentence else []
	if is_cut:
		more = _("The {0} most valuable of {1} customers; the sums above are of all.")
		said.append(parts.cut_short(more.format(MOST_ROWS, total["customers"])))
	largest = rows[:DRAWN]
	summary = [
		parts.number_part(_("Customers"), total["customers"]),
		parts.amount_part(_("Revenue"), total["revenue"], scope.currency, "Green"),
		parts.amount_part(
			_("Revenue a Customer"), total["revenue"] / max(total["customers"], 1), scope.currency
		),
	]
	ahead = {}
	if future.model and not is_cut:
		ahead = {key: sum(row[key] or 0 for row in rows) for key in ("next_purchases", "next_worth")}
		summary.append(parts.amount_part(_("Worth Next Year"), ahead["next_worth"], scope.currency, "Blue"))
	return parts.answer(
		get_columns(get_columns_ahead() if future.model else []),
		rows,
		total={**total_row(total), **ahead},
		currency=scope.currency,
		message=" ".join(said) or None,
		drawn=parts.chart(
			[row["full_name"] for row in largest],
			[(_("Revenue"), [row["revenue"] for row in largest]), *chart_ahead(future, largest)],
			currency=scope.currency,
		),
		summary=summary,
	)


def total_row(total: dict[str, Any]) -> parts.Row:
	"""Return the row below the customers: what all of them bought, also those who are not shown."""
	revenue, purchases = total["revenue"], total.get("purchases")
	average = revenue / purchases if purchases else None
	return {"full_name": _("Total"), "purchases": purchases, "revenue": revenue, "average": average}


def get_columns(ahead: parts.Rows) -> parts.Rows:
	"""Return the columns of what customers bought, with those of what is to come."""
	return [
		parts.column("name", _("Customer"), "Link", 130, options="Customer Profile"),
		parts.column("full_name", _("Name"), width=210),
		parts.column("lifecycle_stage", _("Lifecycle Stage"), width=120),
		parts.column("first_on", _("First Purchase"), "Date", 120),
		parts.column("last_on", _("Last Purchase"), "Date", 120),
		parts.count_column("days", _("Days Since"), 100),
		parts.count_column("purchases", _("Purchases"), 100, drill_report="Customer Value"),
		parts.money_column("revenue", _("Revenue"), drill_report="Customer Value"),
		parts.money_column("average", _("Average Purchase"), drill_report="Customer Value"),
		*ahead,
		parts.column("score", _("Recency, Frequency, Money (5 Best)"), width=240),
	]


def get_columns_ahead() -> parts.Rows:
	"""Return the columns of what is to come, by the model."""
	return [
		parts.percent_column("alive", _("Chance Still Buying"), 150),
		parts.column("next_purchases", _("Purchases Next Year"), "Float", 160, precision=1),
		parts.money_column("next_worth", _("Worth Next Year"), 150),
	]


def chart_ahead(future: Future, rows: parts.Rows) -> list[tuple[str, list[float]]]:
	"""Return the bars of the next year, none without a model."""
	if not future.model:
		return []
	return [(_("Worth Next Year"), [row["next_worth"] or 0 for row in rows])]


def list_cohorts(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the quarters of first purchases with who came back in each quarter after."""
	_scope, rows, most = cohorts(filters)
	columns = [
		parts.column("cohort", _("First Purchase In"), width=150),
		parts.count_column("customers", _("Customers")),
		*(
			parts.percent_column(f"after_{n}", _("After {0} Quarters").format(n), 130)
			for n in range(1, most + 1)
		),
	]
	drawn = parts.chart(
		[row["cohort"] for row in rows], [(_("New Customers"), [row["customers"] for row in rows])]
	)
	message = (
		_("What part of each quarter's new customers bought again, quarter by quarter.") if rows else None
	)
	return parts.answer(columns, rows, message=message, drawn=drawn)


def list_purchases(filters: dict[str, Any] | None) -> tuple[Any, ...]:
	"""Return the invoices behind what a customer bought; their names are no links, not everybody here reads invoices."""
	scope, rows = invoices_behind(dict(filters or {}))
	columns = [
		parts.column("name", _("Sales Invoice"), width=190),
		parts.column("posting_date", _("Date"), "Date", 110),
		parts.column("company", _("Company"), width=170),
		parts.column("kind", _("Kind"), width=110),
		parts.count_column("purchases", _("Purchases"), 100),
		parts.money_column("revenue", _("Revenue")),
	]
	shown = [{**row, "kind": _("Return") if row["is_return"] else _("Invoice")} for row in rows]
	total = {key: sum(row[key] for row in rows) for key in ("purchases", "revenue")}
	return parts.answer(columns, shown, total={**total, "name": _("Total")}, currency=scope.currency)
