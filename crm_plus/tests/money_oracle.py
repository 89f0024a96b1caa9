"""Says by ERPNext's own books what a customer's documents are worth: an oracle that shares no query with CRM Plus."""

from collections.abc import Callable
from typing import Any

import frappe
from erpnext.accounts.utils import QueryPaymentLedger

from crm_plus.workflows.deal_money import AMOUNT_FIELDS, NET_FIELDS


def amounts_of(deal: str) -> dict[str, float]:
	"""Return the stored amounts of a deal, which are what is under test."""
	return frappe.db.get_value("Deal", deal, (*AMOUNT_FIELDS, *NET_FIELDS), as_dict=True)


def account(company: str, **filters: Any) -> str:
	"""Return a ledger account of a company."""
	return frappe.get_all(
		"Account",
		{"company": company, "is_group": 0, "disabled": 0, **filters},
		pluck="name",
		order_by="name",
	)[0]


class MoneyOracle:
	"""Sums over all documents of one customer, in company currency."""

	customer: str
	company: str
	invoices: list[str]

	def worth(self) -> dict[str, float]:
		"""Return the sums over all rows in company currency, by ERPNext's general ledger and its own figures.

		None of it comes from the queries under test: invoices by GL Entry, what is open by ERPNext's own query of the
		payment ledger, payments by the allocations that the payments themselves name.
		"""
		self.invoices = frappe.get_all(
			"Sales Invoice", {"customer": self.customer, "docstatus": 1}, pluck="name"
		)
		paid, outstanding = self.paid(), self.outstanding()
		return {
			"invoiced_amount": self.invoiced(),
			"outstanding_amount": sum(outstanding.values()),
			"paid_amount": sum(paid.values()),
			"ordered_amount": self.ordered(self.posted_total),
			"quoted_amount": self.documents_total("Quotation", self.posted_total, party_name=self.customer),
			"invoiced_net": self.documents_total("Sales Invoice", self.net_total, customer=self.customer),
			"outstanding_net": self.net(outstanding),
			"paid_net": self.net(paid),
			"ordered_net": self.ordered(self.net_total),
			"quoted_net": self.documents_total("Quotation", self.net_total, party_name=self.customer),
		}

	def invoiced(self) -> float:
		"""Return what invoices and returns posted to the customer's account."""
		entries = frappe.get_all(
			"GL Entry",
			{"party": self.customer, "is_cancelled": 0, "voucher_type": "Sales Invoice"},
			["voucher_no", "debit", "credit"],
		)
		return sum(row.debit - row.credit for row in entries if row.voucher_no in self.invoices)

	def outstanding(self) -> dict[str, float]:
		"""Return what ERPNext holds open on each invoice."""
		if not self.invoices:
			return {}
		vouchers = [frappe._dict(voucher_type="Sales Invoice", voucher_no=name) for name in self.invoices]
		found = QueryPaymentLedger().get_voucher_outstandings(vouchers)
		return {row.voucher_no: row.outstanding or 0 for row in found}

	def paid(self) -> dict[str, float]:
		"""Return what payments and bank journals name as paid on each invoice."""
		found = dict.fromkeys(self.invoices, 0.0)
		for invoice, amount in (*self.paid_by_payments(), *self.paid_by_journals()):
			found[invoice] += amount
		return found

	def paid_by_payments(self) -> list[tuple[str, float]]:
		"""Return what payments name as allocated, at the invoice's rate: the exchange difference belongs to them."""
		payments = frappe.get_all("Payment Entry", {"party": self.customer, "docstatus": 1}, pluck="name")
		rows = frappe.get_all(
			"Payment Entry Reference",
			{"parent": ["in", payments or ["none"]], "reference_doctype": "Sales Invoice"},
			["reference_name", "allocated_amount"],
		)
		rates = dict(
			frappe.get_all(
				"Sales Invoice", {"customer": self.customer}, ["name", "conversion_rate"], as_list=True
			)
		)
		return [(row.reference_name, row.allocated_amount * rates[row.reference_name]) for row in rows]

	def paid_by_journals(self) -> list[tuple[str, float]]:
		"""Return what bank journals credited to invoices."""
		if not self.invoices:
			return []
		journals = frappe.get_all(
			"Journal Entry", {"docstatus": 1, "voucher_type": "Bank Entry"}, pluck="name"
		)
		rows = frappe.get_all(
			"Journal Entry Account",
			{"parent": ["in", journals or ["none"]], "reference_name": ["in", self.invoices]},
			["reference_name", "credit", "debit"],
		)
		return [(row.reference_name, row.credit - row.debit) for row in rows]

	def net(self, settled: dict[str, float]) -> float:
		"""Return what amounts on invoices are without taxes, by each invoice's own totals."""
		total = 0.0
		for name, amount in settled.items():
			invoice = frappe.get_doc("Sales Invoice", name)
			total += amount * invoice.base_net_total / self.posted_total(invoice)
		return total

	def documents_total(self, doctype: str, worth: Callable[[Any], float], **filters: Any) -> float:
		"""Return what submitted documents are worth together."""
		names = frappe.get_all(doctype, {"docstatus": 1, **filters}, pluck="name")
		return sum(worth(frappe.get_doc(doctype, name)) for name in names)

	def posted_total(self, doc: Any) -> float:
		"""Return the rounded total where ERPNext rounds in company currency, else the grand total."""
		return doc.base_rounded_total if doc.base_rounding_adjustment else doc.base_grand_total

	def net_total(self, doc: Any) -> float:
		"""Return the total without taxes."""
		return doc.base_net_total

	def ordered(self, worth: Callable[[Any], float]) -> float:
		"""Return submitted orders, closed ones by what their invoices billed of them."""
		total = self.documents_total("Sales Order", worth, customer=self.customer, status=["!=", "Closed"])
		for name in frappe.get_all(
			"Sales Order", {"customer": self.customer, "docstatus": 1, "status": "Closed"}, pluck="name"
		):
			order = frappe.get_doc("Sales Order", name)
			billed = sum(row.billed_amt for row in order.items) / sum(row.amount for row in order.items)
			total += worth(order) * max(0, min(1, billed))
		return total
