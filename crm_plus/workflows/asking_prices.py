"""What the company itself asks for an item, whatever a row says: found by ERPNext's own functions, in a document's currency.

The yardstick of a discount. A price list and a Pricing Rule are the company's word, a row's list price is its author's.
"""

from collections import defaultdict
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.pricing_rule import get_pricing_rule_for_item
from erpnext.stock.get_item_details import get_conversion_factor, get_price_list_rate_for
from frappe.utils import flt, nowdate

from crm_plus.workflows.deal_defaults import rate_or_zero
from crm_plus.workflows.deal_items import price_list_of

# A document's exchange rate this far from the day's, in parts of it, was typed: markets move less from an approval to its quotation.
TYPED_FROM = 0.05


def list_price(document: Any, row: Any, customer: str | None) -> float:
	"""Return the price of one in a deal's or sales document's price list, 0 where the company has none.

	Where that list or the document's day has no price, that of the list that the site sells by counts, and today's: to
	choose an empty list or a day before the first price makes nothing free.
	"""
	if not row.item_code or not frappe.db.exists("Item", row.item_code):
		return 0.0
	standard = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	for price_list in dict.fromkeys([price_list_of(document), standard]):
		rate = _rate_of_prices(price_list, document) if price_list else 0.0
		for day in dict.fromkeys([str(document.get("transaction_date") or nowdate()), nowdate()]):
			asked = {"price_list": price_list, "customer": customer, "transaction_date": day}
			price = _price(row, asked) * rate
			if price:
				return price
	return 0.0


def _rate_of_prices(price_list: str, document: Any) -> float:
	"""Return the document's currency for one unit of the price list's, 0 where no exchange rate is known."""
	currency = frappe.get_cached_value("Price List", price_list, "currency")
	if currency == document.currency:
		return 1.0
	return rate_or_zero(currency, _company_currency(document)) / (rate_to_company(document) or 1.0)


def rate_to_company(document: Any) -> float:
	"""Return the company's currency for one of a deal's or document's: by its own exchange rate, unless that was made up.

	What a limit and an approval say in the company's currency would else hold for any amount.
	"""
	typed = flt(document.conversion_rate)
	today = rate_or_zero(document.currency, _company_currency(document))
	return typed if not today or abs(typed - today) <= TYPED_FROM * today else today


def _company_currency(document: Any) -> str:
	return str(frappe.get_cached_value("Company", document.company, "default_currency"))


def _price(row: Any, asked: dict[str, Any]) -> float:
	"""Return what ERPNext finds for an item or, where it is a variant without a price, for its template.

	A row that says that its unit holds more than the item's master does costs as much more.
	"""
	item = frappe.get_cached_doc("Item", row.item_code)
	dependent = frappe.get_cached_value("Price List", asked["price_list"], "price_not_uom_dependent")
	factor = flt(get_conversion_factor(item.name, row.uom or item.stock_uom)["conversion_factor"]) or 1.0
	unit = {
		"uom": row.uom or item.stock_uom,
		"stock_uom": item.stock_uom,
		"conversion_factor": factor,
		"price_list_uom_dependant": dependent,
	}
	context = {**asked, **unit, "qty": flt(row.qty), "item_code": item.name}
	# Where a customer's own price is for another packing, ERPNext finds none at all: then that for everybody counts.
	tries = [{**context, "customer": whom} for whom in dict.fromkeys([context["customer"], None])]
	for code in filter(None, [item.name, item.variant_of]):
		for one in tries:
			price = flt(get_price_list_rate_for(frappe._dict(one), code))
			if price:
				return price * max(1.0, flt(row.get("conversion_factor")) / factor)
	return 0.0


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
		taken = max(0.0, min(flt(row.qty), sum(gifts.values())))
		left = taken
		for rule, quantity in gifts.items():
			gifts[rule] = quantity - min(left, quantity)
			left -= min(left, quantity)
		return taken
