"""Frappe's search behind link fields, which version 15 lets the caller ask past every row rule of a DocType.

`hooks.override_whitelisted_methods` puts these in Frappe's place. Each takes what Frappe's takes.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.desk import search

from crm_plus.api.arguments import refusing


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def for_field(doctype: str, txt: str, **asked: Any) -> Any:
	"""Return what a link field offers; of rows that CRM Plus narrows those that the caller may list."""
	return _search(search.search_link, doctype, txt, asked)


@frappe.whitelist(methods=["GET", "POST"])
@refusing
def for_dialog(doctype: str, txt: str, **asked: Any) -> Any:
	"""Return what the search dialog offers; of rows that CRM Plus narrows those that the caller may list."""
	return _search(search.search_widget, doctype, txt, asked)


def _search(function: Callable[..., Any], doctype: str, txt: str, asked: dict[str, Any]) -> Any:
	if doctype in frappe.get_hooks("permission_query_conditions", app_name="crm_plus"):
		# Frappe takes this word of the page's, which is anybody's, for leave to ignore all permissions.
		asked.pop("ignore_user_permissions", None)
	return frappe.call(function, doctype=doctype, txt=txt, **asked)
