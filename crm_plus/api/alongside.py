"""What Frappe and ERPNext write beside a record, or tell of what stands there, without asking who may see the record.

`hooks.override_whitelisted_methods` puts these in Frappe's place. Each takes what Frappe's takes, asks first, and calls that.
"""

from typing import Any

import frappe
from frappe import _
from frappe.desk import like
from frappe.desk.doctype.event import event
from frappe.desk.doctype.tag import tag as tagging

from crm_plus.access.references import refuse_hidden
from crm_plus.api import arguments
from crm_plus.api.arguments import refusing

# Of ERPNext: its CRM module may be gone.
ACTIVITIES = "erpnext.crm.utils.get_open_activities"
CONTACT = "erpnext.stock.doctype.shipment.shipment.get_contact_name"
ADDRESS = "erpnext.stock.doctype.shipment.shipment.get_address_name"
TRIP = "Delivery Trip"
CARD = "erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display"
EVENTS = ("events", "events_history")


@frappe.whitelist(methods=["POST"])
@refusing
def add_tag(tag: str, dt: str, dn: str | int, color: str | None = None) -> str:
	"""Put a tag on a record that the caller may read. Raises frappe.PermissionError."""
	refuse_hidden(dt, str(dn))
	return str(tagging.add_tag(tag, dt, dn, color))


@frappe.whitelist(methods=["POST"])
@refusing
def add_tags(tags: str | list[Any], dt: str, docs: str | list[Any], color: str | None = None) -> None:
	"""Put tags on records, all of which the caller may read. Raises frappe.PermissionError."""
	names = arguments.several(docs)
	for name in names:
		refuse_hidden(dt, str(name))
	tagging.add_tags(arguments.several(tags), dt, names, color)


@frappe.whitelist(methods=["POST"])
@refusing
def remove_tag(tag: str, dt: str, dn: str | int) -> None:
	"""Take a tag from a record that the caller may read. Raises frappe.PermissionError."""
	refuse_hidden(dt, str(dn))
	tagging.remove_tag(tag, dt, dn)


@frappe.whitelist(methods=["POST"])
@refusing
def toggle_like(doctype: str, name: str | int, add: str | bool = False) -> None:
	"""Like a record that the caller may read, or like it no more. Raises frappe.PermissionError."""
	refuse_hidden(doctype, str(name))
	like.toggle_like(doctype, name, add)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def events(start: str, end: str, filters: str | list[Any] | None = None, **asked: Any) -> list[Any]:
	"""Return the caller's own calendar entries and public ones; Frappe's own gives anybody's to who names him.

	Days are the site's. Raises frappe.PermissionError.
	"""
	if asked.get("user") not in (None, "", frappe.session.user):
		frappe.throw(_("A calendar shows its own user's entries: open your own."), frappe.PermissionError)
	first, last = frappe.utils.getdate(start), frappe.utils.getdate(end)
	return list(event.get_events(first, last, filters=filters))


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def activities(ref_doctype: str, ref_docname: str) -> dict[str, Any]:
	"""Return what ERPNext's CRM has planned with a record that the caller may read, without plans that he may not.

	Raises frappe.PermissionError.
	"""
	refuse_hidden(ref_doctype, ref_docname)
	found = frappe.get_attr(ACTIVITIES)(ref_doctype, ref_docname)
	return {
		kind: [row for row in rows if kind not in EVENTS or _is_known(row)] for kind, rows in found.items()
	}


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def contact_name(ref_doctype: str, docname: str) -> str | None:
	"""Return the name of the contact of a record that the caller may read. Raises frappe.PermissionError."""
	refuse_hidden(ref_doctype, docname)
	return frappe.get_attr(CONTACT)(ref_doctype, docname)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def address_name(ref_doctype: str, docname: str) -> str | None:
	"""Return the name of the shipping address of a record that the caller may read. Raises frappe.PermissionError."""
	refuse_hidden(ref_doctype, docname)
	return frappe.get_attr(ADDRESS)(ref_doctype, docname)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def contact_card(contact: str) -> str:
	"""Return name and numbers of a contact: to who reads contacts, of those whom he may see. Raises frappe.PermissionError.

	Who plans or drives deliveries, and reads none but his own, is told by ERPNext to whom he delivers.
	"""
	if _reads_others_of("Contact") or not frappe.has_permission(TRIP, "read"):
		refuse_hidden("Contact", contact)
	return str(frappe.get_attr(CARD)(contact))


def _reads_others_of(doctype: str) -> bool:
	"""Tell whether the caller's roles let him read records that are not his own."""
	rights = frappe.permissions.get_role_permissions(doctype)
	return bool(rights.get("read")) and "read" not in rights["if_owner"]


def _is_known(row: Any) -> bool:
	"""Tell whether an Event is no plan of ours, or one that the caller may read."""
	plan = {"event": row.get("name")}
	return not frappe.db.exists("Interaction", plan) or bool(frappe.get_list("Interaction", plan, limit=1))
