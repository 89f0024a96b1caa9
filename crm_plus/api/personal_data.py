"""What System Managers give a person who asks what is held on him, and what they erase; for those without a login.

Who has a login asks by himself: Frappe's Personal Data Download Request and Deletion Request hold the same.
"""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.records import record
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import personal_data


@frappe.whitelist(methods=["GET"])
def held(profile: str) -> dict[str, Any]:
	"""Return all that is held on the person of a profile, by DocType. Raises frappe.PermissionError, frappe.ValidationError."""
	person = _person(profile, "read")
	return personal_data.held_everywhere(person.email or "", person.name)


@frappe.whitelist(methods=["POST"])
def erase(profile: str) -> None:
	"""Erase what is held on the person of a profile; ledgers stay. Raises frappe.PermissionError, frappe.ValidationError."""
	person = _person(profile, "write")
	personal_data.erase_everywhere(person.email or "", person.name)


def _person(profile: str, right: str) -> Any:
	"""Return the profile of a person, by whose address, or by itself, all that is held on him is found."""
	if "System Manager" not in frappe.get_roles():
		frappe.throw(_("Ask a System Manager to give or erase personal data."), frappe.PermissionError)
	document = record("Customer Profile", profile, right)
	if document.profile_type != "Person":
		frappe.throw(_("{0} is no person: choose a person's profile.").format(quoted(document.full_name)))
	return document
