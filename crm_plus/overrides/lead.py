"""What CRM Plus does when ERPNext's Lead changes, and what of a profile goes back to it."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import profile_sync
from crm_plus.workflows.profile_contacts import split_name
from crm_plus.workflows.profile_sync import Card

NAMES = ("first_name", "middle_name", "last_name")
SAME = ("territory", "industry", "language")
WATCHED = (*NAMES, *SAME, "lead_name", "company_name", "email_id", "mobile_no", "phone")


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Give a new Lead its profile; let the profile follow a changed one."""
	if doc.flags.crm_plus_quiet:
		return
	if doc.flags.in_insert or any(doc.has_value_changed(name) for name in WATCHED):
		profile_sync.follow(card(doc))


def card(doc: Any) -> Card:
	"""Return what a Lead says about whom it is: with a company's name the company, as when ERPNext converts it."""
	person = " ".join(part for name in NAMES if (part := doc.get(name))) or doc.lead_name
	return Card(
		doctype="Lead",
		name=doc.name,
		is_new=bool(doc.flags.in_insert),
		is_person=not doc.company_name,
		person_name=person,
		organization_name=doc.company_name or person,
		values={**{name: doc.get(name) for name in SAME}, **reached_at(doc)},
		owner=doc.lead_owner,
		origins={"erpnext_customer": doc.get("customer")} if doc.get("customer") else {},
	)


def reached_at(doc: Any) -> dict[str, str | None]:
	"""Return a Lead's e-mail and phone."""
	return {"email": doc.email_id, "phone": doc.mobile_no or doc.phone}


def profile_saved(profile: Any) -> None:
	"""Write a profile's changed shared fields to its Lead."""
	profile_sync.push(profile, "Lead", write)


def write(doc: Any, profile: Any, changed: list[str]) -> bool:
	"""Set the Lead's fields; tells whether any is different now."""
	values = wanted_values(doc, profile, changed)
	different = {name: value for name, value in values.items() if (doc.get(name) or "") != (value or "")}
	doc.update(different)
	return bool(different)


def wanted_values(doc: Any, profile: Any, changed: list[str]) -> dict[str, Any]:
	"""Return the changed shared fields by the Lead's own fieldnames."""
	reach = reached_at(doc)
	values = {name: profile.get(name) for name in SAME if name in changed}
	changed = [
		name for name in changed if name not in reach or profile_sync.overrules(profile, name, reach[name])
	]
	if "email" in changed:
		values["email_id"] = profile.email
	if "phone" in changed and profile_sync.differs("phone", reach["phone"], profile.phone):
		values.update({"mobile_no": profile.phone, "phone": doc.phone if profile.phone else None})
	if "full_name" in changed and card(doc).shared(profile.profile_type)["full_name"] != profile.full_name:
		values.update(name_values(profile))
	return values


def name_values(profile: Any) -> dict[str, str]:
	"""Return a profile's name as a Lead keeps it."""
	if profile.profile_type == "Organization":
		return {"company_name": profile.full_name}
	return dict(zip(NAMES, split_name(profile.full_name), strict=True))


@never_in_the_way(writes=True)
def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Merge the profiles of Leads that are being merged."""
	if merge:
		profile_sync.merge_profiles("Lead", old, new)


@never_in_the_way(writes=True)
def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Let the profile follow the new name, which no Link field does for it."""
	profile_sync.relink("Lead", old, new)


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Let go of a Lead that is being deleted."""
	profile_sync.unlink("Lead", doc.name)
