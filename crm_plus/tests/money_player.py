"""Plays ERP events on deals."""

import random
from collections.abc import Callable
from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import flt, nowdate

from crm_plus.tests import factories
from crm_plus.tests.money_oracle import MoneyOracle, account
from crm_plus.tests.money_story import story


class MoneyPlayer(MoneyOracle):
	"""One customer with two deals in one company, and everything that can happen to their documents."""

	def __init__(self, seed: int, currency: str = "EUR") -> None:
		self.random = random.Random(seed)
		self.seed = seed
		self.acts: list[str] = []
		self.company = factories.company()
		self.currency = currency
		if currency != "EUR":
			factories.make_exchange_rate(currency, "EUR", 0.9)
		self.customer = factories.make_customer(default_currency=currency).name
		self.profile = factories.make_profile(erpnext_customer=self.customer).name
		self.deals = [
			factories.make_deal(customer_profile=self.profile, currency=currency).name for _each in range(2)
		]
		self.item = factories.make_item().name
		self.receivable = self.make_receivable()

	def make_receivable(self) -> str:
		"""Return the account that invoices in the player's currency are posted to."""
		existing = {"company": self.company, "account_type": "Receivable", "account_currency": self.currency}
		found = frappe.get_all("Account", {**existing, "is_group": 0}, pluck="name")
		if found:
			return found[0]
		parent = frappe.get_all(
			"Account", {"company": self.company, "account_type": "Receivable", "is_group": 1}, pluck="name"
		) or [
			frappe.db.get_value("Account", account(self.company, account_type="Receivable"), "parent_account")
		]
		name = {"account_name": f"Debtors {self.currency}", "parent_account": parent[0]}
		return frappe.get_doc({"doctype": "Account", **name, **existing}).insert().name

	def do(self, act: str) -> None:
		"""Let something happen; where ERPNext or CRM Plus fails at it, print all that led there."""
		self.acts.append(act)
		try:
			getattr(self, act)()
			frappe.db.commit()
		except Exception:
			print(story(self))
			raise

	# --- what can happen -----------------------------------------------------------------------------------------

	def rows(self) -> list[dict]:
		"""Return one to three rows, each for one of the deals or for none."""
		return [
			{
				"item_code": self.item,
				"qty": self.random.randint(1, 4),
				"rate": self.random.randint(1, 99_999) / 100,
				"crm_plus_deal": self.random.choice([*self.deals, *self.deals, None]),
				"delivery_date": nowdate(),
			}
			for _each in range(self.random.randint(1, 3))
		]

	def taxes(self) -> list[dict]:
		"""Return 19 % on the net total half of the time."""
		if self.random.random() < 0.5:
			return []
		head = account(self.company, account_type="Tax", root_type="Liability")
		return [{"charge_type": "On Net Total", "account_head": head, "rate": 19, "description": "VAT"}]

	def document(self, doctype: str, **values: Any) -> Any:
		"""Insert and submit a sales document of the player's customer."""
		header = {
			"doctype": doctype,
			"customer": self.customer,
			"company": self.company,
			"currency": self.currency,
			"conversion_rate": 1 if self.currency == "EUR" else self.random.choice([0.83, 0.9, 0.97]),
			"items": self.rows(),
			"taxes": self.taxes(),
			"additional_discount_percentage": self.random.choice([0, 0, 7.5]),
			"delivery_date": nowdate(),
			"due_date": nowdate(),
		}
		if doctype == "Quotation":
			header.update(quotation_to="Customer", party_name=self.customer)
		if doctype == "Sales Invoice":
			header.update(debit_to=self.receivable)
		doc = frappe.get_doc({**header, **values}).insert()
		doc.submit()
		return doc

	def quote(self) -> None:
		"""Submit a quotation."""
		self.document("Quotation")

	def order(self) -> None:
		"""Submit an order."""
		self.document("Sales Order")

	def invoice(self) -> None:
		"""Submit an invoice, sometimes with a small amount written off at once."""
		self.document("Sales Invoice")

	def invoice_an_order(self) -> None:
		"""Bill a part of an order through ERPNext's own mapping."""
		order = self.pick("Sales Order", per_billed=["<", 100], status=["!=", "Closed"])
		if not order:
			return
		invoice = make_sales_invoice(order)
		if not invoice.items:
			return
		invoice.items = invoice.items[: self.random.randint(1, len(invoice.items))]
		invoice.debit_to = self.receivable
		invoice.insert().submit()

	def close_order(self) -> None:
		"""Close an order that is not billed in full."""
		order = self.pick("Sales Order", status=["not in", ["Closed", "Completed"]])
		if order:
			frappe.get_doc("Sales Order", order).update_status("Closed")

	def pay(self) -> None:
		"""Pay an invoice, whole or in part."""
		invoice = self.pick("Sales Invoice", outstanding_amount=[">", 0], is_return=0)
		if not invoice:
			return
		payment = get_payment_entry(
			"Sales Invoice", invoice, bank_account=account(self.company, account_type="Cash")
		)
		payment.reference_no, payment.reference_date = "1", nowdate()
		part = self.random.choice([1, 0.5, 0.31])
		row = payment.references[0]
		row.allocated_amount = flt(row.allocated_amount * part, 2)
		payment.paid_amount = flt(payment.paid_amount * part, 2)
		payment.received_amount = flt(payment.received_amount * part, 2)
		payment.insert().submit()

	def pay_in_advance(self) -> None:
		"""Receive money that is not for any invoice yet."""
		payment = frappe.get_doc(
			{
				"doctype": "Payment Entry",
				"payment_type": "Receive",
				"company": self.company,
				"party_type": "Customer",
				"party": self.customer,
				"paid_from": self.receivable,
				"paid_to": account(self.company, account_type="Cash"),
				"paid_amount": 150,
				"received_amount": 150 if self.currency == "EUR" else 130,
				"source_exchange_rate": 1 if self.currency == "EUR" else 130 / 150,
				"target_exchange_rate": 1,
				"reference_no": "2",
				"reference_date": nowdate(),
			}
		)
		payment.insert().submit()

	def reconcile(self) -> None:
		"""Match open payments and credit notes with open invoices, as the reconciliation tool does."""
		tool = frappe.get_doc(
			{
				"doctype": "Payment Reconciliation",
				"company": self.company,
				"party_type": "Customer",
				"party": self.customer,
				"receivable_payable_account": self.receivable,
			}
		)
		tool.get_unreconciled_entries()
		if not (tool.invoices and tool.payments):
			return
		invoices = [row.as_dict() for row in tool.invoices]
		payments = [row.as_dict() for row in tool.payments]
		tool.allocate_entries(frappe._dict(invoices=invoices, payments=payments))
		if self.currency == "EUR":
			tool.reconcile()
		else:  # ERPNext 16 finds its own credit notes "modified after you pulled" them now and then
			self.attempt(tool.reconcile)

	def unreconcile(self) -> None:
		"""Take a payment off its invoices again."""
		name = self.pick("Payment Entry", party=self.customer)
		if not name:
			return
		values = {"company": self.company, "voucher_type": "Payment Entry", "voucher_no": name}
		undo = frappe.get_doc({"doctype": "Unreconcile Payment", **values})
		undo.add_references()
		if undo.allocations:
			undo.insert().submit()

	def journal(self, against: str, voucher_type: str) -> None:
		"""Settle a part of an invoice by a Journal Entry against another account."""
		invoice = self.pick("Sales Invoice", outstanding_amount=[">", 1], is_return=0)
		if not invoice or self.currency != "EUR":
			return
		open_amount = frappe.db.get_value("Sales Invoice", invoice, "outstanding_amount")
		amount = flt(open_amount * self.random.choice([1, 0.4]), 2)
		rows = [
			{
				"account": self.receivable,
				"party_type": "Customer",
				"party": self.customer,
				"reference_type": "Sales Invoice",
				"reference_name": invoice,
				"credit_in_account_currency": amount,
			},
			{
				"account": against,
				"debit_in_account_currency": amount,
				"cost_center": frappe.get_cached_value("Company", self.company, "cost_center"),
			},
		]
		entry = {"voucher_type": voucher_type, "company": self.company, "posting_date": nowdate()}
		entry["accounts"] = rows
		if voucher_type == "Bank Entry":
			entry.update(cheque_no="3", cheque_date=nowdate())
		frappe.get_doc({"doctype": "Journal Entry", **entry}).insert().submit()

	def pay_by_journal(self) -> None:
		"""Book a payment as a Journal Entry."""
		self.journal(account(self.company, account_type="Cash"), "Bank Entry")

	def write_off(self) -> None:
		"""Write off a part of an invoice."""
		self.journal(
			account(self.company, root_type="Expense", account_type=["in", ["", None]]), "Write Off Entry"
		)

	def return_goods(self) -> None:
		"""Issue a credit note for an invoice."""
		invoice = self.pick("Sales Invoice", is_return=0)
		if not invoice or frappe.db.exists("Sales Invoice", {"return_against": invoice, "docstatus": 1}):
			return
		credit = make_sales_return(invoice)
		credit.update_outstanding_for_self = self.random.choice([0, 1])
		credit.insert().submit()

	def cancel(self, doctype: str, **filters: Any) -> None:
		"""Cancel a document where ERPNext lets it be cancelled."""
		name = self.pick(doctype, **filters)
		if name:
			self.attempt(frappe.get_doc(doctype, name).cancel)

	def attempt(self, act: Callable[[], None]) -> None:
		"""Do what ERPNext may refuse; where it does, nothing of it stays."""
		frappe.db.savepoint("player")
		try:
			act()
		except frappe.ValidationError:
			frappe.db.rollback(save_point="player")

	def cancel_payment(self) -> None:
		"""Cancel a payment."""
		self.cancel("Payment Entry", party=self.customer)

	def cancel_invoice(self) -> None:
		"""Cancel an invoice."""
		self.cancel("Sales Invoice")

	def cancel_order(self) -> None:
		"""Cancel an order."""
		self.cancel("Sales Order")

	def amend_invoice(self) -> None:
		"""Cancel an invoice and submit its amendment."""
		before = self.pick("Sales Invoice", is_return=0)
		self.cancel("Sales Invoice", name=before) if before else None
		if before and frappe.db.get_value("Sales Invoice", before, "docstatus") == 2:
			amended = frappe.copy_doc(frappe.get_doc("Sales Invoice", before))
			amended.docstatus = 0  # Frappe's copy keeps it while tests run
			for row in amended.get_all_children():
				row.docstatus = 0
			amended.amended_from = before
			amended.items[0].rate = flt(amended.items[0].rate / 2, 2)
			amended.insert().submit()

	def pick(self, doctype: str, **filters: Any) -> str | None:
		"""Return one of the player's submitted documents by chance."""
		party = {} if "party" in filters else {"customer": self.customer}
		names = frappe.get_all(
			doctype, {"docstatus": 1, **party, **filters}, pluck="name", order_by="creation, name"
		)
		return self.random.choice(names) if names else None
