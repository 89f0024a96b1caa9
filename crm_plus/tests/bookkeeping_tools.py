"""What accountants do with ERPNext's tools: revaluing, dunning, discounting, deferring, matching a bank's statement.

Acts are generators, as in `bookkeeping_acts`.
"""

import frappe
from erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool import (
	create_payment_entry_bts,
	reconcile_vouchers,
)
from erpnext.accounts.doctype.journal_entry.journal_entry import get_payment_entry_against_invoice
from erpnext.accounts.doctype.sales_invoice.sales_invoice import create_dunning
from erpnext.stock.doctype.repost_item_valuation.repost_item_valuation import repost
from frappe.model.document import Document
from frappe.utils import add_days, getdate, nowdate

from crm_plus.tests import factories
from crm_plus.tests.bookkeeper import Bookkeeper
from crm_plus.tests.bookkeeping_acts import Act
from crm_plus.tests.factories_accounting import ensure_fiscal_year
from crm_plus.tests.money_oracle import account


def revalue(keeper: Bookkeeper) -> Act:
	"""Revalue an invoice in a foreign currency, have it paid at yet another rate, and take both back."""
	factories.make_exchange_rate("USD", "EUR", 0.9)
	keeper.receivable = keeper.new_account("Debtors USD", account_currency="USD")
	gain = keeper.of_company("exchange_gain_loss_account")
	keeper.set("Company", "unrealized_exchange_gain_loss_account", gain)
	invoice = keeper.invoice(currency="USD", conversion_rate=0.9)
	yield "invoiced"
	values = {"company": keeper.company, "posting_date": nowdate()}
	revaluation = frappe.new_doc("Exchange Rate Revaluation", **values)
	rows = [row for row in revaluation.get_accounts_data() if row["account"] == keeper.receivable]
	row = revaluation.append("accounts", rows[0])
	row.new_exchange_rate, row.new_balance_in_base_currency = 0.8, row.balance_in_account_currency * 0.8
	row.gain_loss = row.new_balance_in_base_currency - row.balance_in_base_currency
	revaluation.set_total_gain_loss()
	revaluation.insert().submit()
	journal = frappe.get_doc("Journal Entry", revaluation.make_jv_entries()["revaluation_jv"])
	journal.submit()
	yield "revalued"
	entry = keeper.pay(invoice, source_exchange_rate=0.85, received_amount=1011.5)
	yield "paid"
	entry.reload().cancel()
	journal.reload().cancel()
	yield "taken back"


def dun(keeper: Bookkeeper) -> Act:
	"""Dun an overdue invoice, and have it paid with what the dunning costs."""
	invoice = keeper.invoice(posting_date=add_days(nowdate(), -20))
	yield "overdue"
	dunning = create_dunning(invoice.name)
	dunning.update({"rate_of_interest": 10, "dunning_fee": 5})
	dunning.cost_center = keeper.of_company("cost_center")
	dunning.income_account = account(keeper.company, root_type="Income")
	dunning.insert().submit()
	keeper.pay(dunning)
	yield "paid"


def discount(keeper: Bookkeeper) -> Act:
	"""Sell an invoice to a bank, give the money back, and have the customer pay."""
	uses = ("accounts_receivable_credit", "accounts_receivable_discounted", "accounts_receivable_unpaid")
	accounts = {use: keeper.new_account(use) for use in uses}
	invoice = keeper.invoice()
	open_one = {"sales_invoice": invoice.name, "customer": keeper.customer, "debit_to": keeper.receivable}
	costs = {"bank_charges": 20, "bank_charges_account": keeper.expense()}
	loan = {"loan_start_date": nowdate(), "loan_period": 30, "short_term_loan": keeper.debt()}
	yield "invoiced"
	sold = keeper.submitted(
		"Invoice Discounting",
		**{**accounts, **costs, **loan, "posting_date": nowdate(), "bank_account": keeper.cash},
		invoices=[{**open_one, "outstanding_amount": 1190, "posting_date": nowdate()}],
	)
	sold.create_disbursement_entry().update({"posting_date": nowdate()}).insert().submit()
	yield "sold"
	sold.reload().close_loan().update({"posting_date": nowdate()}).insert().submit()
	entry = frappe.get_doc(get_payment_entry_against_invoice("Sales Invoice", invoice.name))
	entry.update({"posting_date": nowdate(), "cheque_no": "1", "cheque_date": nowdate()})
	entry.accounts[-1].account = keeper.cash
	entry.insert().submit()
	yield "paid"


