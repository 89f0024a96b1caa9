"""The events, groups and channels of notices in words, as the page My Notifications shows them."""

import frappe
from frappe import _

from crm_plus.rules.notices import CUSTOMERS, DEALS, EMAIL, IN_APP, MONEY, OF_TEAM, SMS, TEAM, WHATSAPP, WORK


def label(code: str) -> str:
	"""Return what an event is called; its twin for those who lead the team is called the same."""
	return labels().get(code.removeprefix(TEAM), code)


def labels() -> dict[str, str]:
	"""Return what the events are called, by code."""
	return {
		"follow_up_due": _("A follow-up is due"),
		"follow_up_unowned": _("A follow-up that recurs has nobody to do it"),
		"meeting": _("A planned meeting or call begins"),
		"deal_assigned": _("A deal is given to me"),
		"deal_won": _("A deal is won"),
		"deal_lost": _("A deal is lost"),
		"deal_moved": _("A deal moves to another stage"),
		"stage_refused": _("A deal stays or goes back in spite of a document"),
		"no_next_step": _("A deal has no next step any more"),
		"close_date": _("A deal is expected to close"),
		"deal_rotten": _("A deal has stayed in its stage for too long"),
		"quotation_expiring": _("A quotation is about to expire"),
		"quotation_opened": _("A customer opens a quotation"),
		"email_answered": _("A customer writes or answers an e-mail"),
		"bad_feedback": _("A customer is unhappy"),
		"birthday": _("A customer has a birthday"),
		"contract_ending": _("A contract is about to end"),
		"payment_received": _("A payment arrives"),
		"invoice_overdue": _("An invoice is overdue"),
	}


def groups() -> dict[str, str]:
	"""Return what the groups of events are called."""
	return {
		WORK: _("My work"),
		DEALS: _("My deals"),
		CUSTOMERS: _("My customers"),
		MONEY: _("Money"),
		OF_TEAM: _("My team"),
	}


def channels() -> dict[str, str]:
	"""Return what the channels are called."""
	return {IN_APP: _("Bell"), EMAIL: _("E-mail"), SMS: _("SMS"), WHATSAPP: _("WhatsApp")}


def what_is_missing() -> dict[str, str]:
	"""Return, for each channel that a site may lack, that it is not set up, and to whom may do it, how."""
	if "System Manager" not in frappe.get_roles():
		names = channels()
		return {
			channel: _("{0} is not set up on this site.").format(names[channel])
			for channel in (EMAIL, SMS, WHATSAPP)
		}
	return {
		EMAIL: _("This site has no outgoing e-mail account yet: make one under Email Account."),
		SMS: _("This site has no SMS gateway yet: fill in SMS Settings."),
		WHATSAPP: _(
			"This site has no WhatsApp account yet: install the app frappe_whatsapp and fill one in."
		),
	}
