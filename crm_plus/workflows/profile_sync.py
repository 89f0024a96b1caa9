"""Keep a profile and the ERPNext records it stands for in step: shared fields, names, merges, deletions.

The overrides know each DocType's fields; they hand over a `Card`, or a function that writes one. Loops end because every
side compares before it writes, a record saved by us is marked `crm_plus_quiet`, and a profile saved on behalf of a record
carries that record as its source. An empty field takes nothing away on the other side, but an e-mail or a phone that a
profile or its Contact clears goes from both, and from the Customer that shows the Contact, where all said the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.model.rename_doc import rename_doc
from frappe.utils import validate_email_address, validate_phone_number

from crm_plus.rules import contact_points
from crm_plus.rules import duplicates as rules
from crm_plus.setup.compatibility import PROFILE_FIELDS
from crm_plus.workflows import duplicates, lifecycle, profiles
from crm_plus.workflows.profile_contacts import PROFILE, as_source, contact_of, same_number, show_on_customer
from crm_plus.workflows.profiles import MAX_NAME

SHARED = ("full_name", "territory", "industry", "language", "email", "phone")
CLEARED = ("email", "phone")


@dataclass(frozen=True)
class Card:
	"""What a record of ERPNext says about whom it is; `values` are by the profile's fieldnames."""

	doctype: str
	name: str
	is_new: bool
	is_person: bool
	person_name: str = ""
	organization_name: str = ""
	values: dict[str, str | None] = field(default_factory=dict)
	owner: str | None = None
	origins: dict[str, str | None] = field(
		default_factory=dict
	)  # profile's field -> earlier record it may have

	@property
	def link(self) -> str:
		"""The profile's field that names this record."""
		return PROFILE_FIELDS[self.doctype]

	def shared(self, profile_type: str) -> dict[str, str]:
		"""Return the shared fields that have a value a profile accepts."""
		name = self.person_name if profile_type == "Person" else self.organization_name
		values = {**self.values, "full_name": " ".join((name or "").split())[:MAX_NAME]}
		if values.get("email"):
			values["email"] = validate_email_address(contact_points.normal_email(values["email"]))
		if values.get("phone") and not validate_phone_number(values["phone"]):
			values["phone"] = None
		return {name: value for name, value in values.items() if value}


def follow(card: Card) -> None:
	"""Let the profile of an ERPNext record follow it: find or make the profile, link it, take over what changed."""
	profile = find_profile(card)
	if profile:
		update_profile(profile, card)
	elif card.is_new and frappe.db.get_single_value("CRM Plus Settings", "auto_create_profiles"):
		make_profile(card)


def find_profile(card: Card) -> Any | None:
	"""Return the profile that this record belongs to: linked to it, to a record it was made from, or this very one."""
	for fieldname, value in {card.link: card.name, **card.origins}.items():
		name = value and frappe.db.get_value(PROFILE, {fieldname: value})
		if name:
			return frappe.get_doc(PROFILE, name)
	return _same_one(card) if card.is_new else None


def _same_one(card: Card) -> Any | None:
	"""Return the one profile without such a record that is beyond doubt the same person or organization."""
	mine = as_profile(card)
	identity = duplicates.identity_of(mine)
	same = [
		row.name
		for row in duplicates.candidates(identity).values()
		if row.profile_type == mine.profile_type
		and rules.belongs(identity, duplicates.identity_of(row), name_is_enough=not card.is_person)
	]
	free = (
		frappe.get_all(PROFILE, filters={"name": ["in", same], card.link: ["is", "not set"]}, pluck="name")
		if same
		else []
	)
	return frappe.get_doc(PROFILE, free[0]) if len(free) == 1 else None


def as_profile(card: Card) -> Any:
	"""Return an unsaved profile with what the card says."""
	profile_type = "Person" if card.is_person else "Organization"
	profile = frappe.new_doc(PROFILE)
	profile.update({"profile_type": profile_type, **card.shared(profile_type)})
	profiles.set_keys(profile)
	return profile


def make_profile(card: Card) -> Any:
	"""Make the profile of a record that has none."""
	profile = as_profile(card)
	profile.set(card.link, card.name)
	profile.profile_owner = _owner(card)
	profile.lifecycle_stage = "Prospect" if card.doctype == "Customer" else "Lead"  # lifecycle stages
	profile.update({name: value for name, value in card.origins.items() if value})
	_save(profile, card)
	return profile


def _owner(card: Card) -> str | None:
	"""Return who looks after the record; nobody where it made itself."""
	owner = card.owner or frappe.session.user
	return owner if owner not in ("Guest", "Administrator") else None


def update_profile(profile: Any, card: Card) -> None:
	"""Link the profile to the record and take over shared fields; on linking, only what the profile lacks."""
	is_linked = profile.get(card.link) == card.name
	if not is_linked and profile.get(card.link):
		return
	changes = _changes(profile, card, overwrite=is_linked)
	if not is_linked:
		changes[card.link] = card.name
	if changes:
		profile.update(changes)
		_save(profile, card)
	if not is_linked:
		lifecycle.settle([profile.name], f"{card.doctype} Linked", card.doctype, card.name)


def _changes(profile: Any, card: Card, *, overwrite: bool) -> dict[str, str]:
	if not frappe.db.get_single_value("CRM Plus Settings", "sync_shared_fields"):
		return {}
	return {
		name: value
		for name, value in card.shared(profile.profile_type).items()
		if differs(name, profile.get(name), value) and (overwrite or not profile.get(name))
	}


def says(profile: Any, fieldname: str, value: str | None) -> bool:
	"""Tell whether a profile's field means this value."""
	return bool(profile.get(fieldname)) and not differs(fieldname, profile.get(fieldname), value)


