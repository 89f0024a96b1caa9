"""Invoices, orders and payments for tests, and the people who make them. Amounts in the company's currency unless said."""

from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from crm_plus.tests.factories import (
	company,
	make,
	make_customer,
	make_deal,
	make_item,
	make_profile,
	make_user,
	unique,
)


def make_party() -> tuple[str, str]:
	"""Return a new customer and its profile, which comes with it."""
	customer = make_customer().name
	profile = frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
	return customer, profile or make_profile(erpnext_customer=customer).name


def make_party_deal(customer_profile: str, amount: float = 1000, **values: Any) -> Document:
	"""Insert a deal of a profile with a typed amount."""
	return make_deal(customer_profile=customer_profile, amount=amount, **values)


def make_sales(doctype: str, customer: str, rows: list[dict] | float = 1000, **values: Any) -> Document:
	"""Insert a Quotation, Sales Order or Sales Invoice and submit it unless docstatus=0; `rows` may be one row's rate."""
	docstatus = values.pop("docstatus", 1)
	given = rows if isinstance(rows, list) else [{"rate": rows}]
	items = [{"item_code": row.get("item_code") or make_item().name, "qty": 1, **row} for row in given]
	party = (
		{"quotation_to": "Customer", "party_name": customer}
		if doctype == "Quotation"
		else {"customer": customer}
	)
	day = values.get("posting_date") or values.get("transaction_date") or nowdate()
	ensure_fiscal_year(day)
	dates = {
		"Quotation": {"transaction_date": day},
		"Sales Order": {"transaction_date": day, "delivery_date": day},
		"Sales Invoice": {"posting_date": day, "set_posting_time": 1, "due_date": day},
	}[doctype]
	doc = make(doctype, **{"company": company(), **party, "items": items, **dates, **values})
	if docstatus:
		doc.submit()
	return doc


def ensure_fiscal_year(day: str) -> None:
	"""Make the calendar year of a day a fiscal year where none has it: nothing can be posted outside of one."""
	if frappe.db.exists("Fiscal Year", {"year_start_date": ["<=", day], "year_end_date": [">=", day]}):
		return
	year = getdate(day).year
	make(
		"Fiscal Year", year=unique(str(year)), year_start_date=f"{year}-01-01", year_end_date=f"{year}-12-31"
	)


def make_invoice(customer: str, rows: list[dict] | float = 1000, **values: Any) -> Document:
	"""Insert and submit a Sales Invoice."""
	return make_sales("Sales Invoice", customer, rows, **values)


def pay(invoice: Document, amount: float | None = None) -> Document:
	"""Submit a Payment Entry for an invoice, in full unless `amount` is given."""
	entry = get_payment_entry("Sales Invoice", invoice.name)
	if amount is not None:
		entry.paid_amount = entry.received_amount = amount
		entry.references[0].allocated_amount = amount
	entry.update({"reference_no": invoice.name, "reference_date": nowdate()})
	entry.insert()
	entry.submit()
	return entry


def make_accountant(*more_roles: str) -> str:
	"""Return a new user who keeps books and has no role of the CRM."""
	return make_user("Accounts User", *more_roles).name


def the_accountant() -> str:
	"""Return a user who keeps books, one for all tests: Frappe lets a site make only so many users an hour."""
	name = "the.accountant@example.com"
	if not frappe.db.exists("User", name):
		make_user("Accounts User", email=name)
	return name


def deal_of(invoice: str) -> tuple[str | None, set[str | None]]:
	"""Return the deal on an invoice's header and those on its rows, as stored."""
	rows = frappe.get_all("Sales Invoice Item", {"parent": invoice}, pluck="crm_plus_deal")
	return frappe.db.get_value("Sales Invoice", invoice, "crm_plus_deal"), set(rows)
