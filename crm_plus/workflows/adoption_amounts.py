"""What adopted sales are worth: their rows, currency and exchange rate, added up as a deal adds them up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.utils import cint, cstr, flt, getdate, strip_html

from crm_plus.rules import adoption as rules
from crm_plus.rules import deal_value
from crm_plus.rules.adoption import Row, Value
from crm_plus.rules.deal_value import Line, Scale
from crm_plus.workflows.adoption_ledger import DEAL, existing, new_name, read_rows
from crm_plus.workflows.adoption_sources import DealSource, ItemTable
from crm_plus.workflows.deal_value import scale_of_site

LABEL_LENGTH = 140


@dataclass(slots=True)
class Sale:
	"""One source row by the deal's fieldnames. Amounts are in the sale's currency unless their name begins with base."""

	name: str
	values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SaleRow:
	"""One item of a sale; `item` is None where the Item does not exist or cannot be sold."""

	item: Any | None
	label: str
	qty: float
	rate: float
	uom: str | None
	text: str


@dataclass(slots=True)
class Worth:
	"""Company, currencies, rate (company currency for one unit) and rows of a sale; `problem` is why it has no worth."""

	company: str
	company_currency: str
	currency: str
	rate: float
	base_amount_there: float
	scale: Scale
	problem: str = ""
	lines: list[SaleRow] = field(default_factory=list)


def read_sales(source: DealSource, sales: Mapping[str, Sale], default_company: str) -> dict[str, Worth]:
	"""Return what each sale is worth, by its name, in a constant number of queries."""
	companies = existing("Company", [sale.values.get("company") for sale in sales.values()]) | {
		default_company
	}
	currencies = existing("Currency", [sale.values.get("currency") for sale in sales.values()])
	rows, scale = read_items(source.items, source.doctype, list(sales)), scale_of_site()
	found = {}
	for name, sale in sales.items():
		worth = price(sale, default_company, companies, currencies, scale)
		worth.lines = rows.get(name, [])
		found[name] = worth
	return found


def price(sale: Sale, default_company: str, companies: set[str], currencies: set[str], scale: Scale) -> Worth:
	"""Return the company, currency and exchange rate of a sale, and what it was worth there."""
	values = sale.values
	company = values.get("company") or default_company
	if company not in companies:
		return Worth(company, "", "", 0.0, 0.0, scale, rules.NO_COMPANY)
	own = cstr(frappe.get_cached_value("Company", company, "default_currency"))
	said = cstr(values.get("currency"))
	currency = said if said in currencies else own
	rate = 1.0 if currency == own else rate_of(sale, currency, own)
	there = flt(values.get("base_amount")) or flt(values.get("amount")) * rate
	there = there or flt(values.get("base_items_total")) or flt(values.get("items_total")) * rate
	return Worth(
		company,
		own,
		currency,
		rate,
		scale.round(there, scale.base_amount),
		scale,
		"" if rate > 0 else rules.NO_RATE,
	)


def rate_of(sale: Sale, currency: str, own: str) -> float:
	"""Return company currency for one unit of the sale's: as it was stored there, else the newest stored rate, else 0."""
	values = sale.values
	if flt(values.get("amount")) and flt(values.get("base_amount")):
		implied = flt(values["base_amount"]) / flt(values["amount"])
	else:
		implied = 0.0
	stored = flt(values.get("rate"))
	if stored > 0 and (stored != 1.0 or not implied):
		return stored
	return implied or newest_rate(currency, own, values.get("date"))


def newest_rate(currency: str, own: str, date: Any) -> float:
	"""Return the newest Currency Exchange up to a date, else the newest of all, else 0; nobody asks the internet."""
	key = {"from_currency": currency, "to_currency": own}
	until = {**key, "date": ["<=", getdate(date)]} if date else key
	for where in (until, key):
		found = flt(frappe.db.get_value("Currency Exchange", where, "exchange_rate", order_by="date desc"))
		if found:
			return found
	return 0.0


def read_items(table: ItemTable, parenttype: str, names: list[str]) -> dict[str, list[SaleRow]]:
	"""Return the rows of sales by their names."""
	if not frappe.db.exists("DocType", table.doctype):
		return {}
	where = {"parenttype": parenttype, "parent": ["in", names]}
	ids = frappe.get_all(table.doctype, filters=where, pluck="name")
	columns = (table.item_code, table.item_name, table.qty, table.rate, table.uom, table.description)
	rows = read_rows(table.doctype, ids, columns) if ids else []
	places = frappe.get_all(table.doctype, filters=where, fields=["name", "parent", "idx"])
	place = {row.name: (row.parent, row.idx) for row in places}
	items = read_rows(
		"Item", [cstr(row.get(table.item_code)) for row in rows], ("item_name", "stock_uom", "has_variants")
	)
	saleable = {item["name"]: item for item in items if not cint(item["has_variants"])}
	found: dict[str, list[SaleRow]] = {}
	for row in sorted(rows, key=lambda row: place[row["name"]]):
		found.setdefault(place[row["name"]][0], []).append(as_row(table, row, saleable))
	return found


def as_row(table: ItemTable, row: dict[str, Any], items: dict[str, Any]) -> SaleRow:
	"""Bring one source row into the deal's terms."""
	item = items.get(cstr(row.get(table.item_code)))
	label = cstr(row.get(table.item_name) or row.get(table.item_code))[:LABEL_LENGTH]
	text = strip_html(cstr(row.get(table.description)))
	return SaleRow(item, label, flt(row.get(table.qty)), flt(row.get(table.rate)), row.get(table.uom), text)


def worth_of(sale: Sale, worth: Worth, deal: str, items: list[dict[str, Any]]) -> tuple[Value, float]:
	"""Return a deal's value and its amount in company currency, and add its rows to `items`."""
	scale = worth.scale
	lines = [deal_value.rounded(Line(row.qty, row.rate), scale) for row in worth.lines]
	amounts = [deal_value.line_amount(line, scale) for line in lines]
	total = deal_value.worth(amounts, 0.0, worth.rate, scale)
	rows = [
		Row(row.item is not None, line.quantity, line.rate)
		for row, line in zip(worth.lines, lines, strict=True)
	]
	typed = flt(sale.values.get("amount")) or (0.0 if rows else flt(sale.values.get("items_total")))
	value = rules.value_of(typed, rows, total.amount)
	if not value.takes_rows:
		amount = scale.round(value.amount, scale.amount)
		return Value(amount, False, value.reason), deal_value.base(amount, worth.rate, scale)
	for position, (row, line, amount) in enumerate(zip(worth.lines, lines, amounts, strict=True), 1):
		items.append(as_item(deal, position, row, line, amount, worth))
	return value, total.base_amount


def as_item(
	deal: str, position: int, row: SaleRow, line: Line, amount: float, worth: Worth
) -> dict[str, Any]:
	"""Return the row of a Deal Item."""
	item = row.item or {}
	return {
		"name": new_name(),
		**{"parent": deal, "parenttype": DEAL, "parentfield": "items", "idx": position},
		**{
			"item_code": item["name"],
			"item_name": row.label or item["item_name"],
			"description": row.text or None,
		},
		**{"qty": line.quantity, "uom": row.uom or item["stock_uom"], "rate": line.rate, "amount": amount},
		"base_amount": deal_value.base(amount, worth.rate, worth.scale),
	}
