"""Money of several companies and currencies in one: each document at its own rate where it knows one.

A deal made out in the report's currency counts with its own amount, one of a company that keeps its books in it with its
amount in company currency; any other with the latter at the site's rate of the report's last day.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import flt
from pypika import Case

from crm_plus.access.remembered import remembered
from crm_plus.access.report_readers import companies_for_readers, fields_for_readers

if TYPE_CHECKING:
	from collections.abc import Mapping
	from datetime import date

	from pypika.terms import Term

	from crm_plus.reports.report_scope import Scope


# What ERPNext's ledger says of a deal: not for everybody who may see the deal.
LEDGER = frozenset({"ordered_amount", "invoiced_amount", "paid_amount", "outstanding_amount"})


def reads_ledger() -> bool:
	"""Tell whether the readers may read what was ordered, invoiced and paid of deals."""
	return fields_for_readers("Deal") >= LEDGER


def refuse_hidden_ledger() -> None:
	"""Raise frappe.PermissionError where a reader may not read what was ordered, invoiced and paid."""
	if not reads_ledger():
		frappe.throw(
			_("You have no permission to read what was ordered, invoiced and paid."), frappe.PermissionError
		)


def reporting_currency(company: str, currency: str) -> str:
	"""Return the chosen currency, else that of the company's books, else that of the reader's own company."""
	if currency:
		return currency
	own = company or frappe.defaults.get_user_default("Company") or frappe.db.get_default("company")
	return (own and frappe.get_cached_value("Company", own, "default_currency")) or frappe.db.get_default(
		"currency"
	)


def company_currencies() -> dict[str, str]:
	"""Return in which currency each company keeps its books."""
	company = frappe.qb.DocType("Company")
	query = frappe.qb.from_(company).select(company.name, company.default_currency)
	return dict(remembered(("currencies", "Company", ""), query.run))


def rates_into(
	currency: str, company: str, day: date, books: dict[str, str] | None = None
) -> dict[str, float]:
	"""Return what one unit of each company's books is in `currency` on a day; of one company where it is chosen.

	Companies that User Permissions keep from a reader are left out. `books` are the currencies of all, where they are known.

	Raises frappe.ValidationError where deals need a rate that the site does not have.
	"""
	bound = companies_for_readers()
	books = {
		name: own
		for name, own in (company_currencies() if books is None else books).items()
		if (not company or name == company) and (bound is None or name in bound)
	}
	others = {own for own in books.values() if own != currency}
	found = {currency: 1.0, **(_latest_rates(others, currency, day) if others else {})}
	missing = [name for name, own in books.items() if own not in found]
	for name in missing:
		if frappe.db.exists("Deal", {"company": name}):
			frappe.throw(
				_(
					"There is no exchange rate from {0} to {1}: add one under Currency Exchange, or choose a company."
				).format(books[name], currency)
			)
	return {name: found[own] for name, own in books.items() if own in found}


def _latest_rates(others: set[str], currency: str, day: date) -> dict[str, float]:
	"""Return the newest rate up to a day of each currency into one, also from a rate the other way round."""
	exchange = frappe.qb.DocType("Currency Exchange")
	there = exchange.from_currency.isin(others) & (exchange.to_currency == currency)
	back = exchange.to_currency.isin(others) & (exchange.from_currency == currency)
	rows = (
		frappe.qb.from_(exchange)
		.select(exchange.from_currency, exchange.to_currency, exchange.exchange_rate)
		.where((exchange.date <= day) & (exchange.exchange_rate > 0) & (there | back))
		.orderby(exchange.date)
		.orderby(Case().when(exchange.to_currency == currency, 1).else_(0))
		.run()
	)
	# The later row comes later; of one day the one that says the rate as it is wanted.
	return {
		(source if target == currency else target): (flt(rate) if target == currency else 1 / flt(rate))
		for source, target, rate in rows
	}


def money(scope: Scope, table: Any, own: str = "amount", books: str = "base_amount") -> Term:
	"""The amount of a document in the report's currency, from its own amount and the one in company currency."""
	if all(rate == 1 for rate in scope.rates.values()) and scope.company:
		return table[books]
	return _converted(
		scope.rates, table, table[books], Case().when(table.currency == scope.currency, table[own])
	)


def books_money(scope: Scope, table: Any, books: Any) -> Term:
	"""An amount in the currency of the document's company, in the report's."""
	return _converted(scope.rates, table, books, Case())


def _converted(rates: Mapping[str, float], table: Any, books: Any, case: Case) -> Term:
	companies = defaultdict(list)
	for company, rate in rates.items():
		if rate != 1:
			companies[rate].append(company)
	for rate, names in companies.items():
		case = case.when(table.company.isin(names), books * rate)
	return case.else_(books) if case._cases else books
