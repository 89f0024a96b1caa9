"""Approval of deals above a limit: Frappe's own Workflow decides who approves, this says what needs it and what it covers.

Values are in the company's currency, without taxes. An approval covers the discount and the goods that it was given for,
both together: a deal that offers more of either later needs another. Each deal and each quotation is judged alone; a deal's
orders add up.
"""

from collections.abc import Collection, Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, now_datetime

from crm_plus.access.deal_links import deals_on
from crm_plus.rules import approvals as rules
from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, Approval, Limit, Offer
from crm_plus.workflows.approval_workflows import let_managers_be_asked_again
from crm_plus.workflows.earlier_orders import ORDER, sold_before
from crm_plus.workflows.offers import offer_of_deal, offers_of
from crm_plus.workflows.quoted_rows import rows_beyond_quotations

WORKFLOW = "Deal Approval"
# Written here alone: nobody approves by typing.
KEPT = ("approved_discount", "approved_amount", "approved_list_value", "approved_by", "approved_on")


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
	deal.approval_needed = int(not rules.is_granted(offer, *granted))
	if before and before.approval_state == deal.approval_state == PENDING:
		deal.flags.outgrew_request = _outgrew(deal, before, offer)


def _approve(deal: Document, offer: Offer) -> None:
	"""Stamp the deal; Frappe's Workflow, which runs after this, refuses those who may not take the step at all."""
	limit = limit_of(frappe.session.user)
	if not rules.is_granted(offer, limit):
		frappe.throw(
			_("You may grant {0}; ask somebody who may grant {1}.").format(
				_limit_in_words(limit, deal.company), _offer_in_words(offer, deal.company)
			),
			ApprovalNeeded,
		)
	deal.approved_discount, deal.approved_amount = offer.discount, offer.amount
	deal.approved_list_value = flt(offer.listed, rules.PLACES)
	deal.approved_by, deal.approved_on = frappe.session.user, now_datetime().replace(microsecond=0)


def _outgrew(deal: Document, before: Document, offer: Offer) -> bool:
	"""Tell whether a deal asks for more than it did, changed by somebody who may not grant that."""
	asked = offer_of_deal(before)
	request = Approval(asked.discount, asked.listed)
	return not rules.is_granted(offer, request, limit_of(frappe.session.user))


def withdraw_outgrown(deal: Document) -> None:
	"""Send a deal back to its owner's desk that offers more than was approved, or than a manager was asked for.

	Called after it is stored.
	"""
	let_managers_be_asked_again(deal)
	if deal.approval_needed and deal.approval_state == APPROVED:
		_withdraw(deal, _("The approval no longer covers this deal."))
	elif deal.flags.pop("outgrew_request", False):
		_withdraw(deal, _("This deal asks for more than before: request its approval again."))


def _withdraw(deal: Document, why: str) -> None:
	# Past the document: to the Workflow this is nobody's step, and so refused.
	deal.db_set("approval_state", DRAFT, update_modified=False)
	deal.add_comment("Workflow", why)


def hold(document: Any, rows: Iterable[Any] | None = None, deals: Collection[str] | None = None) -> None:
	"""Raise ApprovalNeeded for a quotation or order whose rows of some deal offer more than somebody has granted.

	That is the user's own limit or that deal's approval, one of them alone. Of a document whose other rows were judged before,
	the limit is asked of `rows`, the approval of all, for it was given once. Of `deals` where they are said, else of all.
	"""
	limit = limit_of(frappe.session.user) if is_on() and deals_on(document) else None
	if limit is None:
		return
	whole = offers_of(document)
	for deal, offer in sorted((whole if rows is None else offers_of(document, rows)).items()):
		if deals is None or deal in deals:
			_judge(document, deal, (offer, whole[deal]), limit)


def _judge(document: Any, deal: str, offers: tuple[Offer, Offer], limit: Limit) -> None:
	"""Refuse what a document offers for one deal: the limit is asked of the first of `offers`, the approval of the second.

	Orders add up: to sell in two of them what one of them may not is no way around.
	"""
	before = sold_before(document, deal) if deal and document.doctype == ORDER else []
	within, whole = rules.with_earlier(offers, before, limit)
	approved = _approved(frappe.get_doc("Deal", deal)) if deal else []
	if not (rules.is_granted(within, limit) or rules.is_granted(whole, *approved)):
		_refuse(document, deal, within, limit, is_sum=within != offers[0])


def _refuse(document: Any, deal: str, offer: Offer, limit: Limit, *, is_sum: bool) -> None:
	may, grants = _limit_in_words(limit, document.company), _offer_in_words(offer, document.company)
	if not deal:
		sentence = _("You may grant {0}, and the rows without a deal grant {1}; name their deal.")
	elif document.doctype == "Quotation":
		sentence = _("You may grant {0}, and this quotation grants {1}; have deal {2} approved first.")
	elif is_sum:
		sentence = _(
			"You may grant {0}, and this order with those before it grants {1}; have deal {2} approved first."
		)
	else:
		sentence = _("You may grant {0}, and this order grants {1}; have deal {2} approved first.")
	frappe.throw(sentence.format(may, grants, escape_html(deal)), ApprovalNeeded, title=_("Approval Needed"))


def hold_order(order: Any, deals: Collection[str] | None = None) -> None:
	"""Hold what an order grants beyond the quotations for its deals that it was made from: they have been judged."""
	hold(order, rows_beyond_quotations(order), deals)


def hold_changed(document: Any) -> None:
	"""Hold a submitted quotation or order whose items are changed, or that names a deal only now: nobody judged it for that.

	ERPNext has stored changed rows by then, and lets nothing else change them: what they were nobody can tell, and twice as
	much for half the price has the same total.
	"""
	deals = None
	if not document.flags.ignore_validate_update_after_submit:
		deals = deals_on(document) - deals_on(document.get_doc_before_save())
	if deals is None or deals:
		hold_order(document, deals) if document.doctype == ORDER else hold(document, deals=deals)


def limit_of(user: str) -> Limit | None:
	"""Return what a user may grant, None where the settings limit none of the user's roles."""
	roles = set(frappe.get_roles(user))
	rows = frappe.get_cached_doc("CRM Plus Settings").approval_limits
	return rules.widest(
		Limit(flt(row.max_discount), flt(row.max_amount) or None) for row in rows if row.role in roles
	)


def _approved(deal: Document) -> list[Approval]:
	if deal.approval_state != APPROVED:
		return []
	given = (deal.approved_discount, deal.approved_amount, deal.approved_list_value)
	return [rules.approval_of(*map(flt, given))]


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
