"""The files on what is erased of a person."""

import frappe


def remove(doctype: str, names: list[str]) -> None:
	"""Delete the files on records of one DocType that are about the person alone. May be repeated."""
	attached = {"attached_to_doctype": doctype, "attached_to_name": ["in", names or [""]]}
	for name in frappe.get_all("File", attached, pluck="name"):
		# safe: who may erase a person was asked before; the files are about nobody else
		frappe.delete_doc("File", name, ignore_permissions=True, force=True)
