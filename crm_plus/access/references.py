"""Nobody gets at a record by naming it: an assignment shows it to him, a link shows its title."""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.side_doors import POINTERS
from crm_plus.access.visibility import KINDS
from crm_plus.rules.quoted_text import quoted


def check(doc: Any) -> None:
	"""Make sure that the user may see the deals, profiles and so on that a document newly names.

	What the app itself writes (`ignore_permissions`) is not asked. Raises frappe.PermissionError.
	"""
	if doc.flags.ignore_permissions or frappe.session.user == "Administrator":
		return
	for doctype, name in _newly_named(doc):
		exists = bool(name) and doctype in KINDS and frappe.db.exists(doctype, name)
		if exists and not frappe.has_permission(doctype, "read", doc=name):
			frappe.throw(
				_("You have no permission to read {0} {1}: choose another one.").format(
					_(doctype), quoted(name)
				),
				frappe.PermissionError,
			)


def _newly_named(doc: Any) -> list[tuple[str, str]]:
	before = doc.get_doc_before_save()
	known = set(_named(before)) if before else set()
	return [one for one in _named(doc) if one not in known]


def _named(doc: Any) -> list[tuple[str, str]]:
	found = [(field.options, doc.get(field.fieldname)) for field in doc.meta.get_link_fields()]
	if doc.doctype in POINTERS:
		type_field, name_field = POINTERS[doc.doctype]
		found.append((doc.get(type_field), doc.get(name_field)))
	for row in doc.get_all_children():
		found += _named(row)
	return found
