"""The one place that knows what differs between the versions of Frappe and ERPNext that we run on."""

import frappe
from frappe import _

SUPPORTED_MAJOR_VERSIONS = (15, 16)


def check_versions() -> None:
	"""Raise frappe.ValidationError where Frappe lacks what we need, with a sentence that says so.

	Asks for features rather than numbers, so that a pre-release of a supported version is taken.
	"""
	if not hasattr(frappe.db, "after_commit"):
		frappe.throw(
			_("CRM Plus needs Frappe and ERPNext 15 or 16; this site runs {0}.").format(frappe.__version__)
		)


def doctype_exists(doctype: str) -> bool:
	"""Tell whether a DocType that may vanish from ERPNext is on this site."""
	return bool(frappe.db.exists("DocType", doctype))
