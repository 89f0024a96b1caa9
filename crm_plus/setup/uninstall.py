"""What Frappe's own uninstall leaves behind: it removes what carries our module, the rest is removed here."""

import frappe

from crm_plus.setup.custom_fields import CUSTOM_FIELDS


def before_uninstall() -> None:
	"""Take our fields off ERPNext's documents, columns included, so that ERPNext is as it was."""
	for doctype, fields in CUSTOM_FIELDS.items():
		names = [field["fieldname"] for field in fields]
		frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ["in", names]})
		frappe.clear_cache(doctype=doctype)
		drop_columns(doctype, names)


def drop_columns(doctype: str, fieldnames: list[str]) -> None:
	"""Drop the columns of removed custom fields; Frappe leaves them with their data."""
	existing = set(frappe.db.get_table_columns(doctype))
	for fieldname in existing.intersection(fieldnames):
		# DDL takes no bound parameters; both names come from our own table of custom fields.
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{fieldname}`")