def defer(keeper: Bookkeeper) -> Act:
	"""Earn what an invoice billed in advance, and take it back."""
	first = add_days(getdate(nowdate()).replace(day=1), -62)
	item = factories.make_item(enable_deferred_revenue=1, no_of_months=12)
	service = {"service_start_date": first, "service_end_date": add_days(first, 360)}
	row = {"item_code": item.name, "rate": 1200, "enable_deferred_revenue": 1, **service}
	keeper.invoice(items=[{**row, "deferred_revenue_account": keeper.debt()}], posting_date=str(first))
	yield "invoiced"
	period = {"start_date": first, "end_date": add_days(first, 60), "posting_date": nowdate()}
	earned = keeper.submitted("Process Deferred Accounting", type="Income", **period)
	yield "earned"
	earned.reload().cancel()
	yield "taken back"


def revalue_stock(keeper: Bookkeeper) -> Act:
	"""Receive goods of before their sale at another price: what they cost is posted anew."""
	stores = frappe.get_all("Warehouse", {"company": keeper.company, "is_group": 0}, pluck="name")[0]
	item = factories.make_item(is_stock_item=1).name
	_receive_goods(keeper, item, stores, 10, add_days(nowdate(), -10))
	row = {"item_code": item, "rate": 1000, "warehouse": stores}
	invoice = keeper.invoice(items=[row], update_stock=1, posting_date=add_days(nowdate(), -5))
	keeper.pay(invoice, 300)
	yield "sold"
	_receive_goods(keeper, item, stores, 40, add_days(nowdate(), -12))
	since = {"posting_date": add_days(nowdate(), -12), "posting_time": "00:00:00"}
	goods = {"based_on": "Item and Warehouse", "item_code": item, "warehouse": stores}
	repost(keeper.submitted("Repost Item Valuation", **goods, **since))
	yield "posted anew"


def _receive_goods(keeper: Bookkeeper, item: str, warehouse: str, price: float, day: str) -> None:
	ensure_fiscal_year(day)
	row = {"item_code": item, "qty": 5, "t_warehouse": warehouse, "basic_rate": price}
	kind = {"stock_entry_type": "Material Receipt", "purpose": "Material Receipt"}
	keeper.submitted("Stock Entry", **kind, set_posting_time=1, posting_date=day, items=[row])


def bank_statement(keeper: Bookkeeper) -> Act:
	"""Enter payments from a bank's statement: one that is reconciled afterwards, and one that is there already."""
	group = {"company": keeper.company, "account_type": "Bank", "is_group": 1}
	parent = frappe.db.get_value("Account", group)
	keeper.cash = keeper.new_account("Bank", account_type="Bank", parent_account=parent)
	bank = factories.make("Bank", bank_name=factories.unique("Bank")).name
	ours = {"bank": bank, "account": keeper.cash, "is_company_account": 1, "company": keeper.company}
	at = factories.make("Bank Account", account_name=factories.unique("Ours"), **ours).name
	invoice = keeper.invoice()
	yield "invoiced"
	line = _statement_line(keeper, at, 400)
	create_payment_entry_bts(line.name, "1", nowdate(), "Customer", keeper.customer, nowdate())
	keeper.reconcile()
	yield "entered and reconciled"
	entry, line = keeper.pay(invoice, 100), _statement_line(keeper, at, 100)
	match = {"payment_doctype": entry.doctype, "payment_name": entry.name, "amount": 100}
	reconcile_vouchers(line.name, frappe.as_json([match]))
	yield "matched"


def _statement_line(keeper: Bookkeeper, bank_account: str, deposit: float) -> Document:
	values = {"date": nowdate(), "bank_account": bank_account, "currency": "EUR", "description": "x"}
	return keeper.submitted("Bank Transaction", deposit=deposit, **values)


ACTS = (revalue, dun, discount, defer, revalue_stock, bank_statement)
