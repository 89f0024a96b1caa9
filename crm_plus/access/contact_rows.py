"""The e-mails, phone numbers and links of a contact, who takes part in an event, and whom a message is linked to, are read with
the contact, the event and the message.

Frappe lists the rows of a table to everybody who may read any contact, event or message at all.
"""

import frappe
from frappe.core.doctype.communication import communication
from frappe.desk.doctype.event import event

from crm_plus.access.conditions import all_of
from crm_plus.access.side_doors import beside_readable, contacts_of_readable
from crm_plus.setup.compatibility import is_asked_for_a_joined_table

# Where the rows of each table may stand.
PARENTS = {
	"Contact Email": ("Contact",),
	"Contact Phone": ("Contact",),
	"Dynamic Link": ("Contact", "Address"),
	"Event Participants": ("Event",),
	"Communication Link": ("Communication",),
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
	if parent == "Communication":
		frappes = communication.get_permission_query_conditions_for_communication(user)
		return all_of([frappes or "", beside_readable(user, parent)])
	return contacts_of_readable(user, parent)
