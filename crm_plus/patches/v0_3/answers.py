"""Say of each interaction that came in when it was answered, and have the reports' index hold it."""

import frappe

from crm_plus.crm_plus.doctype.interaction import interaction
from crm_plus.workflows import answers

TABLE, INDEX = "tabInteraction", "done_report"


def execute() -> None:
	"""Fill the new field of all interactions; the index is made anew where it does not hold it yet."""
	answers.follow_all()
	if frappe.db.has_index(TABLE, INDEX) and "answered_on" not in indexed_columns():
		# DDL takes no bound parameters; both names come from above.
		frappe.db.sql_ddl(f"alter table `{TABLE}` drop index `{INDEX}`")
	interaction.on_doctype_update()


def indexed_columns() -> set[str]:
	"""Return the columns that the index holds."""
	rows = frappe.db.sql("show index from `tabInteraction` where Key_name = %s", INDEX, as_dict=True)
	return {row["Column_name"] for row in rows}
