"""What the Desk calls about interactions: logging one, moving one in the calendar, linking a message anew."""

import frappe
from frappe.email import relink as relink_in_frappe

from crm_plus.access.records import record
from crm_plus.workflows import capture


# Stands in for frappe.email.relink, which tells nobody, and asks for no right to the message.
@frappe.whitelist(methods=["POST"])
def relink(name: str, reference_doctype: str, reference_name: str) -> None:
	"""Link a message to another record, as Frappe does, and let its interaction follow.

	Raises frappe.PermissionError for a message or a record that the caller may not open.
	"""
	record("Communication", name)
	frappe.has_permission(reference_doctype, "read", throw=True)
	record(reference_doctype, reference_name)
	relink_in_frappe(name, reference_doctype, reference_name)
	capture.note("Communication", name)
