"""A record that a client asks for by name, with the right that it takes, or by filters, which Frappe takes for a name."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.access.belongings import PARENTS
from crm_plus.access.levels import check_filters
from crm_plus.rules.quoted_text import quoted

Filters = dict[str, Any] | list[Any]


def record(doctype: str, name: str, right: str = "read") -> Document:
	"""Return a record that the user may read, or whatever `right` says.

	Raises frappe.DoesNotExistError with one sentence where there is none of that name, frappe.PermissionError.
	"""
	document = _read(doctype, name) if name else None
	if document is None:
		frappe.throw(
			_("There is no {0} {1}; reload the page.").format(_(doctype), quoted(name)),
			frappe.DoesNotExistError,
		)
	document.check_permission(right)
	return document


def _read(doctype: str, name: str) -> Document | None:
	try:
		return frappe.get_doc(doctype, name)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None


def name_by(doctype: str, filters: Filters, parent: str | None = None) -> str:
	"""Return the name of the first record by filters that the user's list shows; a table's row stands in a `parent`.

	A hidden one is not found, just as one that is not there: whether it is refused or not found would tell its values.
	Raises frappe.DoesNotExistError, frappe.PermissionError.
	"""
	check_filters(doctype, filters)
	parent = parent or PARENTS.get(doctype)
	found = frappe.get_list(doctype, filters=filters, pluck="name", limit=1, parent_doctype=parent)
	if not found:
		frappe.throw(_("No {0} is found: change the filters.").format(_(doctype)), frappe.DoesNotExistError)
	return str(found[0])
