"""The e-mails, phone numbers and links of a contact, and who takes part in an event, are read with the contact and event.

Frappe lists the rows of a table to everybody who may read any contact or event at all.
"""

import frappe
from frappe.desk.doctype.event import event

from crm_plus.access.side_doors import contacts_of_readable
from crm_plus.setup.compatibility import is_asked_for_a_joined_table

# Where the rows of each table may stand.
PARENTS = {
	"Contact Email": ("Contact",),
	"Contact Phone": ("Contact",),
	"Dynamic Link": ("Contact", "Address"),
	"Event Participants": ("Event",),
}


def rows_of_readable(user: str | None = None, doctype: str = "Contact Email") -> str:
	"""Return the condition for the rows whose contact, address or event the user may list, "" where he may list all."""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table():
		return ""
	return " and ".join(
		f"(`tab{doctype}`.`parenttype` != '{parent}' or `tab{doctype}`.`parent` in"
		f" (select `tab{parent}`.`name` from `tab{parent}` where {condition}))"
		for parent in PARENTS[doctype]
		if (condition := _condition(parent, user))
	)


def _condition(parent: str, user: str) -> str:
	if parent == "Event":
		return str(event.get_permission_query_conditions(user))
	return contacts_of_readable(user, parent)
