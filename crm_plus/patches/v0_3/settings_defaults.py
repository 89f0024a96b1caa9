"""Give a site from before some settings what a new one starts with: Frappe stores a default only with the whole document."""

import frappe

SETTINGS = "CRM Plus Settings"


def execute() -> None:
	"""Store the defaults of the settings that the site does not have yet; what was chosen stays."""
	stored = frappe.db.get_singles_dict(SETTINGS)
	for field in frappe.get_meta(SETTINGS).fields:
		if field.default and field.fieldname not in stored:
			frappe.db.set_single_value(SETTINGS, field.fieldname, field.default)
