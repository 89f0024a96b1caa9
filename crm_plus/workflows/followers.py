"""Who may follow a record: Frappe's Document Follow mails its changes and comments, and asks nobody's rights for that.

Whoever has left a team would go on reading what he may not see, and whoever lacks a level would read its fields.
"""

from collections import defaultdict

import frappe

from crm_plus.access.rows import readable_fields
from crm_plus.access.visibility import KINDS
from crm_plus.workflows import until_commit

FOLLOW = "Document Follow"
JOB = "crm_plus.jobs.followers.run"


def note_change(doctype: str | None = None) -> None:
	"""Have all subscriptions looked at once what is being saved is stored: it says anew who sees what.

	Nothing for a DocType that is not ours.
	"""
	if doctype is None or doctype in KINDS:
		until_commit.notes("followers", lambda _notes: until_commit.leave_to_worker(JOB))["changed"] = True


def end_all_blind() -> None:
	"""End the subscriptions to records of ours that their users may not read, or not whole."""
	for doctype in KINDS:
		for user in frappe.get_all(FOLLOW, {"ref_doctype": doctype}, pluck="user", distinct=True):
			end_blind(doctype, user)


def end_blind(doctype: str, user: str) -> None:
	"""End a user's subscriptions to records of a DocType that he may not read, or not whole; nothing for what is not ours."""
	if doctype not in KINDS:
		return
	followed: dict[str, list[str]] = defaultdict(list)
	for row in frappe.get_all(FOLLOW, {"ref_doctype": doctype, "user": user}, ["name", "ref_docname"]):
		followed[row.ref_docname].append(row.name)
	readable = _readable(doctype, list(followed), user) if followed and _reads_whole(doctype, user) else set()
	blind = [name for record, names in followed.items() if record not in readable for name in names]
	if blind:
		frappe.db.delete(FOLLOW, {"name": ["in", blind]})


def _reads_whole(doctype: str, user: str) -> bool:
	"""Tell whether a user may read every field that people change; what comes from the books is in no history."""
	typed = {
		field.fieldname
		for field in frappe.get_meta(doctype).fields
		if field.permlevel and not field.read_only and field.fieldtype not in frappe.model.no_value_fields
	}
	return typed <= readable_fields(doctype, user)


def _readable(doctype: str, names: list[str], user: str) -> set[str]:
	try:
		return set(
			frappe.get_list(
				doctype, filters={"name": ["in", names]}, pluck="name", limit=0, user=user, order_by=None
			)
		)
	except frappe.PermissionError:
		frappe.clear_last_message()  # nobody asked for these records
		return set()
