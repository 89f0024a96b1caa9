"""The reason of a loss, carried between a deal and ERPNext's quotations."""

import frappe
from frappe import _
from frappe.model.document import Document

UNSTATED = "Not Stated"
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
	quotation.declare_enquiry_lost([{"lost_reason": reason}], [], deal.lost_detail)


def erpnext_reason(reason: str) -> str:
	"""Return ERPNext's Quotation Lost Reason of the same name, made where it is missing."""
	if not frappe.db.exists("Quotation Lost Reason", reason):
		doc = frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": reason})
		doc.insert(ignore_permissions=True)  # safe: a copy of our own master, which somebody allowed has made
	return reason


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
