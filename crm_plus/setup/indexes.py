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
	# Also what customers are worth: none of the invoices is touched for it.
	"Sales Invoice": ("customer", "posting_date", "docstatus", "is_return", "company", "base_net_total"),
	# What an invoice bills of deals, by our own field on its rows: none of them is touched for it.
	"Sales Invoice Item": ("parent", "crm_plus_deal", "base_net_amount"),
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
	"""Add each index where its table is there and it is not; one of an older version with other columns is made anew."""
	for doctype, columns in INDEXES.items():
		if doctype_exists(doctype):
			if indexed_columns(f"tab{doctype}") not in ((), columns):
				_drop(doctype)
			frappe.db.add_index(doctype, list(columns), index_name=INDEX)


def indexed_columns(table: str, index: str = INDEX) -> tuple[str, ...]:
	"""Return the columns of an index in order, none where there is no such index."""
	rows = frappe.db.sql(
		"""select column_name from information_schema.statistics where table_schema = database()
		and table_name = %s and index_name = %s order by seq_in_index""",
		(table, index),
	)
	return tuple(column for (column,) in rows)


def drop_indexes() -> None:
	"""Drop our indexes."""
	for doctype in INDEXES:
		if doctype_exists(doctype) and frappe.db.has_index(f"tab{doctype}", INDEX):
			_drop(doctype)


def _drop(doctype: str) -> None:
	# DDL takes no bound parameters; both names come from the table above.
	frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{INDEX}`")