def differs(fieldname: str, one: str | None, other: str | None) -> bool:
	"""Tell whether two values of a shared field mean different things."""
	if fieldname == "phone":
		return (one or "") != (other or "") and not same_number(one, other)
	if fieldname == "email":
		return contact_points.normal_email(one) != contact_points.normal_email(other)
	return (one or "") != (other or "")


def overrules(profile: Any, fieldname: str, theirs: str | None) -> bool:
	"""Tell whether a profile's changed field goes to a record that says `theirs`: a cleared one where both said the same."""
	before = profile.get_doc_before_save()
	return bool(profile.get(fieldname) or (theirs and before and says(before, fieldname, theirs)))


def _save(profile: Any, card: Card) -> None:
	with as_source(profile, card.doctype, card.name):
		# safe: who may write the ERPNext record decides what is said there, and the profile only repeats it
		profile.save(ignore_permissions=True)


def push(profile: Any, doctype: str, write: Callable[[Any, Any, list[str]], bool]) -> None:
	"""Write a saved profile's changed shared fields to its ERPNext record of one DocType.

	`write(document, profile, changed)` sets the fields and tells whether anything is different now.
	"""
	name = profile.get(PROFILE_FIELDS[doctype])
	changed = [
		shared
		for shared in SHARED
		if (profile.get(shared) or shared in CLEARED) and profile.has_value_changed(shared)
	]
	if not name or not changed or not _may_push(profile, doctype, name):
		return
	document = frappe.get_doc(doctype, name)
	if write(document, profile, changed):
		document.flags.crm_plus_quiet = True
		# safe: who may save the profile may change the name and contact details that it shares with this record
		document.save(ignore_permissions=True)


def _may_push(profile: Any, doctype: str, name: str) -> bool:
	"""A new or newly linked profile does not overrule its record, a record is not told what it just said."""
	if profile.flags.crm_plus_source == (doctype, name) or profile.has_value_changed(PROFILE_FIELDS[doctype]):
		return False
	wanted = frappe.db.get_single_value("CRM Plus Settings", "sync_shared_fields")
	return bool(wanted and frappe.db.exists(doctype, name))


def take_from_contact(contact: Any) -> None:
	"""Let the profile whose Contact this is take over its e-mail and phone."""
	if contact.flags.crm_plus_quiet or not frappe.db.get_single_value(
		"CRM Plus Settings", "sync_shared_fields"
	):
		return
	for row in contact.links:
		if row.link_doctype == PROFILE:
			_take(frappe.get_doc(PROFILE, row.link_name), contact)


def contact_values(contact: Any) -> dict[str, str | None]:
	"""Return what a Contact says of the fields that it shares with a profile."""
	return {"email": contact.email_id, "phone": contact.mobile_no or contact.phone}


def _take(profile: Any, contact: Any) -> None:
	before = contact.get_doc_before_save()
	old = contact_values(before) if before else {}
	changes = {
		name: value or None
		for name, value in contact_values(contact).items()
		if (differs(name, profile.get(name), value) if value else says(profile, name, old.get(name)))
	}
	if changes and contact_of(profile) == contact.name:
		show_on_customer(profile, contact)
		profile.update(changes)
		with as_source(profile, "Contact", contact.name):
			# safe: who may write the Contact decides what it says, and the profile only repeats it
			profile.save(ignore_permissions=True)


def relink(doctype: str, old: str, new: str | None) -> None:
	"""Follow the renaming of an ERPNext record that the profile names without a Link field; None lets go of it."""
	link = PROFILE_FIELDS[doctype]
	for name in frappe.get_all(PROFILE, filters={link: old}, pluck="name"):
		frappe.db.set_value(PROFILE, name, link, new)


def unlink(doctype: str, name: str) -> None:
	"""Forget an ERPNext record that is being deleted; the profile stays."""
	relink(doctype, name, None)


def merge_profiles(doctype: str, old: str, new: str) -> None:
	"""Before an ERPNext record is merged into another: merge their profiles, or free the old one of its link.

	What the surviving profile lacks it takes from the other. Whoever may not delete profiles leaves both, unlinked.
	"""
	link = PROFILE_FIELDS[doctype]
	loser, winner = (frappe.db.get_value(PROFILE, {link: name}) for name in (old, new))
	if not loser or not winner:
		return
	if not frappe.has_permission(PROFILE, "delete", doc=loser):
		frappe.db.set_value(PROFILE, loser, link, None)
		return
	_fill_gaps(frappe.get_doc(PROFILE, winner), frappe.get_doc(PROFILE, loser))
	frappe.db.set_value(PROFILE, loser, link, None)
	# safe: the right to delete the one that goes is checked above, and the Customers are being merged by the same user
	rename_doc(PROFILE, loser, winner, merge=True, force=True, ignore_permissions=True, show_alert=False)


def make_room(doctype: str, old: str, new: str) -> None:
	"""Free the record that is being merged of its profile where the surviving one has a profile too, whatever failed before.

	Two profiles would otherwise be left with one Customer, which the database refuses, and with it ERPNext's merge.
	"""
	if frappe.db.exists(PROFILE, {PROFILE_FIELDS[doctype]: new}):
		unlink(doctype, old)


def _fill_gaps(winner: Any, loser: Any) -> None:
	fields = (*SHARED, *PROFILE_FIELDS.values(), "source", "profile_owner", "job_title")
	gaps = {name: loser.get(name) for name in fields if loser.get(name) and not winner.get(name)}
	if gaps:
		winner.db_set(gaps)
