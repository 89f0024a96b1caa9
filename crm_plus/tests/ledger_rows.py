"""Entries of the payment ledger as rows: payments, journals that move money or do not, credit notes; amounts in company currency."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from crm_plus.workflows import deal_money

Rows = defaultdict[str, list[dict[str, Any]]]


def stated(*amounts: float) -> dict[str, float]:
	"""Return what a deal says of its five amounts, with taxes and without."""
	net = (round(amount / 1.19, 2) for amount in amounts)
	return dict(zip((*deal_money.AMOUNT_FIELDS, *deal_money.NET_FIELDS), (*amounts, *net), strict=True))


def let_deals_say(deals: list[str]) -> None:
	"""Let deals with documents say of their way to cash what rows say that were put past ERPNext; no other amount changes."""
	books = deal_money.open_books(deals)
	for deal in deals:
		if books.documents[deal]:
			deal_money.store(deal, deal_money.way_to_cash(deal, books))


@dataclass(frozen=True)
class Way:
	"""A way to settle an invoice, and whether money moves by it."""

	voucher: str
	journal: str = ""
	has_cash_row: bool = False
	is_money: bool = False


WAYS = (
	Way("Payment Entry", is_money=True),
	Way("Payment Entry", is_money=True),
	Way("Journal Entry", "Bank Entry", is_money=True),
	Way("Journal Entry", "Journal Entry", has_cash_row=True, is_money=True),
	Way("Journal Entry", "Journal Entry"),
	Way("Journal Entry", "Write Off Entry", has_cash_row=True),
	Way("Sales Invoice"),
)


@dataclass(frozen=True)
class Settled:
	"""What a voucher took off an invoice."""

	amount: float
	day: date
	is_money: bool


def cash_account() -> str:
	"""Return any account that money lies on."""
	return frappe.get_all("Account", {"account_type": ["in", ["Bank", "Cash"]], "is_group": 0}, pluck="name")[
		0
	]


def put_posting(rows: Rows, invoice: str, company: str, total: float, day: date) -> None:
	"""Add what an invoice itself posts."""
	_put_entry(rows, f"{invoice}-own", invoice, company, total, day, "Sales Invoice", invoice)


def settle(
	chance: random.Random, rows: Rows, invoice: str, company: str, amount: float, day: date
) -> Settled:
	"""Take an amount off an invoice in any way; now and then ERPNext has taken another such voucher back."""
	way, name = chance.choice(WAYS), f"{invoice}-{len(rows['Payment Ledger Entry'])}"
	if way.journal:
		rows["Journal Entry"].append(
			{"name": name, "voucher_type": way.journal, "docstatus": 1, "company": company}
		)
		account = cash_account() if way.has_cash_row else ""
		rows["Journal Entry Account"].append({"name": name, "parent": name, "account": account})
	_put_entry(rows, name, invoice, company, -amount, day, way.voucher, name)
	if chance.random() < 0.2:
		_put_entry(rows, f"{name}-back", invoice, company, -amount, day, "Payment Entry", f"{name}-back", 1)
	return Settled(amount, day, way.is_money)


def _put_entry(
	rows: Rows,
	name: str,
	invoice: str,
	company: str,
	amount: float,
	day: date,
	voucher_type: str,
	voucher: str,
	delinked: int = 0,
) -> None:
	rows["Payment Ledger Entry"].append(
		{
			**{"name": name, "company": company, "posting_date": day, "amount": amount, "docstatus": 1},
			**{"voucher_type": voucher_type, "voucher_no": voucher, "delinked": delinked},
			**{"against_voucher_type": "Sales Invoice", "against_voucher_no": invoice},
			"account_type": "Receivable",
		}
	)


def put_till(ledger: Any, invoice: str) -> None:
	"""Say that an invoice was paid at a till, in cash and by card, as ERPNext says it."""
	said = {"parent": invoice, "parenttype": "Sales Invoice"}
	ledger["Sales Invoice Payment"] += [
		{"name": f"{invoice}-{means}", "mode_of_payment": means, **said} for means in ("Cash", "Card")
	]
