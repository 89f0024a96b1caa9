"""The reason of a loss and the competitor, carried between a deal and ERPNext's quotations.

ERPNext's Competitor is of a module that it retires: a deal holds the name alone, and its quotations theirs where it is there.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.setup.compatibility import doctype_exists

UNSTATED = "Not Stated"
COMPETITOR, COMPETITORS = "Competitor", "Competitor Detail"
# A quotation that was ordered from, even in part, is not lost; ERPNext refuses it too.
CAN_BE_LOST = ("Open", "Replied", "Expired")
SAVEPOINT = "crm_plus_loss"


def lose_open_quotations(deal: Document) -> None:
	"""Declare the deal's open quotations lost for its reason, through ERPNext's own method; done once, by their status.

	A failure is logged and leaves the deal lost and that quotation as it was.
	"""
	names = frappe.get_all(
		"Quotation",
		filters={"crm_plus_deal": deal.name, "docstatus": 1, "status": ["in", CAN_BE_LOST]},
		pluck="name",
	)
	for name in names:
		messages = list(frappe.local.message_log)
		frappe.db.savepoint(SAVEPOINT)
		try:
			_lose(name, deal)
		except Exception:
			frappe.db.rollback(save_point=SAVEPOINT)
			frappe.local.message_log = messages
			frappe.log_error(
				title=_("A lost deal's quotation could not be declared lost"),
				reference_doctype="Quotation",
				reference_name=name,
			)


def _lose(name: str, deal: Document) -> None:
	reason = erpnext_reason(deal.lost_reason)
	quotation = frappe.get_doc("Quotation", name)
	quotation.flags.ignore_permissions = True  # safe: who may lose the deal decides over its own quotations
	quotation.declare_enquiry_lost(
		[{"lost_reason": reason}], erpnext_competitors(deal.competitor), deal.lost_detail
	)


def erpnext_reason(reason: str) -> str:
	"""Return ERPNext's Quotation Lost Reason of the same name, made where it is missing."""
	if not frappe.db.exists("Quotation Lost Reason", reason):
		doc = frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": reason})
		doc.insert(ignore_permissions=True)  # safe: a copy of our own master, which somebody allowed has made
	return reason


def erpnext_competitors(competitor: str | None) -> list[dict[str, str]]:
	"""Return the row of a quotation for ERPNext's Competitor of a name, none where there is no such one."""
	known = competitor and doctype_exists(COMPETITOR) and frappe.db.exists(COMPETITOR, competitor)
	return [{"competitor": str(known)}] if known else []


def competitor_of_quotation(quotation: str) -> str | None:
	"""Return the first competitor that a quotation names."""
	if not doctype_exists(COMPETITORS):
		return None
	where = {"parenttype": "Quotation", "parent": quotation}
	return next(iter(frappe.get_all(COMPETITORS, where, pluck="competitor", order_by="idx", limit=1)), None)


def lost_reason_of_quotation(quotation: str) -> str:
	"""Return the Lost Reason for a deal that a lost quotation closes: the quotation's first one, made where missing."""
	stated = frappe.get_all(
		"Quotation Lost Reason Detail",
		filters={"parenttype": "Quotation", "parent": quotation},
		pluck="lost_reason",
		order_by="idx",
		limit=1,
	)
	reason = stated[0] if stated else UNSTATED
	if not frappe.db.exists("Lost Reason", reason):
		doc = frappe.get_doc({"doctype": "Lost Reason", "reason": reason})
		doc.insert(ignore_permissions=True)  # safe: a copy of ERPNext's master of the same meaning
	return reason
