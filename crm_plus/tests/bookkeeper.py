"""A customer of one deal, whatever an accountant can post for him, and what the ledgers say of it."""

from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from frappe.model.document import Document
from frappe.utils import nowdate

from crm_plus.tests import factories
from crm_plus.tests.factories_accounting import make_invoice
from crm_plus.tests.money_oracle import MoneyOracle, account

BOOKS = "Initech Books"
PLAIN = ["in", ["", None]]


def make_books() -> str:
	"""Return a company whose books may be closed and frozen, in EUR; made once a site."""
	if not frappe.db.exists("Company", BOOKS):
		chart = {"create_chart_of_accounts_based_on": "Standard Template", "chart_of_accounts": "Standard"}
		names = {"company_name": BOOKS, "abbr": "INB", "default_currency": "EUR", "country": "Germany"}
		factories.make("Company", **names, **chart)
		frappe.db.commit()  # as make_company2 does: half of it would stay in what Frappe has cached
		frappe.clear_cache()
	return BOOKS


class Bookkeeper(MoneyOracle):
	"""A customer whose documents all belong to one deal."""

	def __init__(self) -> None:
		self.company = make_books()
		self.customer = factories.make_customer().name
		self.profile = factories.make_profile(erpnext_customer=self.customer).name
		self.deal = factories.make_deal(customer_profile=self.profile, company=self.company).name
		self.item = factories.make_item().name
		self.receivable = self.of_company("default_receivable_account")
		self.cash = account(self.company, account_type="Cash")
		self.settings_before: list[tuple[str, str, Any]] = []

	def of_company(self, field: str) -> Any:
		"""Return what the company says."""
		return frappe.get_cached_value("Company", self.company, field)

	# --- what the ledgers say --------------------------------------------------------------------------------------

	def invoiced(self) -> float:
		"""Return what invoices and returns posted beside the customer's account: on income and on what is owed in taxes."""
		return -sum(self.posted(root_type=["in", ["Income", "Liability"]]).values())

	def paid(self) -> dict[str, float]:
		"""Return what is named as paid on each invoice, and what tills took in and gave back."""
		found = super().paid()
		for invoice, amount in self.posted(account_type=["in", ["Cash", "Bank"]]).items():
			found[invoice] += amount
		return found

	def posted(self, **accounts: Any) -> dict[str, float]:
		"""Return what the customer's invoices debited to such accounts, by the general ledger."""
		of_kind = frappe.get_all("Account", {"company": self.company, **accounts}, pluck="name")
		entries = frappe.get_all(
			"GL Entry",
			{"voucher_no": ["in", [*self.invoices, "none"]], "account": ["in", of_kind], "is_cancelled": 0},
			["voucher_no", "debit", "credit"],
		)
		found = dict.fromkeys((entry.voucher_no for entry in entries), 0.0)
		for entry in entries:
			found[entry.voucher_no] += entry.debit - entry.credit
		return found

	def days(self) -> dict[str, Any]:
		"""Return the days of the deal, by what was submitted and by the money that came in for it."""
		invoices = frappe.get_all(
			"Sales Invoice",
			{"customer": self.customer, "docstatus": 1},
			["name", "posting_date", "is_return", "is_pos"],
		)
		billed = [row.posting_date for row in invoices]
		sold = [row.posting_date for row in invoices if not row.is_return]
		till = [row.posting_date for row in invoices if row.is_pos and not row.is_return]
		return {
			"first_invoiced_on": min(sold, default=None),
			"last_paid_on": max([*till, *self.came_in([row.name for row in invoices])], default=None),
			"billed_from": min(billed, default=None),
			"billed_until": max(billed, default=None),
		}

	def came_in(self, invoices: list[str]) -> list[Any]:
		"""Return the days of payments and bank journals that name one of the invoices and brought money in."""
		days = []
		for doctype, table, amount, only in (
			("Payment Entry", "Payment Entry Reference", "allocated_amount", {}),
			("Journal Entry", "Journal Entry Account", "credit", {"voucher_type": "Bank Entry"}),
		):
			rows = {"reference_name": ["in", [*invoices, "none"]], amount: [">", 0], "docstatus": 1}
			names = frappe.get_all(table, rows, pluck="parent")
			days += frappe.get_all(doctype, {"name": ["in", [*names, "none"]], **only}, pluck="posting_date")
		return days

	# --- documents -------------------------------------------------------------------------------------------------

	def submitted(self, doctype: str, **values: Any) -> Document:
		"""Insert a document of the company and submit it."""
		doc = factories.make(doctype, **{"company": self.company, **values})
		doc.submit()
		return doc

	def new_account(self, name: str, **values: Any) -> str:
		"""Insert an account, for what customers owe unless said otherwise."""
		parent = frappe.db.get_value("Account", self.receivable, "parent_account")
		given = {"parent_account": parent, "account_type": "Receivable", **values}
		return factories.make(
			"Account", company=self.company, account_name=factories.unique(name), **given
		).name

	def expense(self) -> str:
		"""Return an account for what is written off."""
		return account(self.company, root_type="Expense", account_type=PLAIN)

	def debt(self) -> str:
		"""Return an account of what the company owes."""
		return account(self.company, root_type="Liability", account_type=PLAIN)

	def invoice(self, **values: Any) -> Document:
		"""Submit an invoice of the deal: 1,000 and 19 % of it."""
		head = account(self.company, account_type="Tax", root_type="Liability")
		given = {
			"company": self.company,
			"crm_plus_deal": self.deal,
			"debit_to": self.receivable,
			"taxes": [
				{"charge_type": "On Net Total", "account_head": head, "rate": 19, "description": "VAT"}
			],
		}
		rows = values.pop("items", [{"item_code": self.item, "rate": 1000}])
		return make_invoice(self.customer, rows, **{**given, **values})

	def credit(self, invoice: Document, rate: float) -> Document:
		"""Credit a part of an invoice, and hold the credit open."""
		note = make_sales_return(invoice.name)
		note.items[0].rate = rate
		note.update_outstanding_for_self = 1
		note.insert().submit()
		return note

	def pay(self, invoice: Document, amount: float = 0, **values: Any) -> Document:
		"""Submit a payment for an invoice, or for a credit note, in full unless an amount is given."""
		entry = get_payment_entry(invoice.doctype, invoice.name, bank_account=self.cash)
		if amount:
			entry.update({"paid_amount": amount, "received_amount": amount})
			entry.references[0].allocated_amount = amount
		entry.update({"reference_no": "1", "reference_date": nowdate(), **values})
		entry.insert().submit()
		return entry

	def receive(self, amount: float, **values: Any) -> Document:
		"""Submit a payment that is for no invoice yet."""
		given = {
			**{"payment_type": "Receive", "party_type": "Customer", "party": self.customer},
			**{"paid_from": self.receivable, "paid_to": self.cash},
			**{"paid_amount": amount, "received_amount": amount},
			**{"reference_no": "1", "reference_date": nowdate()},
		}
		return self.submitted("Payment Entry", **{**given, **values})

	def journal(self, kind: str, amount: float, into: str, invoice: Document | None = None) -> Document:
		"""Take an amount off the customer's account by a journal, for an invoice or for none yet."""
		row = {"account": self.receivable, "party_type": "Customer", "party": self.customer}
		if invoice:
			row.update({"reference_type": "Sales Invoice", "reference_name": invoice.name})
		rows = [
			{**row, "credit_in_account_currency": amount, "is_advance": "No" if invoice else "Yes"},
			{
				"account": into,
				"debit_in_account_currency": amount,
				"cost_center": self.of_company("cost_center"),
			},
		]
		days = {"posting_date": nowdate(), "cheque_no": "1", "cheque_date": nowdate()}
		return self.submitted("Journal Entry", voucher_type=kind, accounts=rows, **days)

	def reconcile(self, **values: Any) -> None:
		"""Match all that is open, as the reconciliation tool does."""
		given = {"company": self.company, "party_type": "Customer", "party": self.customer}
		given["receivable_payable_account"] = self.receivable
		tool = frappe.get_doc({"doctype": "Payment Reconciliation", **given, **values})
		tool.get_unreconciled_entries()
		rows = {kind: [row.as_dict() for row in tool.get(kind)] for kind in ("invoices", "payments")}
		tool.allocate_entries(frappe._dict(rows))
		tool.reconcile()

	def unreconcile(self, voucher: Document) -> None:
		"""Take a payment off its invoices."""
		values = {"company": self.company, "voucher_type": voucher.doctype, "voucher_no": voucher.name}
		undo = frappe.get_doc({"doctype": "Unreconcile Payment", **values})
		undo.add_references()
		undo.insert().submit()

	# --- settings --------------------------------------------------------------------------------------------------

	def set(self, doctype: str, field: str, value: Any) -> None:
		"""Change a setting, or the company, where this version of ERPNext has it, until `restore`."""
		if not frappe.get_meta(doctype).has_field(field):
			return
		before = (
			self.of_company(field) if doctype == "Company" else frappe.db.get_singles_dict(doctype).get(field)
		)
		self.settings_before.append((doctype, field, before))
		self._write(doctype, field, value)

	def restore(self) -> None:
		"""Give settings the values that they had, and open what was closed."""
		while self.settings_before:
			self._write(*self.settings_before.pop())
		closed = {"company": self.company, "docstatus": 1}
		latest_first = {"pluck": "name", "order_by": "period_end_date desc"}
		for name in frappe.get_all("Period Closing Voucher", closed, **latest_first):
			frappe.get_doc("Period Closing Voucher", name).cancel()
		frappe.db.commit()  # the next one begins with it

	def _write(self, doctype: str, field: str, value: Any) -> None:
		if doctype == "Company":
			frappe.db.set_value(doctype, self.company, field, value)
		else:
			frappe.db.set_single_value(doctype, field, value)
		frappe.clear_document_cache(doctype, self.company if doctype == "Company" else doctype)
