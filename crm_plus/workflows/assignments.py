"""What an assignment gave besides the work: a share, which Frappe leaves behind when the assignment ends."""

from typing import Any

import frappe
from frappe.utils import add_to_date, get_datetime

# Frappe shares a record in the same breath as it assigns it; what was shared at another time somebody meant so.
SAME_BREATH = 10


def end_share(todo: Any) -> None:
	"""Take away the share that came with an assignment that has ended, unless the user still has another one."""
	if not (todo.reference_name and todo.allocated_to) or _is_still_assigned(todo):
		return
	shares = {
		**{"share_doctype": todo.reference_type, "share_name": todo.reference_name},
		**{"user": todo.allocated_to, "write": 0, "share": 0},
		"creation": [
			"between",
			[todo.creation, add_to_date(get_datetime(todo.creation), seconds=SAME_BREATH)],
		],
	}
	for share in frappe.get_all("DocShare", shares, pluck="name"):
		flags = {"ignore_share_permission": True}
		# safe: whoever ends an assignment takes what it gave, nothing else
		frappe.delete_doc("DocShare", share, ignore_permissions=True, flags=flags)


def _is_still_assigned(todo: Any) -> bool:
	another = {"reference_type": todo.reference_type, "reference_name": todo.reference_name, "status": "Open"}
	return bool(
		frappe.db.exists("ToDo", {**another, "allocated_to": todo.allocated_to, "name": ["!=", todo.name]})
	)
