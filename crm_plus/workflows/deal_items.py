"""Names, units and list prices of a deal's items, read from ERPNext's masters in a few queries however many rows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, getdate, nowdate

from crm_plus.workflows.deal_defaults import rate_or_zero
from crm_plus.workflows.deal_links import customer_of

ITEM_COLUMNS = ("name", "item_name", "stock_uom", "sales_uom", "disabled", "has_variants")


def complete(deal: Document) -> None:
	"""Fill in what rows lack: item name, unit, and the price of the price list where a row has neither price nor rate.

	Raises frappe.ValidationError for an item that cannot be sold (a template of variants).
	"""
	rows = [row for row in deal.items if row.item_code and _lacks_something(row)]
	if not rows:
		return
	items = _items({row.item_code for row in rows})
	for row in rows:
		item = items.get(row.item_code)
		if item:
			_refuse_template(row, item)
			row.item_name = row.item_name or item.item_name
			row.uom = row.uom or item.sales_uom or item.stock_uom
	_fill_prices(deal, [row for row in rows if not flt(row.rate) and not flt(row.price_list_rate)], items)


def _lacks_something(row: Document) -> bool:
	priced = flt(row.rate) or flt(row.price_list_rate)
	return not (row.item_name and row.uom and priced)


def _refuse_template(row: Document, item: Any) -> None:
	if item.has_variants:
		frappe.throw(
			_("Row {0}: {1} is a template; choose one of its variants.").format(
				row.idx, escape_html(item.name)
			)
		)


def _items(codes: Iterable[str]) -> dict[str, Any]:
	rows = frappe.get_all("Item", filters={"name": ["in", list(codes)]}, fields=ITEM_COLUMNS)
	return {row.name: row for row in rows}


def _fill_prices(deal: Document, rows: list[Document], items: dict[str, Any]) -> None:
	wanted = [(row.item_code, row.uom) for row in rows]
	prices = find_prices(deal, wanted, items)
	for row in rows:
		row.price_list_rate = prices.get((row.item_code, row.uom), 0.0)


def find_prices(
	deal: Document, wanted: list[tuple[str, str]], items: dict[str, Any] | None = None
) -> dict[tuple[str, str], float]:
	"""Return the list price for each (item, unit) that has one, in the deal's currency.

	A price of the customer's own goes before the general one, one of the unit itself before a converted one, the
	latest before older ones. A price list in another currency is converted as ERPNext does it, by today's rate of its
	currency to the company's; without such a rate it has no prices.
	"""
	price_list = price_list_of(deal)
	rate = rate_of_prices(price_list, deal) if wanted and price_list else 0.0
	if not rate or not price_list:
		return {}
	codes = {code for code, _uom in wanted}
	items = _items(codes) if items is None else items
	prices = _prices(price_list, codes, deal)
	factors = _factors({code for code, uom in wanted if code in items and uom != items[code].stock_uom})
	found = {}
	for code, uom in wanted:
		stock_uom = items[code].stock_uom if code in items else uom
		direct = prices[code].get(uom) or prices[code].get("")
		price = direct or prices[code].get(stock_uom, 0.0) * factors.get((code, uom), 1.0)
		if price:
			found[code, uom] = price * rate
	return found


def rate_of_prices(price_list: str, deal: Document) -> float:
	"""Return the currency of a deal or sales document for one unit of the price list's, 0 where no exchange rate is known."""
	currency = frappe.get_cached_value("Price List", price_list, "currency")
	if currency == deal.currency:
		return 1.0
	to_company = rate_or_zero(currency, frappe.get_cached_value("Company", deal.company, "default_currency"))
	return to_company / (flt(deal.conversion_rate) or 1.0)


def price_list_of(deal: Document) -> str | None:
	"""Return the price list of a deal or sales document, else the one that ERPNext sells by, else the site's first."""
	name = deal.selling_price_list or frappe.db.get_single_value("Selling Settings", "selling_price_list")
	return name or frappe.db.get_value("Price List", {"selling": 1, "enabled": 1}, order_by="creation")


def _prices(price_list: str, codes: Iterable[str], deal: Document) -> dict[str, dict[str, float]]:
	"""Return price by item and unit, valid today; the last one written into the dict is the one that counts."""
	customer = customer_of(deal.customer_profile)
	rows = frappe.get_all(
		"Item Price",
		filters={"price_list": price_list, "item_code": ["in", list(codes)], "selling": 1},
		fields=["item_code", "uom", "price_list_rate", "customer", "valid_from", "valid_upto"],
		order_by="valid_from asc, creation asc",
	)
	valid = [row for row in rows if _is_valid(row) and row.customer in (None, "", customer)]
	prices: dict[str, dict[str, float]] = defaultdict(dict)
	for row in sorted(valid, key=lambda row: bool(row.customer)):
		prices[row.item_code][row.uom or ""] = flt(row.price_list_rate)
	return prices


def _is_valid(row: Any) -> bool:
	today = getdate(nowdate())
	return (not row.valid_from or row.valid_from <= today) and (not row.valid_upto or row.valid_upto >= today)


def _factors(codes: set[str]) -> dict[tuple[str, str], float]:
	"""Return how many stock units one unit of an item is, for the units in its table."""
	if not codes:
		return {}
	rows = frappe.get_all(
		"UOM Conversion Detail",
		filters={"parenttype": "Item", "parent": ["in", list(codes)]},
		fields=["parent", "uom", "conversion_factor"],
	)
	return {(row.parent, row.uom): flt(row.conversion_factor) for row in rows}
