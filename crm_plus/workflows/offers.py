"""What a deal, and what a quotation or an order for deals, offers a customer: discount against the company's own prices, and value."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from frappe.model.document import Document
from frappe.utils import flt

from crm_plus.rules import approvals as rules
from crm_plus.rules.approvals import Line, Offer
from crm_plus.workflows.asking_prices import PricingRules, list_price, rate_to_company
from crm_plus.workflows.deal_links import customer_of, party_customer
from crm_plus.workflows.offer_reductions import percent_off


def offer_of_deal(deal: Document) -> Offer:
	"""Return what a priced deal offers. Values in the company's currency, without taxes."""
	customer = customer_of(deal.customer_profile)
	rate = rate_to_company(deal)
	amount = _in_company_currency(deal.base_amount, deal, rate)
	lines = [_line(row, list_price(deal, row, customer), flt(row.qty)) for row in deal.items]
	if not lines:
		return Offer(amount=amount, listed=amount)
	discount = rules.discount_of(lines, flt(deal.additional_discount_percentage))
	return Offer(discount, amount, sum(line.listed for line in lines) * rate)


def offers_of(document: Any, rows: Iterable[Any] | None = None) -> dict[str, Offer]:
	"""Return what a sales document offers for each deal, for rows without one under an empty name; of `rows`, else of all.

	The rows of a deal stand for themselves: what another deal's rows cost makes them no cheaper.
	"""
	lines = _lines_of(document)
	additional = percent_off(document)
	groups: dict[str, list[list[Any]]] = defaultdict(list)
	for row in document.items if rows is None else rows:
		choices = groups[row.get("crm_plus_deal") or document.get("crm_plus_deal") or ""]
		# ERPNext puts the alternatives of a row behind it; the customer takes one of them.
		if row.get("is_alternative") and choices:
			choices[-1].append(row)
		else:
			choices.append([row])
	rate = rate_to_company(document)
	found = {}
	for deal, choices in groups.items():
		options = [[lines[id(row)] for row in rows] for rows in choices]
		amount = sum(max(flt(row.base_net_amount) for row in rows) for rows in choices)
		found[deal] = Offer(
			rules.discount_of(rules.costliest_choice(options), additional),
			_in_company_currency(amount, document, rate),
			sum(max(line.listed for line in lines) for lines in options) * rate,
		)
	return found


def _in_company_currency(amount: float, document: Any, rate: float) -> float:
	"""Return an amount that was converted by the document's own exchange rate as it is by `rate`."""
	typed = flt(document.conversion_rate)
	return flt(amount) if not typed or rate == typed else flt(amount) / typed * rate


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
