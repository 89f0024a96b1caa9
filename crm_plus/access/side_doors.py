"""What Frappe keeps beside a record, and tells of it to people who may not see it: files, comments, tags, contacts.

Frappe asks of these whether their reader may read *any* record of that DocType. Here it is the record itself.
"""

from typing import Any

import frappe
from pypika.terms import EmptyCriterion

from crm_plus.access.belongings import as_sql, belongs_to_readable
from crm_plus.access.conditions import NOTHING
from crm_plus.access.visibility import KINDS, PROFILE
from crm_plus.setup.compatibility import is_asked_for_a_joined_table, no_objection

# The fields in which each DocType names a record of any other.
POINTERS = {
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Document Follow": ("ref_doctype", "ref_docname"),
	"File": ("attached_to_doctype", "attached_to_name"),
	"Tag Link": ("document_type", "document_name"),
	"ToDo": ("reference_type", "reference_name"),
}


def beside_readable(user: str | None = None, doctype: str = "File") -> str:
	"""Return the condition for what stands beside records that the user may see, or beside none of ours."""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table():
		return ""
	type_field, name_field = POINTERS[doctype]
	parts = []
	for kind in KINDS:
		readable = belongs_to_readable(frappe.qb.DocType(doctype)[name_field], kind, user)
		if not isinstance(readable, EmptyCriterion):
			other = f"ifnull(`tab{doctype}`.`{type_field}`, '') != '{kind}'"
			parts.append(f"({other} or {NOTHING if readable is None else as_sql(readable)})")
	return " and ".join(parts)


def may_see_beside(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether the user may see the record that something stands beside; None has no objection, where Frappe asks so."""
	type_field, name_field = POINTERS[doc.doctype]
	kind, name = doc.get(type_field), doc.get(name_field)
	if ptype == "create" or kind not in KINDS or not name or not frappe.db.exists(kind, name):
		return no_objection()
	return no_objection() if frappe.has_permission(kind, "read", doc=name, user=user) else False


def contacts_of_readable(user: str | None = None, doctype: str = "Contact") -> str:
	"""Return the condition that hides what belongs to profiles alone of which the user may see none.

	A contact of a Customer, a supplier or anybody else is ERPNext's, and shown by ERPNext's rules.
	"""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table():
		return ""
	link = frappe.qb.DocType("Dynamic Link")
	readable = belongs_to_readable(link.link_name, PROFILE, user)
	if isinstance(readable, EmptyCriterion):
		return ""
	links = (
		"select 1 from `tabDynamic Link`"
		f" where `tabDynamic Link`.`parent` = `tab{doctype}`.`name` and `tabDynamic Link`.`parenttype` = '{doctype}'"
	)
	of_profile = f"`tabDynamic Link`.`link_doctype` = '{PROFILE}'"
	allowed = NOTHING if readable is None else as_sql(readable)
	return f"(not exists ({links} and {of_profile}) or exists ({links} and (not {of_profile} or {allowed})))"


def may_see_contact(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a contact or address belongs to somebody whom the user may see; None has no objection."""
	links = [(row.link_doctype, row.link_name) for row in _stored_links(doc)]
	if ptype == "create" or not links or any(kind != PROFILE for kind, _name in links):
		return no_objection()
	seen = any(frappe.has_permission(kind, "read", doc=name, user=user) for kind, name in links)
	return no_objection() if seen else False


def _stored_links(doc: Any) -> list[Any]:
	filters = {"parenttype": doc.doctype, "parent": doc.name}
	return frappe.get_all("Dynamic Link", filters, ["link_doctype", "link_name"])
