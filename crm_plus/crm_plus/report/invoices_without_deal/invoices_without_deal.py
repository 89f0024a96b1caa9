"""Report "Invoices Without Deal": what is billed to nobody's deal, and which deal it probably is."""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.reading_as import rows_for_every_reader
from crm_plus.reports import report_parts as parts
from crm_plus.reports.invoices_without_deal import by_month, unlinked_invoices
from crm_plus.rules.plain_values import as_day

REPORT = "Invoices Without Deal"
Rows = list[dict[str, Any]]


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; amounts in the company's currency.

	Raises frappe.ValidationError where no company is chosen.
	"""
	filters = frappe._dict(filters or {})
	check(filters)
	currency = frappe.get_cached_value("Company", filters.company, "default_currency")
	rows = shown_invoices(filters)
	for row in rows:
		row["company_currency"] = currency
	# Beside the amount: what stands under the invoices' names would be a link to one.
	total = {"amount": sum(row["amount"] for row in rows), "deal": _("Total"), "company_currency": currency}
	return parts.answer(
		get_columns(),
		rows,
		total=total,
		message=None if rows else _("Every invoice that these filters let you see has a deal."),
		drawn=get_chart(rows, currency),
		summary=get_summary(rows, currency),
	)


def shown_invoices(filters: dict[str, Any]) -> Rows:
	"""Return the rows that every reader sees. Raises frappe.PermissionError for who may not."""
	return rows_for_every_reader(REPORT, lambda: unlinked_invoices(filters))


def check(filters: dict[str, Any]) -> None:
	"""Refuse what the report cannot be asked for. Raises frappe.ValidationError."""
	if not filters.get("company"):
		frappe.throw(_("Choose a company: the amounts are in its currency."))
	if any(not isinstance(filters.get(name) or "", str) for name in ("company", "customer")):
		frappe.throw(_("Choose one company and one customer, not several."))
	if any(filters.get(name) and not as_day(filters.get(name)) for name in ("from_date", "to_date")):
		frappe.throw(_("The period needs dates such as 2026-12-31."))
	if (
		filters.get("from_date")
		and filters.get("to_date")
		and str(filters["from_date"]) > str(filters["to_date"])
	):
		frappe.throw(_("The period ends before it begins: choose a later end."))


def get_columns() -> Rows:
	"""Return the columns; those of a deal are its name, title and amount and no more."""
	money = "company_currency"
	return [
		column("name", _("Sales Invoice"), "Link", 170, options="Sales Invoice"),
		column("posting_date", _("Date"), "Date", 105),
		column("customer", _("Customer"), "Link", 190, options="Customer"),
		column("amount", _("Amount"), "Currency", 120, options=money),
		column("deal", _("Proposed Deal"), "Data", 150),
		column("deal_title", _("Deal Title"), "Data", 190),
		column("deal_amount", _("Deal Amount"), "Currency", 120, options=money),
		column("confidence", _("Confidence"), "Percent", 100),
		column("reasons", _("Why"), "Data", 330),
		column("status", _("Status"), "Data", 100),
		column("company_currency", _("Currency"), "Link", 80, options="Currency", hidden=1),
	]


def column(fieldname: str, label: str, fieldtype: str, width: int, **more: Any) -> dict[str, Any]:
	"""Return one column; texts are told to stand left, the Desk takes a column that begins empty for numbers."""
	align = {"align": "left"} if fieldtype == "Data" else {}
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **align, **more}


def get_chart(rows: Rows, currency: str) -> dict[str, Any] | None:
	"""Return the amounts by month: what can be linked as proposed, and the rest."""
	months = by_month(rows)
	if not months:
		return None
	return {
		"data": {
			"labels": [month for month, _proposed, _rest in months],
			"datasets": [
				{
					"name": _("With a proposed deal"),
					"values": [proposed for _month, proposed, _rest in months],
				},
				{"name": _("Without"), "values": [rest for _month, _proposed, rest in months]},
			],
		},
		"type": "bar",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency,
		"barOptions": {"stacked": True},
		"height": 220,
	}


def get_summary(rows: Rows, currency: str) -> Rows:
	"""Return the line above the table: how many invoices, what they amount to, and how much of it has a proposal."""
	proposed = [row for row in rows if row["deal"]]
	total = sum(row["amount"] for row in rows)
	return [
		{"label": _("Invoices without a deal"), "value": len(rows), "datatype": "Int"},
		{"label": _("Amount"), "value": total, "datatype": "Currency", "currency": currency},
		{"label": _("With a proposed deal"), "value": len(proposed), "datatype": "Int", "indicator": "Green"},
		{
			"label": _("Amount with a proposed deal"),
			"value": sum(row["amount"] for row in proposed),
			"datatype": "Currency",
			"currency": currency,
			"indicator": "Green",
		},
	]
