"""What a long job notes for its next batch: how far it is.

It stands among Frappe's defaults, but is written and read past their cache: each change of a default through Frappe empties
all that the site has in its cache, and a job notes something every moment.
"""

import frappe

DOCTYPE, PARENT = "DefaultValue", "__default"


def read(key: str) -> str:
	"""Return what was noted under a key, "" where nothing was."""
	return frappe.db.get_value(DOCTYPE, {"parent": PARENT, "defkey": key}, "defvalue") or ""


def write(key: str, value: str) -> None:
	"""Note a value under a key. The caller commits."""
	name = frappe.db.get_value(DOCTYPE, {"parent": PARENT, "defkey": key})
	if name:
		frappe.db.set_value(DOCTYPE, name, "defvalue", value, update_modified=False)
		return
	place = {"parent": PARENT, "parenttype": PARENT, "parentfield": "system_defaults"}
	# safe: a job's own note of how far it is, under a key of ours
	frappe.get_doc({"doctype": DOCTYPE, **place, "defkey": key, "defvalue": value}).insert(
		ignore_permissions=True
	)
