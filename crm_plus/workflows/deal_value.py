"""What a deal is worth: its items completed from ERPNext's masters, priced, and added up as a Quotation would be."""

from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.meta import get_field_precision
from frappe.utils import flt

from crm_plus.rules import deal_value as rules
from crm_plus.rules.deal_value import Line, Problem, Scale
from crm_plus.workflows import deal_items


def scale_of_site() -> Scale:
	"""Return how ERPNext rounds a Quotation on this site: the rounding method, and its fields' decimal places."""
	meta = frappe.get_meta("Quotation Item")

	def places(fieldname: str) -> int:
		return int(get_field_precision(meta.get_field(fieldname)))

	return Scale(
		round=partial(flt, rounding_method=frappe.get_system_settings("rounding_method")),
		quantity=places("qty"),
		rate=places("rate"),
		percent=places("discount_percentage"),
		amount=places("net_amount"),
		base_amount=places("base_net_amount"),
	)


def price_deal(deal: Document) -> None:
	"""Set the items' rates, discounts and amounts and the deal's amount (its currency) and base amount (the company's).

	Without items the typed amount stands. Raises frappe.ValidationError with one sentence for a number that is wrong.
	"""
	deal_items.complete(deal)
	deal.additional_discount_percentage = flt(deal.additional_discount_percentage)
	lines = [line_of(row) for row in deal.items]
	_refuse(
		rules.problems(_typed(deal), deal.additional_discount_percentage, flt(deal.conversion_rate), lines)
	)
	scale = scale_of_site()
	if not deal.items:
		deal.amount = scale.round(deal.amount, scale.amount)
		deal.base_amount = rules.base(deal.amount, deal.conversion_rate, scale)
		return
	_price_rows(deal, lines, scale)
	amounts = [row.amount for row in deal.items]
	worth = rules.worth(amounts, deal.additional_discount_percentage, deal.conversion_rate, scale)
	deal.amount, deal.base_amount = worth.amount, worth.base_amount
	_refuse(rules.problems(deal.amount, 0, deal.conversion_rate))


def _typed(deal: Document) -> float:
	"""Return the amount that somebody typed, 0 where the items' sum replaces it."""
	return 0.0 if deal.items else flt(deal.amount)


def line_of(row: Document) -> Line:
	"""Return a Deal Item as the rules know it."""
	return Line(flt(row.qty), flt(row.rate), flt(row.price_list_rate), flt(row.discount_percentage))


def _price_rows(deal: Document, lines: list[Line], scale: Scale) -> None:
	before = deal.get_doc_before_save()
	stored = {row.name: row for row in before.items} if before else {}
	for row, line in zip(deal.items, lines, strict=True):
		old = stored.get(row.name)
		same_item = old is not None and old.item_code == row.item_code
		priced = rules.price(line, line_of(old) if same_item else None, scale)
		row.qty, row.rate = priced.quantity, priced.rate
		row.price_list_rate, row.discount_percentage = priced.price_list_rate, priced.discount_percentage
		row.amount = rules.line_amount(priced, scale)
		row.base_amount = rules.base(row.amount, deal.conversion_rate, scale)


def _refuse(found: tuple[Problem, ...]) -> None:
	if not found:
		return
	problem = found[0]
	sentence = _sentences()[problem.code]
	if problem.row:
		sentence = _("Row {0}: {1}").format(problem.row, sentence)
	frappe.throw(sentence)


def _sentences() -> dict[str, str]:
	return {
		"quantity": _("the quantity must be more than zero."),
		"negative_rate": _("the rate must not be negative; use a discount instead."),
		"discount_range": _("A discount must be between 0 and 100 percent."),
		"conversion_rate": _("The exchange rate must be more than zero."),
		"negative_amount": _("The amount of a deal must not be negative."),
		"too_large": _("This amount is too large to be stored; check the numbers."),
	}
