"""Reports that ask for the session's rights in many places, where Frappe mails them to somebody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _

from crm_plus.access.report_readers import readers

Row = dict[str, Any]


def rows_for_every_reader(report: str, make: Callable[[], list[Row]]) -> list[Row]:
	"""Return the rows that every reader of a report sees, each in the same words; the Administrator sees all that others do.

	Raises frappe.PermissionError where one of them may not open the report.
	"""
	user, *others = readers()
	if not others:
		return make()
	seen = [_rows_seen_by(reader, report, make) for reader in others]
	if user != "Administrator":
		seen.append(make())
	first, *rest = seen
	return [row for row in first if all(row in rows for rows in rest)]


def _rows_seen_by(user: str, report: str, make: Callable[[], list[Row]]) -> list[Row]:
	with _being(user):
		if not frappe.get_cached_doc("Report", report).is_permitted():
			frappe.throw(_("{0} may not open this report.").format(user), frappe.PermissionError)
		return make()


@contextmanager
def _being(user: str) -> Iterator[None]:
	"""Ask for another user's rights inside; the session itself, its cookie and its request stay what they are."""
	local, session = frappe.local, frappe.local.session
	before = (session.user, local.cache, local.role_permissions, local.user_perms)
	session.user, local.cache, local.role_permissions, local.user_perms = user, {}, {}, None
	try:
		yield
	finally:
		session.user, local.cache, local.role_permissions, local.user_perms = before
