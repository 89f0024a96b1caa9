"""The indexes that CRM Plus adds to other apps' tables, as data: most of them for a customer's timeline to be read along.

Without them opening a customer takes as long as it has invoices. They are made while the table stays in use, and dropped
with the app.
"""

import frappe

from crm_plus.setup.compatibility import doctype_exists

INDEX = "crm_plus"
INDEXES: dict[str, tuple[str, ...]] = {
	"Quotation": ("party_name", "quotation_to", "transaction_date"),
	"Sales Order": ("customer", "transaction_date"),
	"Delivery Note": ("customer", "posting_date"),
	"Sales Invoice": ("customer", "posting_date"),
	"Payment Entry": ("party", "party_type", "posting_date"),
	"Issue": ("customer", "creation"),
	"Comment": ("reference_doctype", "reference_name", "creation"),
	"File": ("attached_to_doctype", "attached_to_name", "creation"),
	"Communication": ("reference_doctype", "reference_name", "creation"),
	"Communication Link": ("link_doctype", "link_name", "creation", "parent"),
	# Whose list it is, is asked with every list: what is assigned to a user shows itself to him.
	"ToDo": ("allocated_to", "reference_type", "status"),
	# Each message is looked up by the addresses of its people, by Frappe itself too.
	"Contact Email": ("email_id", "parent"),
}


def add_indexes() -> None:
	"""Add each index where its table is there and it is not."""
	for doctype, columns in INDEXES.items():
		if doctype_exists(doctype):
			frappe.db.add_index(doctype, list(columns), index_name=INDEX)


def drop_indexes() -> None:
	"""Drop our indexes."""
	for doctype in INDEXES:
		if doctype_exists(doctype) and frappe.db.has_index(f"tab{doctype}", INDEX):
			# DDL takes no bound parameters; both names come from the table above.
			frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{INDEX}`")
