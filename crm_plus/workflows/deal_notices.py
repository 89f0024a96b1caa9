"""What the owner of a deal, and whoever leads the owner's team, hears of it: assigned, moved, won, lost, paid."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, fmt_money

from crm_plus.access.rows import readable_fields
from crm_plus.workflows import notices

WON, LOST = "Won", "Lost"
CENT = 0.01
PAID_FIELDS = {"paid_amount", "outstanding_amount"}


def changed(deal: Any) -> None:
	"""Tell of a deal that has just been saved; nothing of many that are brought in."""
	if frappe.flags.in_import:
		return
	before = deal.get_doc_before_save()
	if before is None or before.deal_owner != deal.deal_owner:
		_tell_assigned(deal)
	elif before.stage != deal.stage:
		_tell_moved(deal)


def _tell_assigned(deal: Any) -> None:
	text = _("{0} is yours now").format(_title(deal))
	notices.tell("deal_assigned", [deal.deal_owner], "Deal", deal.name, text)


def _tell_moved(deal: Any) -> None:
	event = {WON: "deal_won", LOST: "deal_lost"}.get(deal.status, "deal_moved")
	notices.tell(event, [deal.deal_owner], "Deal", deal.name, _sentence(event, deal))
	notices.tell_leaders(event, deal.deal_owner, "Deal", deal.name, _sentence(event, deal, _owner(deal)))


def _sentence(event: str, deal: Any, owner: str = "") -> str:
	title = f"{_title(deal)} ({owner})" if owner else _title(deal)
	if event == "deal_won":
		return str(_("{0} is won: {1}").format(title, _money(deal, deal.base_amount)))
	if event == "deal_lost":
		return str(_("{0} is lost: {1}").format(title, escape_html(deal.lost_reason or _("no reason given"))))
	stage = frappe.get_cached_value("Pipeline Stage", deal.stage, "stage_name")
	return str(_("{0} moved to {1}").format(title, escape_html(_(stage))))


def paid(deal: str, before: float, after: float) -> None:
	"""Tell of payments by which a deal's paid amount (company currency) has risen; nothing where it fell or stayed."""
	if flt(after) - flt(before) < CENT / 2:
		return
	doc = frappe.db.get_value(
		"Deal", deal, ["name", "title", "deal_owner", "company", "outstanding_amount"], as_dict=True
	)
	if not doc:
		return
	received = flt(after) - flt(before)
	notices.tell("payment_received", [doc.deal_owner], "Deal", deal, lambda user: _paid(doc, received, user))
	notices.tell_leaders(
		"payment_received", doc.deal_owner, "Deal", deal, lambda user: _paid(doc, received, user)
	)


def _paid(deal: Any, received: float, user: str) -> str:
	"""Return the sentence on a payment (company currency), with its amounts where the user may read those of deals."""
	if PAID_FIELDS - readable_fields("Deal", user):
		return str(_("A payment for {0} arrived").format(_title(deal)))
	return str(
		_("{0} was paid for {1}; {2} is still open").format(
			_money(deal, received), _title(deal), _money(deal, deal.outstanding_amount)
		)
	)


def _title(deal: Any) -> str:
	return str(frappe.bold(escape_html(deal.title or deal.name)))


def _owner(deal: Any) -> str:
	return str(escape_html(frappe.utils.get_fullname(deal.deal_owner)))


def _money(deal: Any, amount: float) -> str:
	currency = frappe.get_cached_value("Company", deal.company, "default_currency")
	return str(fmt_money(amount, currency=currency))
