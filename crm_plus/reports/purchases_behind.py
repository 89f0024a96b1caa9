"""The invoices behind what a customer bought: facts of his profile, for who may know what he is worth.

Amounts without taxes, in the report's currency.
"""

from datetime import date
from typing import Any

import frappe
from frappe.utils import cint, flt

from crm_plus.reports.customer_value import PROFILE, profile_rows
from crm_plus.reports.report_money import books_money
from crm_plus.reports.report_scope import Scope, on_days, read_scope

SHOW = "Purchases"


def drill(scope: Scope, customer: str, first: date, last: date) -> dict[str, Any]:
	"""Return the filters by which Customer Value lists what a customer bought from one day to another."""
	kept = {key: getattr(scope, key) for key in ("company", "currency") if getattr(scope, key)}
	# The report's other filters chose the customer: they are emptied where the list stands in the same report.
	emptied = {"owner": "", "team": "", "source": "", "fiscal_year": ""}
	chosen = {"from_date": str(first), "to_date": str(last), "show": SHOW, "customer": customer}
	filters = {**kept, **emptied, **chosen}
	return dict.fromkeys(("revenue", "purchases", "average"), filters)


def invoices_behind(filters: dict[str, Any]) -> tuple[Scope, list[dict[str, Any]]]:
	"""Return the scope and the submitted invoices and returns of the customer whom the filters name, newest first.

	An invoice that is the first of its day counts as a purchase. Raises frappe.ValidationError for filters that make no
	sense, frappe.PermissionError for who may not know what customers are worth.
	"""
	scope = read_scope(filters)
	profile, invoice = frappe.qb.DocType(PROFILE), frappe.qb.DocType("Sales Invoice")
	rows = (
		frappe.qb.from_(invoice)
		.join(profile)
		.on(profile.erpnext_customer == invoice.customer)
		.select(invoice.name, invoice.posting_date, invoice.company, invoice.is_return)
		.select(books_money(scope, invoice, invoice.base_net_total).as_("revenue"))
		.where(profile_rows(scope, profile) & (profile.name == str(filters.get("customer") or "")))
		.where((invoice.docstatus == 1) & on_days(invoice.posting_date, scope.first, scope.last))
		.where(invoice.company.isin(list(scope.rates) or [""]))
		.orderby(invoice.posting_date, order=frappe.qb.desc)
		.orderby(invoice.name)
		.run(as_dict=True)
	)
	days: set[date] = set()
	found = []
	for row in rows:
		is_purchase = not cint(row["is_return"]) and row["posting_date"] not in days
		if is_purchase:
			days.add(row["posting_date"])
		found.append({**row, "revenue": flt(row["revenue"]), "purchases": int(is_purchase)})
	return scope, found
