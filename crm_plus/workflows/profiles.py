"""Keep a Customer Profile consistent: what it may say of itself, and the keys by which it is compared and found."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from crm_plus.rules import birthdays, contact_points, duplicates
from crm_plus.workflows import owners

MAX_NAME = 140
# What decides whether a profile may be the twin of another.
IDENTITY_FIELDS = ("full_name", "email", "phone", "territory", "profile_type")


def tidy(profile: Any) -> None:
	"""Bring the profile's own fields into one form and compute its keys."""
	profile.full_name = " ".join((profile.full_name or "").split())
	if profile.email:
		profile.email = contact_points.normal_email(profile.email) or profile.email.strip()
	if profile.profile_type == "Organization":
		profile.job_title = profile.birthday = None
		if profile.has_value_changed("profile_type"):
			profile.organization = None if not profile.is_new() else profile.organization
	before = profile.get_doc_before_save()
	# Written past the document: a form that was opened before a call or a follow-up must not undo it.
	profile.last_interaction_on = before.last_interaction_on if before else None
	profile.next_follow_up_on = before.next_follow_up_on if before else None
	set_keys(profile)


def set_keys(profile: Any) -> None:
	"""Compute what the profile is compared and found by."""
	of_person = profile.profile_type == "Person"
	profile.name_key = duplicates.name_key(profile.full_name, of_person=of_person)
	birthday = getdate(profile.birthday) if profile.birthday else None
	if birthday == birthdays.ERASED:
		birthday = profile.birthday = None
	profile.birthday_key = birthdays.key(birthday) if birthday else None
	profile.phone_e164 = contact_points.e164(profile.phone, phone_country()) or None
	profile.phone_reversed = contact_points.reversed_digits(profile.phone_e164 or profile.phone) or None


def phone_country() -> str:
	"""Return the ISO code of the country of numbers without a prefix, "" where the site names none."""
	country = frappe.db.get_single_value("CRM Plus Settings", "default_phone_country")
	country = country or frappe.db.get_default("country")
	code = frappe.get_cached_value("Country", country, "code") if country else ""
	return (code or "").upper()


def check(profile: Any) -> None:
	"""Refuse what cannot be. Raises frappe.ValidationError with one sentence."""
	owners.check(profile, "profile_owner")
	check_birthday(profile)
	check_organization(profile)
	check_customer(profile)


def check_birthday(profile: Any) -> None:
	"""A birthday lies behind us, and not before anybody's grandparents."""
	if profile.birthday and not birthdays.is_possible(getdate(profile.birthday), getdate()):
		frappe.throw(_("A birthday lies between {0} and today; correct it.").format(birthdays.EARLIEST.year))


def check_organization(profile: Any) -> None:
	"""Only a person belongs to an organization, and only to one that is not a person itself."""
	if profile.organization and profile.profile_type != "Person":
		frappe.throw(
			_("{0} is an organization and cannot belong to {1}: only a person can.").format(
				_bold(profile.full_name), _bold(profile.organization)
			)
		)
	if profile.organization and profile.has_value_changed("organization"):
		_check_is_organization(profile)
	if (
		profile.profile_type == "Person"
		and not profile.is_new()
		and profile.has_value_changed("profile_type")
	):
		_check_has_no_people(profile)


def _check_is_organization(profile: Any) -> None:
	if profile.organization == profile.name:
		frappe.throw(
			_("{0} cannot belong to itself: choose an organization.").format(_bold(profile.full_name))
		)
	other = frappe.db.get_value(
		"Customer Profile", profile.organization, ["profile_type", "full_name"], as_dict=True
	)
	if other and other.profile_type != "Organization":
		# Frappe asks later whether he may name it at all.
		is_seen = frappe.has_permission("Customer Profile", "read", doc=profile.organization)
		frappe.throw(
			_("{0} is a person: choose an organization for {1} to belong to.").format(
				_bold(other.full_name if is_seen else profile.organization), _bold(profile.full_name)
			)
		)


def _check_has_no_people(profile: Any) -> None:
	member = frappe.db.get_value("Customer Profile", {"organization": profile.name}, "full_name")
	if member:
		frappe.throw(
			_("{0} must stay an organization: {1} belongs to it.").format(
				_bold(profile.full_name), _bold(member)
			)
		)


def check_customer(profile: Any) -> None:
	"""One ERPNext Customer belongs to one profile."""
	if not profile.erpnext_customer or not profile.has_value_changed("erpnext_customer"):
		return
	other = frappe.db.get_value(
		"Customer Profile",
		{"erpnext_customer": profile.erpnext_customer, "name": ["!=", profile.name or ""]},
		["name", "full_name"],
		as_dict=True,
	)
	if other:
		frappe.throw(
			_(
				"Customer {0} already belongs to the profile {1} ({2}): choose another, or work with that profile."
			).format(_bold(profile.erpnext_customer), _bold(other.full_name), escape_html(other.name))
		)


def _bold(text: str) -> str:
	return frappe.bold(escape_html(text))
