"""For whose eyes a report is made: the user of the session, and the one whom Frappe mails it to.

Auto Email Report hands the receiver to Frappe's report runner alone, which applies only his User Permissions to the
finished rows; the report itself runs as whoever started it, at night the Administrator. So both must be allowed to see
what a report adds up. The receiver is also a parameter of a whitelisted function: he never widens what the session may see.
"""

import frappe
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from pypika.terms import Criterion

from crm_plus.access.belongings import as_sql
from crm_plus.access.callers import held_by
from crm_plus.access.hiding import hides_nothing
from crm_plus.access.rows import readable_fields, readable_rows

RUNNER = ("frappe.desk.query_report", "generate_report_result")


def readers() -> tuple[str, ...]:
	"""Return the users who must all be allowed to see what the report shows."""
	return tuple(dict.fromkeys((frappe.session.user, named_reader() or frappe.session.user)))


def named_reader() -> str:
	"""Return the user for whom Frappe's report runner was told to run, "" outside of it."""
	return str(held_by(RUNNER, "user") or "")


def rows_for_readers(doctype: str) -> Criterion:
	"""The condition that holds for the documents which every reader of the report may read, empty where that is all there are.

	Raises frappe.PermissionError where one of them may read none.
	"""
	conditions = [readable_rows(doctype, user) for user in readers()]
	return Criterion.all(each for each in conditions if not hides_nothing(doctype, as_sql(each)))


def fields_for_readers(doctype: str) -> set[str]:
	"""The fields of a DocType that every reader of the report may read."""
	return set.intersection(*(readable_fields(doctype, user) for user in readers()))


def companies_for_readers() -> set[str] | None:
	"""The companies that User Permissions bind the readers to, None where nobody is bound."""
	bound = [allowed for user in readers() if (allowed := _companies_of(user)) is not None]
	return set.intersection(*bound) if bound else None


def _companies_of(user: str) -> set[str] | None:
	rows = [row for row in get_user_permissions(user).get("Company", []) if not row.get("applicable_for")]
	return {row.get("doc") for row in rows} if rows else None
