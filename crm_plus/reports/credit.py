"""What a customer owes and how he pays: the question before the next quotation."""

from collections.abc import Iterable
from typing import Any

import frappe
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, flt, getdate, nowdate

# Paid invoices of so many days tell how long a customer takes; older habits are no news.
HABIT_DAYS = 365
HALF_A_CENT = 0.005


def may_see(customer: str, company: str) -> bool:
	"""Tell whether the user may read this customer's invoices in this company, User Permissions included."""
	probe = frappe.new_doc("Sales Invoice")
	probe.update({"customer": customer, "company": company})
	return bool(frappe.has_permission("Sales Invoice", "read", doc=probe))


def credit_summary(customer: str, company: str) -> dict[str, Any]:
	"""Return limit, used, overdue (company currency), average_days_to_pay (None without paid invoices) and currency.

	Limit and used are ERPNext's own figures; a limit of 0 means that there is none. Overdue is what payment schedules
	say was due before today and the payment ledger still holds open. The average is over invoices of the last year that
	are settled: from posting date to the last settling entry. Raises frappe.PermissionError.
	"""
	if not may_see(customer, company):
		raise frappe.PermissionError
	return {
		"limit": get_credit_limit(customer, company),
		"used": flt(get_customer_outstanding(customer, company), 2),
		"overdue": overdue_amount(customer, company),
		"average_days_to_pay": average_days_to_pay(customer, company),
		"currency": frappe.get_cached_value("Company", company, "default_currency"),
	}


def overdue_amount(customer: str, company: str) -> float:
	"""Return what is open although it was due before today, in the company's currency."""
	balances = {row.invoice: row for row in _balances(customer, company) if row.outstanding > HALF_A_CENT}
	due = _due_before_today(balances)
	overdue = [
		min(row.outstanding, max(0.0, due.get(name, 0.0) - (row.invoiced - row.outstanding)))
		for name, row in balances.items()
	]
	return flt(sum(overdue), 2)


def _balances(customer: str, company: str) -> list[Any]:
	"""Return (invoice, invoiced, outstanding) by the payment ledger for a customer's invoices, in company currency."""
	invoice, entry = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Payment Ledger Entry")
	own = (
		frappe.query_builder.Case().when(entry.voucher_no == entry.against_voucher_no, entry.amount).else_(0)
	)
	rows = (
		frappe.qb.from_(invoice)
		.join(entry)
		.on((entry.against_voucher_no == invoice.name) & (entry.against_voucher_type == "Sales Invoice"))
		.select(invoice.name.as_("invoice"), Sum(own).as_("invoiced"), Sum(entry.amount).as_("outstanding"))
		.where((invoice.customer == customer) & (invoice.company == company))
		.where((invoice.docstatus == 1) & (invoice.is_return == 0) & (entry.delinked == 0))
		.groupby(invoice.name)
	).run(as_dict=True)
	for row in rows:
		row.update({"invoiced": flt(row.invoiced), "outstanding": flt(row.outstanding)})
	return rows


def _due_before_today(invoices: Iterable[str]) -> dict[str, float]:
	"""Return what the payment schedules of invoices ask for by yesterday, in company currency."""
	names = list(invoices)
	if not names:
		return {}
	schedule = frappe.qb.DocType("Payment Schedule")
	query = (
		frappe.qb.from_(schedule)
		.select(schedule.parent, Sum(schedule.base_payment_amount))
		.where((schedule.parenttype == "Sales Invoice") & schedule.parent.isin(names))
		.where(schedule.due_date < nowdate())
		.groupby(schedule.parent)
	)
	return {name: flt(amount) for name, amount in query.run()}


def average_days_to_pay(customer: str, company: str) -> int | None:
	"""Return the days from invoice to settlement, rounded, over the last year's settled invoices; None without any."""
	invoice, entry = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Payment Ledger Entry")
	rows = (
		frappe.qb.from_(invoice)
		.join(entry)
		.on((entry.against_voucher_no == invoice.name) & (entry.against_voucher_type == "Sales Invoice"))
		.select(invoice.posting_date, Max(entry.posting_date), Sum(entry.amount))
		.where((invoice.customer == customer) & (invoice.company == company))
		.where((invoice.docstatus == 1) & (invoice.is_return == 0) & (entry.delinked == 0))
		.where(invoice.posting_date >= add_days(nowdate(), -HABIT_DAYS))
		.groupby(invoice.name, invoice.posting_date)
	).run()
	days = [
		(getdate(paid) - getdate(posted)).days for posted, paid, left in rows if abs(flt(left)) < HALF_A_CENT
	]
	return round(sum(days) / len(days)) if days else None
