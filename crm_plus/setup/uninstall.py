"""What Frappe's own uninstall leaves behind: it removes what carries our module, the rest is removed here."""

from collections import defaultdict

import frappe

from crm_plus.setup.approvals import remove_approvals
from crm_plus.setup.compatibility import desktop_doctypes
from crm_plus.setup.custom_fields import CUSTOM_FIELDS, MODULE
from crm_plus.setup.indexes import drop_indexes
from crm_plus.setup.install import our_doctypes
from crm_plus.setup.roles import remove_roles
from crm_plus.setup.uninstall_references import remove_child_rows, remove_references
from crm_plus.workflows.opt_outs import LIST, MARK, NOWHERE

APP = "crm_plus"
# Where Frappe and we ourselves note things under the app's name: (DocType, field).
NOTES = (("Scheduled Job Type", "method"), ("Patch Log", "patch"), ("DefaultValue", "defkey"))


def before_uninstall() -> None:
	"""Leave ERPNext as it was: no field, column, job, setting or reference of ours.

	Counters of names (Series) stay, so that a number which stands in somebody's mail is never given to another deal.
	"""
	remove_approvals()
	remove_fields()
	drop_indexes()
	doctypes = our_doctypes()
	remove_roles(doctypes)
	remove_references(doctypes)
	frappe.db.delete("Singles", {"doctype": ["in", doctypes]})
	remove_notes()
	remove_from_desktop()


def remove_fields() -> None:
	"""Take our fields off other apps' documents, columns included: those in the table and those of older releases."""
	for doctype, names in our_fields().items():
		frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ["in", sorted(names)]})
		frappe.clear_cache(doctype=doctype)
		drop_columns(doctype, names)


def our_fields() -> dict[str, set[str]]:
	"""Return the names of our custom fields by DocType."""
	found: dict[str, set[str]] = defaultdict(set)
	for doctype, fields in CUSTOM_FIELDS.items():
		found[doctype] = {str(field["fieldname"]) for field in fields}
	for row in frappe.get_all("Custom Field", {"module": MODULE}, ["dt", "fieldname"]):
		found[row.dt].add(row.fieldname)
	return found


def drop_columns(doctype: str, fieldnames: set[str]) -> None:
	"""Drop the columns of removed custom fields; Frappe leaves them with their data."""
	existing = set(frappe.db.get_table_columns(doctype))
	for fieldname in existing.intersection(fieldnames):
		# DDL takes no bound parameters; both names come from our own custom fields.
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{fieldname}`")


def remove_notes() -> None:
	"""Remove what stands under the app's name: scheduled jobs with their logs, patches that ran, stored values."""
	jobs = frappe.get_all("Scheduled Job Type", {"method": ["like", f"{APP}.%"]}, pluck="name")
	frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ["in", jobs]})
	for doctype, field in NOTES:
		frappe.db.delete(doctype, {field: ["like", f"{APP}%"]})
	frappe.db.delete(LIST, {"email": ["like", f"{MARK}%@{NOWHERE}"]})


def remove_from_desktop() -> None:
	"""Remove our icon and our sidebar, and users' copies of them; Frappe 16 deletes them after its last commit, so in vain.

	By the database alone: as a document each would take its file out of the app's folder where developers work.
	"""
	for doctype in desktop_doctypes():
		names = frappe.get_all(doctype, {"app": APP}, pluck="name")
		remove_child_rows(doctype, names)
		frappe.db.delete(doctype, {"name": ["in", names]})
