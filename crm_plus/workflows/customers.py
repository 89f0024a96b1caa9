"""From a profile to ERPNext's accounting party: find it, or make it when money comes into play."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from crm_plus.rules import duplicates as rules
from crm_plus.setup.compatibility import PROFILE_FIELDS, PROSPECT, customer_origins, quotes_go_to_prospects
from crm_plus.workflows import duplicates, lifecycle, profile_contacts, profiles
from crm_plus.workflows.profile_figures import refresh_figures

PROFILE = "Customer Profile"
SAVEPOINT = "crm_plus_new_customer"
HTML_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
CUSTOMER_TYPES = {"Person": "Individual", "Organization": "Company"}


def customer_for_quotation(profile: Any, company: str) -> tuple[str, str]:
	"""Return (quotation_to, party_name) to quote a profile with, making ERPNext's record where there is none.

	A person who belongs to an organization is quoted as the organization. The profile's row is locked first, so of two
	people who quote at once the second one finds what the first one made. Raises frappe.ValidationError with one
	sentence where ERPNext refuses the new record; everything is then as it was.
	"""
	if profile.profile_type == "Person" and profile.organization:
		profile = frappe.get_doc(PROFILE, profile.organization)
	customer = _lock(profile)
	if customer:
		return "Customer", customer
	if quotes_go_to_prospects():
		return PROSPECT, profile.erpnext_prospect or make_prospect(profile, company)
	return "Customer", find_customer(profile) or make_customer(profile)


def customer_of(profile: Any) -> str | None:
	"""Return the Customer that a profile is billed as: its own, else its organization's."""
	if profile.erpnext_customer or not profile.organization:
		return profile.erpnext_customer
	return frappe.db.get_value(PROFILE, profile.organization, "erpnext_customer")


def _lock(profile: Any) -> str | None:
	"""Lock the profile's row and read its links as they are now, not as they were when this request began."""
	fields = ["erpnext_customer", "erpnext_prospect"]
	links = frappe.db.get_value(PROFILE, profile.name, fields, as_dict=True, for_update=True)
	profile.update(links)
	return links.erpnext_customer


def find_customer(profile: Any) -> str | None:
	"""Return and link a Customer that belongs to the profile beyond doubt and to no other profile."""
	origins = {theirs: profile.get(ours) for ours, theirs in customer_origins().items() if profile.get(ours)}
	for fieldname, value in origins.items():
		name = frappe.db.get_value("Customer", {fieldname: value})
		if name and _is_free(name):
			return _link(profile, name)
	name = _same_customer(profile)
	return _link(profile, name) if name else None


def _same_customer(profile: Any) -> str | None:
	"""Return the one free Customer with the very name and nothing that speaks against it; a person needs proof."""
	mine = duplicates.identity_of(profile)
	is_person = profile.profile_type == "Person"
	rows = frappe.get_all(
		"Customer",
		filters={"customer_name": profile.full_name, "disabled": 0},
		fields=["name", "customer_name", "customer_type", "email_id", "mobile_no"],
		limit=20,
	)
	same = [
		row.name
		for row in rows
		if (row.customer_type == "Individual") == is_person
		and rules.belongs(mine, _identity(row, is_person), name_is_enough=not is_person)
		and _is_free(row.name)
	]
	return same[0] if len(same) == 1 else None


def _identity(row: Any, is_person: bool) -> rules.Identity:
	twin = frappe.new_doc(PROFILE)
	kind = "Person" if is_person else "Organization"
	twin.update(
		{"profile_type": kind, "full_name": row.customer_name, "email": row.email_id, "phone": row.mobile_no}
	)
	profiles.set_keys(twin)
	return duplicates.identity_of(twin)


