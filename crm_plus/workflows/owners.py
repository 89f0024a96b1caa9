"""Whom a record may be given to: nobody whose user is disabled, for nobody would look after it."""

from typing import Any

import frappe
from frappe import _

from crm_plus.rules.quoted_text import quoted


def check(doc: Any, fieldname: str) -> None:
	"""Make sure that a document's new owner works here; one who was disabled since he got it keeps it until it is handed over.

	Not asked of an import, which brings in history, nor of what the app itself writes after ERPNext's records
	(`ignore_permissions`). Raises frappe.ValidationError.
	"""
	user = doc.get(fieldname)
	if not user or doc.flags.ignore_permissions or not doc.has_value_changed(fieldname) or works_here(user):
		return
	frappe.throw(
		_("The user {0} is disabled; choose somebody else.").format(
			frappe.bold(quoted(frappe.utils.get_fullname(user)))
		)
	)


def works_here(user: str) -> bool:
	"""Tell whether a user is enabled; an import may name those who have left."""
	return bool(frappe.flags.in_import or frappe.get_cached_value("User", user, "enabled"))
