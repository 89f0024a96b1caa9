"""What accountants do with ERPNext beyond the invoice and its payment.

Each act is a generator. What it needs is there at its first `yield`; each further one says what has just been done.
"""

from collections.abc import Iterator

import frappe
from erpnext.accounts.doctype.repost_payment_ledger.repost_payment_ledger import start_payment_ledger_repost
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from frappe.utils import add_days, getdate, nowdate

from crm_plus.tests.bookkeeper import Bookkeeper
from crm_plus.tests.bookkeeping_till import Till
from crm_plus.tests.money_oracle import account

Act = Iterator[str]
REPOSTED = ("Sales Invoice", "Payment Entry", "Journal Entry")


def till(keeper: Bookkeeper) -> Act:
	"""Take back what a closed till sold, close again, and undo both closings."""
	cash_desk = Till(keeper)
	sold, closing = cash_desk.sell(1400, 1500)
	invoice = frappe.get_doc("Sales Invoice", sold.consolidated_invoice)
	yield "sold"
	invoice.crm_plus_deal = keeper.deal
	invoice.save()
	yield "linked"
	back, again = cash_desk.take_back(sold, 700)
	yield "taken back"
	cash_desk.undo(back, again)
	yield "not taken back"
	cash_desk.undo(sold, closing)
	yield "not sold"


def paid_at_once(keeper: Bookkeeper) -> Act:
	"""Have an invoice paid in part as it is written, the rest in other ways, and take it back at the till."""
	desk = Till(keeper)
	yield "a till"
	before = add_days(nowdate(), -9)
	invoice = keeper.invoice(is_pos=1, payments=[{**desk.cash, "amount": 500}], posting_date=before)
	yield "paid in part"
	keeper.pay(invoice, 190, posting_date=add_days(nowdate(), -4))
	keeper.journal("Write Off Entry", 100, keeper.expense(), invoice)
	yield "paid and written off"
	back = make_sales_return(invoice.name)
	back.set("payments", [{**desk.cash, "amount": -400}])
	back.insert().submit()
	yield "taken back"
	off = {"write_off_amount": 90, "base_write_off_amount": 90, "write_off_account": keeper.expense()}
	centre = {"write_off_cost_center": desk.centre}
	paid = [{**desk.cash, "amount": 1100}]
	keeper.invoice(is_pos=1, payments=paid, **off, **centre)
	yield "the rest written off at once"


def write_off(keeper: Bookkeeper) -> Act:
	"""Write off by a journal of each kind and in a payment, and take the journals back."""
	first, second = keeper.invoice(), keeper.invoice()
	yield "invoiced"
	off = keeper.journal("Write Off Entry", 90, keeper.expense(), first)
	plain = keeper.journal("Journal Entry", 50, keeper.expense(), first)
	yield "written off"
	keeper.journal("Bank Entry", 1050, keeper.cash, first)
	lost = {"account": keeper.expense(), "cost_center": keeper.of_company("cost_center"), "amount": 90}
	keeper.pay(second, paid_amount=1100, received_amount=1100, deductions=[lost])
	yield "paid"
	plain.cancel()
	off.cancel()
	yield "taken back"


def set_off(keeper: Bookkeeper) -> Act:
	"""Reconcile a payment, a bank journal and a credit note with an invoice, and take each payment off again."""
	invoice = keeper.invoice()
	entry, bank = keeper.receive(300), keeper.journal("Bank Entry", 400, keeper.cash)
	yield "received"
	keeper.reconcile()
	yield "reconciled"
	keeper.credit(invoice, 100)
	keeper.reconcile()
	yield "credited"
	keeper.unreconcile(entry)
	yield "the payment taken off"
	keeper.unreconcile(bank)
	bank.reload().cancel()
	yield "the journal taken off"


def refund(keeper: Bookkeeper) -> Act:
	"""Pay back what was credited after it had been paid, and take that back."""
	invoice = keeper.invoice(posting_date=add_days(nowdate(), -9))
	keeper.pay(invoice, posting_date=add_days(nowdate(), -5))
	yield "paid"
	entry = keeper.pay(keeper.credit(invoice, 100))
	yield "paid back"
	entry.reload().cancel()
	yield "not paid back"


