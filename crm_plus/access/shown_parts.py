"""Which charts and cards of a dashboard a user is shown, where Frappe asks for all his rights anew with each of them.

The rule is Frappe's: the roles of a chart where it has some, else whether its report or its DocType is for the user. Wherever
anything else could have a say, Frappe is asked for each.
"""

from collections.abc import Callable
from functools import cache

import frappe
from frappe.boot import get_allowed_report_names
from frappe.model.document import Document
from frappe.permissions import get_user_permissions
from frappe.utils import has_common

from crm_plus.access.charts import may_see
from crm_plus.setup.compatibility import doctype_exists

KNOWN_RULES = ("frappe.desk.doctype.", "crm_plus.access.charts.")
REPORT = "Report"


def shown_parts(doctype: str, names: list[str]) -> set[str]:
	"""Return those of the charts or cards (`doctype` says which) that the user of the session is shown."""
	if not _is_frappes_rule_alone(doctype):
		return {name for name in names if frappe.has_permission(doctype, doc=name)}
	reports, reads = cache(get_allowed_report_names), cache(_reads)
	parts = [frappe.get_cached_doc(doctype, name) for name in names]
	return {part.name for part in parts if _is_shown(part, reports, reads) and may_see(part) is not False}


def _is_shown(part: Document, reports: Callable[[], set[str]], reads: Callable[[str], bool]) -> bool:
	if part.get("roles"):
		return bool(has_common(frappe.get_roles(), [row.role for row in part.roles]))
	if (part.get("chart_type") or part.get("type")) == REPORT:
		return part.report_name in reports()
	return reads(part.document_type or "")


def _reads(doctype: str) -> bool:
	"""Tell whether a role of the user reads a DocType, as Frappe does, who looks all DocTypes' rights up for it."""
	if not doctype_exists(doctype):
		return False
	roles = frappe.get_roles()
	rights = [right for right in frappe.get_meta(doctype).permissions if not right.permlevel]
	return any(right.get("read") and right.role in roles for right in rights)


def _is_frappes_rule_alone(doctype: str) -> bool:
	"""Tell whether nothing but Frappe's rule and ours decides: no other app's, no right of one document, no User Permission."""
	rules = frappe.get_hooks("has_permission").get(doctype) or []
	if "System Manager" in frappe.get_roles() or not all(rule.startswith(KNOWN_RULES) for rule in rules):
		return False
	linked = {doctype, *(field.options for field in frappe.get_meta(doctype).get_link_fields())}
	limited = linked & set(get_user_permissions(frappe.session.user))
	rights = frappe.permissions.get_role_permissions(frappe.get_meta(doctype))
	return not limited and not rights.get("if_owner") and bool(rights.get("read"))
