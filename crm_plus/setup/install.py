"""What happens when the app comes to a site and after each migration. Both end in the same state, run as often as you like."""

import json
from pathlib import Path

import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from crm_plus.setup.approvals import install_approvals
from crm_plus.setup.compatibility import check_versions
from crm_plus.setup.custom_fields import CUSTOM_FIELDS, MODULE
from crm_plus.setup.defaults import install_defaults
from crm_plus.setup.indexes import add_indexes


def before_install() -> None:
	"""Refuse, before anything is changed, a version that we do not run on or a name that another app owns.

	Raises frappe.ValidationError with one sentence that says which.
	"""
	check_versions()
	taken = names_owned_by_others()
	if taken:
		frappe.throw(
			_("CRM Plus cannot be installed: another app already has the document types {0}.").format(
				", ".join(f"{name} ({module})" for name, module in taken)
			)
		)


def after_install() -> None:
	"""Add our fields to ERPNext's documents and the masters that an empty site needs."""
	sync_custom_fields()
	add_indexes()
	install_defaults()
	install_approvals()


def after_migrate() -> None:
	"""Bring the custom fields of an updated app to the site; masters that an administrator changed stay as they are."""
	check_versions()
	sync_custom_fields()
	add_indexes()
	install_approvals()


def sync_custom_fields() -> None:
	"""Create or update every custom field in the table; the table is the one place that knows them."""
	create_custom_fields(CUSTOM_FIELDS, ignore_validate=True)


def names_owned_by_others() -> list[tuple[str, str]]:
	"""Return (DocType, module) of each name in our module that another app has on this site."""
	return frappe.get_all(
		"DocType",
		filters={"name": ["in", our_doctypes()], "module": ["!=", MODULE]},
		fields=["name", "module"],
		as_list=True,
	)


def our_doctypes() -> list[str]:
	"""Return the names of the DocTypes that stand in our module's folder."""
	folder = Path(frappe.get_app_path("crm_plus", "crm_plus", "doctype"))
	return [json.loads(path.read_text(encoding="utf-8"))["name"] for path in sorted(folder.glob("*/*.json"))]