def advance(keeper: Bookkeeper) -> Act:
	"""Reconcile an advance that lies on an account of its own, and take it off."""
	group = {"company": keeper.company, "root_type": "Liability", "is_group": 1}
	held = keeper.new_account("Advances", parent_account=frappe.db.get_value("Account", group))
	keeper.set("Company", "book_advance_payments_in_separate_party_account", 1)
	keeper.set("Company", "default_advance_received_account", held)
	keeper.invoice()
	entry = keeper.receive(500, paid_from=held)
	keeper.restore()
	yield "received"
	keeper.reconcile(default_advance_account=held)
	yield "reconciled"
	keeper.unreconcile(entry)
	yield "taken off"


def closed_books(keeper: Bookkeeper) -> Act:
	"""Close the books and freeze them, link an invoice of before to the deal, and open both again."""
	invoice = keeper.invoice(crm_plus_deal=None)
	keeper.set("Accounts Settings", "use_legacy_controller_for_pcv", 1)
	yield "invoiced"
	_close_all_years(keeper)
	keeper.set("Accounts Settings", "acc_frozen_upto", nowdate())
	keeper.set("Company", "accounts_frozen_till_date", nowdate())
	invoice.reload().update({"crm_plus_deal": keeper.deal})
	invoice.save()
	yield "linked"
	keeper.restore()
	yield "opened"


def _close_all_years(keeper: Bookkeeper) -> None:
	"""Close each year that has entries, until today: ERPNext closes none before the one before it."""
	until_now = {"year_start_date": ["<=", nowdate()]}
	fields = ["name", "year_start_date", "year_end_date"]
	for year in frappe.get_all("Fiscal Year", until_now, fields, order_by="year_start_date"):
		end = min(year.year_end_date, getdate(nowdate()))
		entries = {"company": keeper.company, "posting_date": ["between", [year.year_start_date, end]]}
		if not frappe.db.exists("GL Entry", entries):
			continue
		days = {"period_start_date": year.year_start_date, "period_end_date": end}
		keeper.submitted(
			"Period Closing Voucher",
			**{**days, "fiscal_year": year.name, "transaction_date": end, "posting_date": end},
			**{"closing_account_head": account(keeper.company, root_type="Equity"), "remarks": "closed"},
		)


def repost_ledgers(keeper: Bookkeeper) -> Act:
	"""Repost what was posted: with entries reversed, with entries deleted, and the payment ledger alone."""
	invoice = keeper.invoice()
	off = keeper.journal("Write Off Entry", 90, keeper.expense(), invoice)
	posted = (invoice, keeper.pay(invoice, 600), off)
	vouchers = [{"voucher_type": doc.doctype, "voucher_no": doc.name} for doc in posted]
	_allow_reposting()
	yield "paid"
	for delete in (0, 1):
		how = {"delete_cancelled_entries": delete, "vouchers": vouchers}
		keeper.submitted("Repost Accounting Ledger", **how)
		yield "reposted"
	by_hand = {"posting_date": nowdate(), "add_manually": 1, "repost_vouchers": vouchers}
	start_payment_ledger_repost(keeper.submitted("Repost Payment Ledger", **by_hand).name)
	yield "payment ledger reposted"


def _allow_reposting() -> None:
	own, table = "Repost Accounting Ledger Settings", "allowed_types"
	if not frappe.db.exists("DocType", own):
		own, table = "Accounts Settings", "repost_allowed_types"  # of ERPNext 16
	settings = frappe.get_doc(own)
	allowed = {row.document_type for row in settings.get(table)}
	wanted = [kind for kind in REPOSTED if kind not in allowed]
	settings.extend(table, [{"document_type": kind, "allowed": 1} for kind in wanted])
	settings.save()


ACTS = (till, paid_at_once, write_off, set_off, refund, advance, closed_books, repost_ledgers)
