"""All that decides what a user may read, as one text: it is another one as soon as any of it changes."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import frappe

from crm_plus.access.belongings import as_sql
from crm_plus.access.rows import readable_fields, readable_rows

OF_USER = ["enabled", "time_zone", "language"]


def reach(doctypes: Iterable[str]) -> str:
	"""Return what stands for all that the user of the session may read of some DocTypes, and for how he is shown it.

	The conditions and fields are those that every query of his takes, not what they were made from: whatever an app, a
	setting, a team, a User Permission, a share or an assignment adds to them is in here.
	"""
	user = frappe.session.user
	said: list[Any] = [
		user,
		frappe.get_cached_value("User", user, OF_USER),
		sorted(frappe.get_roles(user)),
		frappe.permissions.get_user_permissions(user),
		frappe.defaults.get_defaults(user),
		frappe.get_cached_doc("CRM Plus Settings").as_dict(),
		*([doctype, _rows(doctype), sorted(readable_fields(doctype))] for doctype in doctypes),
	]
	text = json.dumps(said, sort_keys=True, default=str)
	return hashlib.sha256(text.encode()).hexdigest()


def _rows(doctype: str) -> str | None:
	"""Return the condition of what the user may read, None where that is nothing."""
	try:
		return as_sql(readable_rows(doctype))
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for these records
		return None
