"""Let deals say when they began and how far they came, and their Stage Changes whose they are: reports read it there."""

import frappe

from crm_plus.jobs import deal_progress

OUT_OF_USE = {"Stage Change": "left_stage", "Deal": "report_closed"}


def execute() -> None:
	"""Fill in what is missing, and drop the indexes that others have taken the place of; run again, it changes nothing."""
	deal_progress.run()
	for doctype, index in OUT_OF_USE.items():
		if frappe.db.has_index(f"tab{doctype}", index):
			# DDL takes no bound parameters; both names come from the table above.
			frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{index}`")
