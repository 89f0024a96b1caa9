"""What a deal, and what a quotation or an order for deals, offers a customer: discount against the company's own prices, and value."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from frappe.model.document import Document
from frappe.utils import flt

from crm_plus.rules import approvals as rules
from crm_plus.rules.approvals import Line, Offer
from crm_plus.workflows.asking_prices import PricingRules, list_price
from crm_plus.workflows.deal_links import customer_of, party_customer

NET_TOTAL = "Net Total"


def offer_of_deal(deal: Document) -> Offer:
	"""Return what a priced deal offers. Values in the company's currency, without taxes."""
	customer = customer_of(deal.customer_profile)
	lines = [_line(row, list_price(deal, row, customer), flt(row.qty)) for row in deal.items]
	if not lines:
		return Offer(amount=flt(deal.base_amount), listed=flt(deal.base_amount))
	discount = rules.discount_of(lines, flt(deal.additional_discount_percentage))
	listed = sum(line.listed for line in lines) * flt(deal.conversion_rate)
	return Offer(discount, flt(deal.base_amount), listed)


def offers_of(document: Any, rows: Iterable[Any] | None = None) -> dict[str, Offer]:
	"""Return what a sales document offers for each deal, for rows without one under an empty name; of `rows`, else of all.

	The rows of a deal stand for themselves: what another deal's rows cost makes them no cheaper.
	"""
	lines = _lines_of(document)
	additional = _additional(document)
	groups: dict[str, list[list[Any]]] = defaultdict(list)
	for row in document.items if rows is None else rows:
		choices = groups[row.get("crm_plus_deal") or document.get("crm_plus_deal") or ""]
		# ERPNext puts the alternatives of a row behind it; the customer takes one of them.
		if row.get("is_alternative") and choices:
			choices[-1].append(row)
		else:
			choices.append([row])
	rate = flt(document.conversion_rate)
	return {deal: _offer(choices, lines, additional, rate) for deal, choices in groups.items()}


def _offer(choices: list[list[Any]], lines: dict[int, Line], additional: float, rate: float) -> Offer:
	options = [[lines[id(row)] for row in rows] for rows in choices]
	return Offer(
		rules.discount_of(rules.costliest_choice(options), additional),
		sum(max(flt(row.base_net_amount) for row in rows) for rows in choices),
		sum(max(line.listed for line in lines) for lines in options) * rate,
	)


def _lines_of(document: Any) -> dict[int, Line]:
	"""Return the lines of a sales document by their rows' identity: a row that is new has no name yet."""
	customer = party_customer(document)
	listed = {id(row): list_price(document, row, customer) for row in document.items}
	given = PricingRules(document, customer)
	given.read(document.items, listed)
	return {
		id(row): _line(row, given.prices.get(id(row), listed[id(row)]), flt(row.qty) - given.take_free(row))
		for row in document.items
	}


def _line(row: Any, asked: float, quantity: float) -> Line:
	"""Return a row as the rules know it; where the company has no price for it, the row's own list price is one."""
	step = 10.0 ** -row.precision("rate")
	return Line(
		quantity, asked or flt(row.price_list_rate), flt(row.rate), flt(row.discount_percentage), step
	)


def _additional(document: Any) -> float:
	"""Return the discount on a whole document in percent of what ERPNext takes it from, however it was typed."""
	discount = flt(document.discount_amount)
	if not discount:
		return 0.0
	if document.apply_discount_on == NET_TOTAL:
		before = flt(document.net_total) + discount
	else:
		# A fixed charge, such as freight, bears no share of a discount.
		fixed = sum(flt(tax.tax_amount) for tax in document.taxes if tax.charge_type == "Actual")
		before = flt(document.grand_total) + discount - fixed
	return 100 * discount / before if before > 0 else 100.0
