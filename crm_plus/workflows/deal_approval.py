"""Approval of deals above a limit: Frappe's own Workflow decides who approves, this says what needs it and what it covers.

Values are in the company's currency, without taxes. An approval covers the discount and the value that it was given for: a
deal that offers more later needs another.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, now_datetime

from crm_plus.access.deal_links import deals_on
from crm_plus.rules import approvals as rules
from crm_plus.rules.approvals import APPROVED, DRAFT, Limit, Line, Offer
from crm_plus.workflows.approval_workflows import let_managers_be_asked_again

WORKFLOW = "Deal Approval"
# Written here alone: nobody approves by typing.
KEPT = ("approved_discount", "approved_amount", "approved_by", "approved_on")


class ApprovalNeeded(frappe.ValidationError):
	"""Something is offered that the person may not grant; its text is one sentence that says what to do."""


def is_on() -> bool:
	"""Tell whether this site asks for approvals."""
	settings = frappe.get_cached_doc("CRM Plus Settings")
	return bool(settings.deal_approvals and settings.approval_limits)


def prepare(deal: Document) -> None:
	"""Set whether a priced deal needs approval; stamp what has just been approved. Writes nothing else.

	Raises ApprovalNeeded where the approver may not grant that much.
	"""
	before = deal.get_doc_before_save()
	for fieldname in KEPT:
		deal.set(fieldname, before.get(fieldname) if before else None)
	if not is_on():
		deal.approval_state = before.approval_state if before else None
		deal.approval_needed = 0
		return
	offer = offer_of_deal(deal)
	if deal.approval_state == APPROVED and before and before.approval_state != APPROVED:
		_approve(deal, offer)
	granted = [limit_of(deal.deal_owner or frappe.session.user), *_approved(deal)]
	deal.approval_needed = int(bool(rules.excess(offer, *granted)))


def _approve(deal: Document, offer: Offer) -> None:
	"""Stamp the deal; Frappe's Workflow, which runs after this, refuses those who may not take the step at all."""
	limit = limit_of(frappe.session.user)
	if rules.excess(offer, limit):
		frappe.throw(
			_("You may grant {0}; ask somebody who may grant {1}.").format(
				_limit_in_words(limit, deal.company), _offer_in_words(offer, deal.company)
			),
			ApprovalNeeded,
		)
	deal.approved_discount, deal.approved_amount = offer.discount, offer.amount
	deal.approved_by, deal.approved_on = frappe.session.user, now_datetime().replace(microsecond=0)


def withdraw_outgrown(deal: Document) -> None:
	"""Send a deal back to its owner's desk that offers more than was approved; called after it is stored."""
	let_managers_be_asked_again(deal)
	if deal.approval_needed and deal.approval_state == APPROVED:
		# Past the document: to the Workflow this is nobody's step, and so refused.
		deal.db_set("approval_state", DRAFT, update_modified=False)
		deal.add_comment("Workflow", _("The approval no longer covers this deal."))


def hold_quotation(quotation: Any) -> None:
	"""Raise ApprovalNeeded for a quotation that offers more than its deals' approvals and the user's own limit allow."""
	deals = sorted(deals_on(quotation)) if is_on() else []
	if not deals:
		return
	offer = offer_of_quotation(quotation)
	approved = [limit for deal in deals for limit in _approved(frappe.get_doc("Deal", deal))]
	limit = limit_of(frappe.session.user)
	if rules.excess(offer, limit, *approved):
		frappe.throw(
			_("You may grant {0}, and this quotation grants {1}; have deal {2} approved first.").format(
				_limit_in_words(limit, quotation.company),
				_offer_in_words(offer, quotation.company),
				escape_html(deals[0]),
			),
			ApprovalNeeded,
			title=_("Approval Needed"),
		)


def limit_of(user: str) -> Limit | None:
	"""Return what a user may grant, None where the settings limit none of the user's roles."""
	roles = set(frappe.get_roles(user))
	rows = frappe.get_cached_doc("CRM Plus Settings").approval_limits
	return rules.widest(
		Limit(flt(row.max_discount), flt(row.max_amount) or None) for row in rows if row.role in roles
	)


def offer_of_deal(deal: Document) -> Offer:
	"""Return what a priced deal offers."""
	additional = flt(deal.additional_discount_percentage) if deal.items else 0.0
	return Offer(rules.discount_of(_lines(deal.items), additional), flt(deal.base_amount))


def offer_of_quotation(quotation: Any) -> Offer:
	"""Return what a quotation offers, however its additional discount was typed."""
	return Offer(
		rules.discount_of(_lines(quotation.items), _additional(quotation)), flt(quotation.base_net_total)
	)


def _additional(quotation: Any) -> float:
	"""Return the additional discount in percent of what it is taken from."""
	if not flt(quotation.discount_amount):
		return 0.0
	if flt(quotation.additional_discount_percentage):
		return flt(quotation.additional_discount_percentage)
	before = quotation.total if quotation.apply_discount_on == "Net Total" else quotation.grand_total
	if quotation.apply_discount_on != "Net Total":
		before = flt(before) + flt(quotation.discount_amount)
	return 100 * flt(quotation.discount_amount) / flt(before) if flt(before) else 0.0


def _lines(rows: list[Any]) -> list[Line]:
	return [
		Line(flt(row.qty), flt(row.price_list_rate), flt(row.rate), flt(row.discount_percentage))
		for row in rows
	]


def _approved(deal: Document) -> list[Limit]:
	if deal.approval_state != APPROVED:
		return []
	return [Limit(flt(deal.approved_discount), flt(deal.approved_amount))]


def _limit_in_words(limit: Limit | None, company: str) -> str:
	limit = limit or Limit()
	if limit.amount is None:
		return _discount_in_words(limit.discount)
	return _("{0} on up to {1}").format(
		_discount_in_words(limit.discount), _money_in_words(limit.amount, company)
	)


def _offer_in_words(offer: Offer, company: str) -> str:
	return _("{0} on {1}").format(_discount_in_words(offer.discount), _money_in_words(offer.amount, company))


def _discount_in_words(discount: float) -> str:
	return _("{0} % discount").format(f"{discount:.2f}".rstrip("0").rstrip("."))


def _money_in_words(amount: float, company: str) -> str:
	return fmt_money(amount, currency=frappe.get_cached_value("Company", company, "default_currency"))
