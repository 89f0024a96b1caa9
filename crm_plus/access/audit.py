"""What of Frappe's logs a reader of the Audit Trail is told: of our records, and of others only as far as he may read them.

A System Manager is told all, for he may read the logs themselves.
"""

from typing import Any

import frappe
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.access.belongings import belongs_to_readable
from crm_plus.access.conditions import NOTHING
from crm_plus.access.rows import RawCondition
from crm_plus.access.visibility import KINDS

OURS = "CRM Plus"


def reads_every_log(user: str) -> bool:
	"""Tell whether a user is told of everybody's records, sign-ins and addresses on the network."""
	return user == "Administrator" or "System Manager" in frappe.get_roles(user)


def of_told_doctypes(column: Any, user: str) -> Criterion:
	"""Return the condition that a column names a DocType of ours, or one whose records the user may read."""
	if reads_every_log(user):
		return EmptyCriterion()
	rights = frappe.permissions.get_valid_perms(user=user)
	readable = {right.parent for right in rights if right.read and not right.permlevel and not right.if_owner}
	return column.isin(sorted({*frappe.get_all("DocType", {"module": OURS}, pluck="name"), *readable}))


def of_told_reports(column: Any, user: str) -> Criterion:
	"""Return the condition that a column names a report on such a DocType."""
	report = frappe.qb.DocType("Report")
	of_told = of_told_doctypes(report.ref_doctype, user)
	return column.isin(frappe.qb.from_(report).select(report.name).where(of_told))


def of_told_records(name: Any, doctype: str, user: str) -> Criterion:
	"""Return the condition that a column names a record of another app's DocType that the user may read, or none."""
	is_theirs = doctype not in KINDS and frappe.db.get_value(
		"DocType", doctype, ["module", "issingle", "istable"], as_dict=True
	)
	if not is_theirs or is_theirs.module == OURS or is_theirs.issingle or reads_every_log(user):
		return EmptyCriterion()
	readable = None if is_theirs.istable else belongs_to_readable(name, doctype, user)
	if readable is None:
		return RawCondition(NOTHING)
	return readable if isinstance(readable, EmptyCriterion) else readable | name.isnull() | (name == "")
