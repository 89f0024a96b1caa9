"""What people do with CRM Plus on a site before somebody uninstalls it, for lifecycle_check.py. Needs a connected site."""

from typing import Any

import frappe


def make_rival(name: str) -> None:
	"""A DocType of that name which belongs to somebody else."""
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": name,
			"module": "Core",
			"custom": 1,
			"fields": [{"fieldname": "title", "fieldtype": "Data", "label": "Title"}],
			"permissions": [{"role": "System Manager", "read": 1}],
		}
	).insert()
	frappe.db.commit()


def remove_rival(name: str) -> None:
	frappe.delete_doc("DocType", name, force=True)
	frappe.db.sql_ddl(f"drop table if exists `tab{name}`")
	frappe.db.delete("Version", {"ref_doctype": "DocType", "docname": name})
	frappe.db.commit()


def words() -> set[str]:
	"""The names by which a row can point to the app: its DocTypes, pages, reports, module."""
	found = {"CRM Plus", "crm_plus"}
	for doctype in ("DocType", "Page", "Report", "Workspace", "Number Card", "Dashboard Chart"):
		found.update(frappe.get_all(doctype, {"module": "CRM Plus"}, pluck="name"))
	return found


def use() -> dict[str, str]:
	"""Makes deals, and all that Frappe hangs on them. Returns the name of one document by DocType that must stay usable."""
	from crm_plus.tests import factories

	profile = factories.make_profile()
	deal = factories.make_deal(customer_profile=profile.name, items=[{"rate": 100}])
	made = {"Contact": contact(profile.name), "Task": task(deal.name), "Quotation": quotation(deal.name)}
	made |= {doctype: records(doctype, deal.name) for doctype in ("ToDo", "File", "Communication")}
	deal.add_comment("Comment", "They call back on Monday.")
	deal.add_tag("important")
	deal.add_viewed("Administrator", force=True)
	frappe.share.add("Deal", deal.name, "Guest", read=1)
	hang_on(deal.name)
	frappe.db.commit()
	return made


def contact(profile: str) -> str:
	doc = {"doctype": "Contact", "first_name": "Ada"}
	links = [{"link_doctype": "Customer Profile", "link_name": profile}]
	return frappe.get_doc({**doc, "links": links}).insert().name


def task(deal: str) -> str:
	"""A Task with a field of the administrator's own that links to a deal."""
	field = {
		"dt": "Task",
		"fieldname": "for_deal",
		"label": "For Deal",
		"fieldtype": "Link",
		"options": "Deal",
	}
	frappe.get_doc({"doctype": "Custom Field", **field}).insert()
	return frappe.get_doc({"doctype": "Task", "subject": "Call back", "for_deal": deal}).insert().name


def quotation(deal: str) -> str:
	from crm_plus.workflows import quoting

	doc = quoting.make_quotation(deal)
	doc.insert()
	doc.submit()
	return doc.name


def records(doctype: str, deal: str) -> str:
	values: dict[str, Any] = {
		"ToDo": {"description": "Call back", "reference_type": "Deal", "reference_name": deal},
		"File": {
			"file_name": "offer.txt",
			"content": "x",
			"attached_to_doctype": "Deal",
			"attached_to_name": deal,
		},
		"Communication": {
			"communication_type": "Communication",
			"subject": "Offer",
			"content": "x",
			"reference_doctype": "Deal",
			"reference_name": deal,
		},
	}
	return frappe.get_doc({"doctype": doctype, **values[doctype]}).insert().name


def hang_on(deal: str) -> None:
	"""What people set up around a DocType: a filter, a rule, a number, a shortcut."""
	for values in (
		{"doctype": "List Filter", "filter_name": "Mine", "reference_doctype": "Deal", "filters": "[]"},
		{
			"doctype": "Number Card",
			"label": "Open deals",
			"document_type": "Deal",
			"function": "Count",
			"type": "Document Type",
		},
		{"doctype": "User Permission", "user": "Guest", "allow": "Deal", "for_value": deal},
		{"doctype": "Document Follow", "ref_doctype": "Deal", "ref_docname": deal, "user": "Guest"},
		{
			"doctype": "Notification",
			"name": "Deal saved",
			"subject": "Deal saved",
			"document_type": "Deal",
			"event": "Save",
			"channel": "System Notification",
			"message": "x",
			"recipients": [{"receiver_by_role": "Sales User"}],
		},
		{
			"doctype": "Notification Log",
			"subject": "x",
			"for_user": "Administrator",
			"document_type": "Deal",
			"document_name": deal,
		},
	):
		frappe.get_doc(values).insert(ignore_permissions=True)
	frappe.model.utils.user_settings.save("Deal", "{}")
	frappe.model.utils.user_settings.sync_user_settings()
	workspace = frappe.get_doc("Workspace", "Home")
	workspace.append("shortcuts", {"label": "Deals", "type": "DocType", "link_to": "Deal"})
	workspace.save()


def still_usable(made: dict[str, str]) -> list[str]:
	"""Saves each document again, as its owner would."""
	faults = []
	for doctype, name in made.items():
		try:
			doc = frappe.get_doc(doctype, name)
			doc.reload()
			doc.save()
		except Exception as fault:
			faults.append(f"{doctype} {name} cannot be saved any more: {fault}")
	return faults
