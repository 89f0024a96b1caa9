"""A record that a client asks for by name, with the right that it takes."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.rules.quoted_text import quoted


def record(doctype: str, name: str, right: str = "read") -> Document:
	"""Return a record that the user may read, or whatever `right` says.

	Raises frappe.DoesNotExistError with one sentence where there is none of that name, frappe.PermissionError.
	"""
	if not name or not frappe.db.exists(doctype, name):
		frappe.throw(
			_("There is no {0} {1}; reload the page.").format(_(doctype), quoted(name)),
			frappe.DoesNotExistError,
		)
	document = frappe.get_doc(doctype, name)
	document.check_permission(right)
	return document
