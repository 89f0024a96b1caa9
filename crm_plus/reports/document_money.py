"""What documents and the payment ledger say of money, as parts of queries; amounts in company currency.

`workflows.deal_money` and `rules.deal_money` say what a document posts and what of its ledger is a payment. What stands here is
the same as expressions; tests hold the two together.
"""

from typing import Any

import frappe
from pypika import Case
from pypika.functions import Coalesce, NullIf
from pypika.terms import Criterion, ExistsCriterion, Term

from crm_plus.rules.deal_money import (
	BANK_AND_CASH,
	CASHLESS_JOURNALS,
	EXCHANGE_DIFFERENCE_JOURNAL,
	PAYMENT_JOURNALS,
	PAYMENT_REFERENCES,
)


def posted_total(document: Any) -> Term:
	"""What ERPNext posts of a document: the rounded total where it rounds, else the grand total."""
	is_rounded = (document.base_rounding_adjustment != 0) & (document.base_rounded_total != 0)
	return Case().when(is_rounded, document.base_rounded_total).else_(document.base_grand_total)


def part_of_total(amount: Any, document: Any) -> Term:
	"""Which part of its document's total an amount is; nothing where there is no total."""
	return Coalesce(amount / NullIf(posted_total(document), 0), 0)


def paid_at_the_till(invoice: Any) -> Term:
	"""What a point-of-sale invoice was paid with, less the change: ERPNext posts it under the invoice's own name."""
	paid = invoice.base_paid_amount - invoice.base_change_amount
	return Case().when(invoice.is_pos == 1, paid).else_(0)


def is_of_an_invoice(entry: Any) -> Criterion:
	"""The entries of the payment ledger that make up what is open on sales invoices."""
	of_customer = (entry.against_voucher_type == "Sales Invoice") & (entry.account_type == "Receivable")
	return of_customer & (entry.delinked == 0) & (entry.docstatus == 1)


def moves_money(entry: Any) -> Criterion:
	"""The entries of payments: neither credit notes nor write-offs; `rules.deal_money.is_payment_journal` as a condition."""
	journal = frappe.qb.DocType("Journal Entry")
	kind = Coalesce(journal.voucher_type, "")
	cashless = (*sorted(CASHLESS_JOURNALS), EXCHANGE_DIFFERENCE_JOURNAL)
	is_payment = (
		kind.isin(sorted(PAYMENT_JOURNALS))
		| ((kind == EXCHANGE_DIFFERENCE_JOURNAL) & _names_payment(journal))
		| (kind.notin(cashless) & _has_bank_or_cash_row(journal))
	)
	found = frappe.qb.from_(journal).select(journal.name)
	paying = ExistsCriterion(found.where((journal.name == entry.voucher_no) & is_payment))
	by_journal = (entry.voucher_type == "Journal Entry") & paying
	return (entry.voucher_type == "Payment Entry") | by_journal


def _names_payment(journal: Any) -> Criterion:
	row = frappe.qb.DocType("Journal Entry Account")
	found = frappe.qb.from_(row).select(row.name).where(row.parent == journal.name)
	return ExistsCriterion(found.where(row.reference_type.isin(PAYMENT_REFERENCES)))


def _has_bank_or_cash_row(journal: Any) -> Criterion:
	row, account = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType("Account")
	found = frappe.qb.from_(row).join(account).on(account.name == row.account).select(row.name)
	return ExistsCriterion(
		found.where((row.parent == journal.name) & account.account_type.isin(BANK_AND_CASH))
	)