def _is_free(customer: str) -> bool:
	"""Tell whether no profile has the Customer; both rows are locked so that no other takes it meanwhile."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	return not frappe.db.get_value(PROFILE, {"erpnext_customer": customer}, for_update=True)


def make_customer(profile: Any) -> str:
	"""Make the Customer of a profile that has none. Raises frappe.ValidationError, see `customer_for_quotation`."""
	customer = frappe.new_doc("Customer")
	customer.update(_customer_values(profile))
	for ours, theirs in customer_origins().items():
		customer.set(theirs, profile.get(ours) or customer.get(theirs))
	if not profile_contacts.contact_of(profile):
		customer.update({"email_id": profile.email, "mobile_no": profile.phone})
	_insert(customer, profile)
	return _link(profile, customer.name)


def _customer_values(profile: Any) -> dict[str, Any]:
	settings = frappe.get_cached_doc("CRM Plus Settings")
	selling = frappe.get_cached_doc("Selling Settings")
	values = {
		"customer_name": profile.full_name,
		"customer_type": CUSTOMER_TYPES[profile.profile_type],
		"customer_group": settings.default_customer_group or selling.customer_group,
		"territory": profile.territory or settings.default_territory or selling.territory,
		"industry": profile.industry,
		"language": profile.language,
		"account_manager": profile.profile_owner,
	}
	return {name: value for name, value in values.items() if value}


def make_prospect(profile: Any, company: str) -> str:
	"""Make the Prospect of a profile, so that the order makes the Customer. Raises frappe.ValidationError likewise."""
	name = _free_prospect_name(profile.full_name)
	if not frappe.db.exists(PROSPECT, name):
		prospect = frappe.new_doc(PROSPECT)
		values = {"company_name": name, "company": company, "prospect_owner": profile.profile_owner}
		prospect.update({**values, "territory": profile.territory, "industry": profile.industry})
		_insert(prospect, profile)
	frappe.db.set_value(PROFILE, profile.name, PROFILE_FIELDS[PROSPECT], name)
	profile.erpnext_prospect = name
	return name


def _free_prospect_name(wanted: str) -> str:
	"""Return the name, or the name with a number, that no other profile's Prospect has."""
	taken = frappe.get_all(
		PROFILE, filters={"erpnext_prospect": ["like", f"{wanted}%"]}, pluck="erpnext_prospect"
	)
	name, number = wanted, 1
	while name in taken:
		number += 1
		name = f"{wanted} - {number}"
	return name


def profile_type_of_prospect(prospect: str) -> str | None:
	"""Return the type of the profile that has a Prospect, None where no profile has it."""
	return frappe.db.get_value(PROFILE, {PROFILE_FIELDS[PROSPECT]: prospect}, "profile_type")


def _insert(document: Any, profile: Any) -> None:
	"""Insert ERPNext's record for a profile, or raise one sentence and leave everything as it was."""
	messages = list(frappe.local.message_log)
	frappe.db.savepoint(SAVEPOINT)
	try:
		_check_customer_group(document)
		document.flags.crm_plus_quiet = True
		# safe: who may quote this profile needs no right to the customer master; only the profile's own data goes in
		document.insert(ignore_permissions=True)
	except (frappe.ValidationError, frappe.NameError) as error:
		frappe.db.rollback(save_point=SAVEPOINT)
		frappe.local.message_log = messages
		frappe.throw(
			_("{0} cannot be quoted yet, because ERPNext refuses its {1}: {2}").format(
				frappe.bold(escape_html(profile.full_name)), _(document.doctype), _why(document, error)
			)
		)


def _check_customer_group(document: Any) -> None:
	"""Refuse what ERPNext 15 lets through here and stumbles over later."""
	group = document.get("customer_group")
	if group and frappe.db.get_value("Customer Group", group, "is_group"):
		frappe.throw(
			_("the Customer Group {0} is a group of groups. Choose another one in CRM Plus Settings.").format(
				group
			)
		)


def _why(document: Any, error: Exception) -> str:
	"""Return ERPNext's reason as the rest of a sentence."""
	if isinstance(error, frappe.MandatoryError):
		names = str(error).rsplit(":", 1)[-1].split(",")
		labels = ", ".join(_(document.meta.get_label(name.strip())) for name in names)
		return _("{0} must be filled. Set a default for it, or make the record by hand and link it.").format(
			labels
		)
	# Only real tags go: the reason may speak of angle brackets.
	return escape_html(HTML_TAG.sub("", str(error)).strip())


def _link(profile: Any, customer: str) -> str:
	"""Link the profile to its Customer, its contacts and addresses too."""
	frappe.db.set_value(PROFILE, profile.name, "erpnext_customer", customer)
	profile.erpnext_customer = customer
	profile_contacts.link_everything_to_customer(profile)
	profile_contacts.show_contact_on_customer(profile)
	lifecycle.settle([profile.name], "Customer Linked", "Customer", customer)
	return customer


__all__ = [
	"customer_for_quotation",
	"customer_of",
	"find_customer",
	"make_customer",
	"make_prospect",
	"refresh_figures",
]
