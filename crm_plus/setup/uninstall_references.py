"""What other documents say of DocTypes that are about to vanish: a Contact that is linked to one could not be saved any more."""

from collections.abc import Iterator
from dataclasses import dataclass

import frappe

# Says something of a DocType or of its records, and nothing without them. All else keeps its row and loses the reference.
VANISHES = frozenset(
	{
		"Amended Document Naming Settings",
		"Assignment Rule",
		"Auto Repeat",
		"Calendar View",
		"Client Script",
		"Comment",
		"Communication Link",
		"Custom Field",
		"Dashboard Chart",
		"Data Import",
		"Desktop Icon",
		"Discussion Topic",
		"DocShare",
		"DocType Layout",
		"DocType Link",
		"Document Follow",
		"Document Naming Rule",
		"Document Share Key",
		"Dynamic Link",
		"Email Unsubscribe",
		"Energy Point Log",
		"Energy Point Rule",
		"Event Participants",
		"Form Tour",
		"Global Search DocType",
		"Kanban Board",
		"List Filter",
		"Logs To Clear",
		"Milestone",
		"Milestone Tracker",
		"Notification",
		"Notification Log",
		"Notification Subscribed Document",
		"Number Card",
		"Onboarding Step",
		"Portal Menu Item",
		"Print Format",
		"Print Format Field Template",
		"Property Setter",
		"Reminder",
		"Report",
		"Scheduler Event",
		"Server Script",
		"Service Level Agreement",
		"Session Default",
		"Submission Queue",
		"Success Action",
		"Tag Link",
		"User Document Type",
		"User Permission",
		"User Select Document Type",
		"Version",
		"View Log",
		"Web Form",
		"Webhook",
		"Workflow",
		"Workflow Action",
		"Workspace Quick List",
	}
)
# Fields that name a record beside its DocType without being a Dynamic Link.
OTHER_HALVES = {
	"File": ("attached_to_name", "attached_to_field"),
	"Email Queue": ("reference_name",),
	"Error Log": ("reference_name",),
}
# Rows that point to a DocType by another kind of field: (DocType, field).
POINTERS = (
	("Custom DocPerm", "parent"),
	("List View Settings", "name"),
	("Workspace Link", "link_to"),
	("Workspace Shortcut", "link_to"),
	("Workspace Sidebar Item", "link_to"),
)
# Tables of Frappe's that belong to no DocType.
BARE_TABLES = ("__UserSettings", "__global_search")


@dataclass(frozen=True)
class Reference:
	"""A field that holds the name of a DocType."""

	doctype: str
	fieldname: str
	is_single: bool
	is_table: bool


def remove_references(doctypes: list[str]) -> None:
	"""Remove what other documents say of `doctypes`; documents with a life of their own stay and lose the reference."""
	release_links(doctypes)
	for reference in references(doctypes):
		remove_reference(reference, doctypes)
	for doctype, field in POINTERS:
		if frappe.db.exists("DocType", doctype):
			frappe.db.delete(doctype, {field: ["in", doctypes]})
	for table in BARE_TABLES:
		frappe.db.delete(table, {"doctype": ["in", doctypes]})


def release_links(doctypes: list[str]) -> None:
	"""Turn an administrator's own link fields to `doctypes` into plain text, so that their forms and values stay."""
	fields = {"fieldtype": "Link", "options": ["in", doctypes], "dt": ["not in", doctypes]}
	for row in frappe.get_all("Custom Field", fields, ["name", "dt"]):
		frappe.db.set_value("Custom Field", row.name, {"fieldtype": "Data", "options": None})
		frappe.clear_cache(doctype=row.dt)


def references(doctypes: list[str]) -> Iterator[Reference]:
	"""Find the fields of other stored DocTypes that link to a DocType."""
	stored = {
		row.name: row
		for row in frappe.get_all(
			"DocType", {"is_virtual": 0, "name": ["not in", doctypes]}, ["name", "issingle", "istable"]
		)
	}
	named = {"fieldtype": "Link", "options": "DocType"}
	found = frappe.get_all("DocField", named, ["parent", "fieldname"], as_list=True)
	found += frappe.get_all("Custom Field", named, ["dt", "fieldname"], as_list=True)
	for doctype, fieldname in found:
		if doctype in stored:
			row = stored[doctype]
			yield Reference(doctype, fieldname, bool(row.issingle), bool(row.istable))


def remove_reference(reference: Reference, doctypes: list[str]) -> None:
	"""Remove the rows whose field names one of `doctypes`, or the names from them."""
	matching = {reference.fieldname: ["in", doctypes]}
	if reference.is_single:
		frappe.db.delete(
			"Singles", {"doctype": reference.doctype, "field": reference.fieldname, "value": ["in", doctypes]}
		)
	elif reference.doctype not in VANISHES:
		halves = dict.fromkeys((reference.fieldname, *other_halves(reference)), None)
		frappe.db.set_value(reference.doctype, matching, halves, update_modified=False)
	else:
		if not reference.is_table:
			remove_child_rows(reference.doctype, frappe.get_all(reference.doctype, matching, pluck="name"))
		frappe.db.delete(reference.doctype, matching)


def other_halves(reference: Reference) -> list[str]:
	"""Return the fields that name the record whose DocType the reference names."""
	dynamic = {"fieldtype": "Dynamic Link", "parent": reference.doctype, "options": reference.fieldname}
	fields = frappe.get_all("DocField", dynamic, pluck="fieldname")
	return [*fields, *OTHER_HALVES.get(reference.doctype, ())]


def remove_child_rows(doctype: str, names: list[str]) -> None:
	"""Remove the child rows of documents that are about to be deleted."""
	for field in frappe.get_meta(doctype).get_table_fields() if names else ():
		frappe.db.delete(field.options, {"parenttype": doctype, "parent": ["in", names]})
