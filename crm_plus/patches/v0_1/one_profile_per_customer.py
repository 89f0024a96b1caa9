"""Before a Customer may have one profile only: free the links of all profiles but its oldest, and say so on them."""

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import escape_html

PROFILE = "Customer Profile"


def execute() -> None:
	"""Store empty links as NULL, which may repeat, and leave each Customer with its oldest profile."""
	profile = frappe.qb.DocType(PROFILE)
	(
		frappe.qb.update(profile).set(profile.erpnext_customer, None).where(profile.erpnext_customer == "")
	).run()
	shared = (
		frappe.qb.from_(profile)
		.select(profile.erpnext_customer)
		.where(profile.erpnext_customer.isnotnull())
		.groupby(profile.erpnext_customer)
		.having(Count("*") > 1)
	)
	for (customer,) in shared.run():
		keep_the_oldest(customer)
	drop_old_index()


def keep_the_oldest(customer: str) -> None:
	"""Take the Customer from all its profiles but the oldest; a comment on each says which one has it."""
	first, *others = frappe.get_all(
		PROFILE, filters={"erpnext_customer": customer}, pluck="name", order_by="creation, name"
	)
	for name in others:
		frappe.db.set_value(PROFILE, name, "erpnext_customer", None)
		text = _("ERPNext Customer {0} belongs to the older profile {1}: the link was taken from here.")
		frappe.get_doc(PROFILE, name).add_comment(
			"Info", text.format(escape_html(customer), escape_html(first))
		)


def drop_old_index() -> None:
	"""Drop the index that lets a Customer repeat: while one of that name stands, Frappe does not add the unique one."""
	index = frappe.db.get_column_index(f"tab{PROFILE}", "erpnext_customer", unique=False)
	if index:
		# Both names come from the schema itself, none from a person.
		frappe.db.sql_ddl(f"ALTER TABLE `tab{PROFILE}` DROP INDEX `{index.Key_name}`")
