"""What the company itself asks for an item, whatever a row says: found by ERPNext's own functions, in a document's currency.

The yardstick of a discount. A price list and a Pricing Rule are the company's word, a row's list price is its author's.
"""

from collections import defaultdict
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.pricing_rule import get_pricing_rule_for_item
from erpnext.stock.get_item_details import get_conversion_factor, get_price_list_rate_for
from frappe.utils import flt, nowdate

from crm_plus.workflows.deal_items import price_list_of, rate_of_prices


def list_price(document: Any, row: Any, customer: str | None) -> float:
	"""Return the price of one in a deal's or sales document's price list, 0 where the company has none.

	Where that list or the document's day has no price, that of the list that the site sells by counts, and today's: to
	choose an empty list or a day before the first price makes nothing free.
	"""
	if not row.item_code or not frappe.db.exists("Item", row.item_code):
		return 0.0
	standard = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	for price_list in dict.fromkeys([price_list_of(document), standard]):
		rate = rate_of_prices(price_list, document) if price_list else 0.0
		for day in dict.fromkeys([str(document.get("transaction_date") or nowdate()), nowdate()]):
			asked = {"price_list": price_list, "customer": customer, "transaction_date": day}
			price = flt(_price(row, asked)) * rate
			if price:
				return price
	return 0.0


def _price(row: Any, asked: dict[str, Any]) -> float | None:
	"""Return what ERPNext finds for an item or, where it is a variant without a price, for its template."""
	item = frappe.get_cached_doc("Item", row.item_code)
	dependent = frappe.get_cached_value("Price List", asked["price_list"], "price_not_uom_dependent")
	unit = {
		"uom": row.uom or item.stock_uom,
		"stock_uom": item.stock_uom,
		"conversion_factor": get_conversion_factor(item.name, row.uom or item.stock_uom)["conversion_factor"],
		"price_list_uom_dependant": dependent,
	}
	context = {**asked, **unit, "qty": flt(row.qty), "item_code": item.name}
	price = get_price_list_rate_for(frappe._dict(context), item.name)
	if price is None and item.variant_of:
		return get_price_list_rate_for(frappe._dict(context), item.variant_of)
	return price


class PricingRules:
	"""What the company's own Pricing Rules give on a sales document: no agent grants that. Asks ERPNext, not the rows.

	Nothing where the document ignores them.
	"""

	def __init__(self, document: Any, customer: str | None) -> None:
		"""Take a Quotation or Sales Order whose totals are calculated."""
		self.document, self.customer = document, customer
		self.on = not document.get("ignore_pricing_rule")
		# By item and unit, then by rule: ERPNext adds one row a rule, however many rows it is given for.
		self.free: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
		self.prices: dict[int, float] = {}

	def read(self, rows: list[Any], list_prices: dict[int, float]) -> None:
		"""Find the prices and the free items that the rules give for rows, by the rows' identity."""
		for row in rows if self.on else []:
			if row.item_code and not row.get("is_free_item"):
				self._ask(row, list_prices[id(row)] or flt(row.price_list_rate))

	def _ask(self, row: Any, price: float) -> None:
		found = get_pricing_rule_for_item(self._context(row, price), doc=self.document)
		asked = flt(found.get("price_list_rate")) or price
		off = max(flt(found.get("discount_amount")), asked * flt(found.get("discount_percentage")) / 100)
		# A rule that asks for more than the list makes no discount of the list's own price.
		self.prices[id(row)] = max(0.0, min(price or asked, asked) - off)
		for gift in found.get("free_item_data") or ():
			self.free[gift["item_code"], gift["uom"]][gift["pricing_rules"]] = flt(gift["qty"])

	def _context(self, row: Any, price: float) -> Any:
		document = self.document
		header = {fieldname: document.get(fieldname) for fieldname in document.meta.get_valid_columns()}
		who = {"doctype": document.doctype, "name": document.name, "customer": self.customer}
		what = {"child_doctype": row.doctype, "child_docname": row.name, "price_list_rate": price}
		kind = {"transaction_type": "selling", "price_list": document.get("selling_price_list")}
		return frappe._dict({**header, **row.as_dict(), **who, **what, **kind, "ignore_pricing_rule": 0})

	def take_free(self, row: Any) -> float:
		"""Return how many of a free row's items the rules give; what one row took the next does not get again."""
		gifts = self.free.get((row.item_code, row.uom), {}) if row.get("is_free_item") else {}
		taken = min(flt(row.qty), sum(gifts.values()))
		left = taken
		for rule, quantity in gifts.items():
			gifts[rule] = quantity - min(left, quantity)
			left -= min(left, quantity)
		return taken
