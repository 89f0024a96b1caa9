"""Give the numbers and addresses that stood in the names of who took part, and in calls' subjects, the place where levels hold."""

import frappe

from crm_plus.rules.contact_points import bare_name

ROW, INTERACTION = "Interaction Participant", "Interaction"


def execute() -> None:
	"""Move numbers to their own column and leave out addresses, which stand in theirs; run again, it changes nothing."""
	table = frappe.qb.DocType(ROW)
	suspect = table.full_name.regexp("@|[0-9]")
	rows = frappe.qb.from_(table).select(table.name, table.full_name, table.phone).where(suspect)
	for row in rows.run(as_dict=True):
		if not bare_name(row.full_name):
			number = row.phone if "@" in row.full_name else row.phone or row.full_name
			frappe.db.set_value(ROW, row.name, {"full_name": None, "phone": number}, update_modified=False)
	calls = frappe.get_all(
		INTERACTION, {"source_doctype": "Call Log"}, ["name", "subject", "interaction_type"]
	)
	for call in calls:
		if call.subject and not bare_name(call.subject):
			frappe.db.set_value(
				INTERACTION, call.name, "subject", call.interaction_type, update_modified=False
			)
