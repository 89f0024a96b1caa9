"""Fields for attachments, of any document: Frappe makes a File of the address that stands in one."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr

from crm_plus.access.files import PRIVATE, is_hidden, path_of


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse the address of a file that the user may not read: here refusing is the purpose."""
	for field in doc.meta.fields:
		if field.fieldtype in ("Attach", "Attach Image"):
			address = cstr(doc.get(field.fieldname))
			if PRIVATE in address and doc.has_value_changed(field.fieldname) and is_hidden(path_of(address)):
				frappe.throw(
					_("You have no permission to read the file in {0}: attach another one.").format(
						_(field.label)
					),
					frappe.PermissionError,
				)
