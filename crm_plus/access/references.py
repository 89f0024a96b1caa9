"""Nobody gets at a record by naming it: an assignment shows it to him, a link shows its title."""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.side_doors import POINTERS
from crm_plus.access.visibility import DEAL, KINDS, PROFILE
from crm_plus.rules.quoted_text import quoted

OF_PERSONS = ("Contact", "Address")
# The fields in which a row of a table, too, names a record of any DocType.
NAMING = {
	**POINTERS,
	"Event Participants": ("reference_doctype", "reference_docname"),
	"Dynamic Link": ("link_doctype", "link_name"),
}


def check(doc: Any) -> None:
	"""Make sure that the user may see the deals, profiles, contacts and so on that a document newly names.

	The profile of a deal that he may see goes with it: the deal shows its name anyhow. What the app itself writes
	(`ignore_permissions`) is not asked. Raises frappe.PermissionError.
	"""
	if doc.flags.ignore_permissions or frappe.session.user == "Administrator":
		return
	hidden = [(doctype, name) for doctype, name in _newly_named(doc) if _is_hidden(doctype, name)]
	shown_anyhow = _profiles_of_deals(doc) if any(doctype == PROFILE for doctype, _name in hidden) else set()
	for doctype, name in hidden:
		if doctype != PROFILE or name not in shown_anyhow:
			_refuse(doctype, name)


def refuse_hidden(doctype: str, name: str) -> None:
	"""Refuse to do anything with a record of ours, or with one of our people, that the user may not read.

	What is another app's is its own business. Raises frappe.PermissionError.
	"""
	is_ours = frappe.db.get_value("DocType", doctype, "module", cache=True) == "CRM Plus"
	if not frappe.has_permission(doctype, "read", doc=name) if is_ours else _is_hidden(doctype, name):
		_refuse(doctype, name)


def _refuse(doctype: str, name: str) -> None:
	frappe.throw(
		_("You have no permission to read {0} {1}: choose another one.").format(_(doctype), quoted(name)),
		frappe.PermissionError,
	)


def _is_hidden(doctype: str | None, name: str | None) -> bool:
	exists = bool(name) and doctype in (*KINDS, *OF_PERSONS) and frappe.db.exists(doctype, name)
	if not exists or frappe.has_permission(doctype, "read", doc=name):
		return False
	return doctype not in OF_PERSONS or not _is_of_seen_profile(str(doctype), str(name))


def _is_of_seen_profile(doctype: str, name: str) -> bool:
	"""Tell whether a contact or address belongs to a profile that the user may see, who need not read any others."""
	links = {"parenttype": doctype, "parent": name, "link_doctype": PROFILE}
	found = frappe.get_all("Dynamic Link", links, pluck="link_name")
	return any(frappe.has_permission(PROFILE, "read", doc=profile) for profile in found)


def _profiles_of_deals(doc: Any) -> set[str]:
	"""Return the profiles of those deals that a document names and the user may see."""
	deals = {name for doctype, name in _named(doc) if doctype == DEAL and name}
	seen = [deal for deal in deals if not _is_hidden(DEAL, deal)]
	return set(frappe.get_all(DEAL, {"name": ["in", seen]}, pluck="customer_profile")) if seen else set()


def _newly_named(doc: Any) -> list[tuple[str, str]]:
	before = doc.get_doc_before_save()
	known = set(_named(before)) if before else set()
	return [one for one in _named(doc) if one not in known]


def _named(doc: Any) -> list[tuple[str, str]]:
	found = [(field.options, doc.get(field.fieldname)) for field in doc.meta.get_link_fields()]
	if doc.doctype in NAMING:
		type_field, name_field = NAMING[doc.doctype]
		found.append((doc.get(type_field), doc.get(name_field)))
	for row in doc.get_all_children():
		found += _named(row)
	return found
