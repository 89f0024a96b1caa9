"""What a profile's form and other clients call. Each checks the right to the profile and calls one workflow or report."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_plus.access.records import record
from crm_plus.reports import credit as credit_report
from crm_plus.workflows import customers, duplicates, profiles

PROFILE = "Customer Profile"


def _profile(name: str, right: str) -> Document:
	"""Return a profile that the user may read or write. Raises frappe.PermissionError, frappe.DoesNotExistError."""
	return record(PROFILE, name, right)


@frappe.whitelist(methods=["GET", "POST"])
def find_duplicates(
	full_name: str = "",
	email: str = "",
	phone: str = "",
	territory: str = "",
	profile_type: str = "Organization",
	organization: str = "",
	name: str = "",
) -> list[dict[str, Any]]:
	"""Return the probable twins of what is being typed: `html` is one line to show, of hidden twins the owner's name only."""
	if not (frappe.has_permission(PROFILE, "create") or frappe.has_permission(PROFILE, "write")):
		frappe.throw(_("You have no permission to write customer profiles."), frappe.PermissionError)
	typed = frappe.new_doc(PROFILE)
	typed.update({"full_name": full_name, "email": email, "phone": phone, "territory": territory})
	typed.update({"profile_type": profile_type, "organization": organization, "name": name})
	profiles.set_keys(typed)
	shown = [duplicates.describe(twin) for twin in duplicates.twins_of(typed)]
	return [{**twin, "html": duplicates.sentence(twin)} for twin in shown]


@frappe.whitelist(methods=["GET", "POST"])
def credit(profile: str, company: str | None = None) -> dict[str, Any] | None:
	"""Return the credit summary of a profile's Customer in a company, by default the user's own.

	None where there is no Customer yet, or where the user may not read its invoices.
	"""
	doc = _profile(profile, "read")
	customer = customers.customer_of(doc)
	company = company or frappe.defaults.get_user_default("Company")
	if not customer or not company or not credit_report.may_see(customer, company):
		return None
	return {**credit_report.credit_summary(customer, company), "customer": customer, "company": company}


@frappe.whitelist(methods=["POST"])
def make_customer(profile: str, company: str | None = None) -> dict[str, str]:
	"""Make ERPNext's record of a profile now, as its first quotation would; returns its doctype and name."""
	doc = _profile(profile, "write")
	doctype, name = customers.customer_for_quotation(
		doc, company or frappe.defaults.get_user_default("Company")
	)
	return {"doctype": doctype, "name": name}
