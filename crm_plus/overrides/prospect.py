"""What CRM Plus does when ERPNext's Prospect changes, and what of a profile goes back to it."""

from typing import Any

import frappe
from frappe.model.rename_doc import rename_doc

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import profile_sync
from crm_plus.workflows.profile_sync import Card

SAME = ("territory", "industry")


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Give a new Prospect its profile; let the profile follow a changed one."""
	if doc.flags.crm_plus_quiet:
		return
	if doc.flags.in_insert or any(doc.has_value_changed(name) for name in (*SAME, "company_name")):
		profile_sync.follow(card(doc))


def card(doc: Any) -> Card:
	"""Return what a Prospect says about whom it is; one made of a Lead is that Lead's company."""
	return Card(
		doctype="Prospect",
		name=doc.name,
		is_new=bool(doc.flags.in_insert),
		is_person=False,
		person_name=doc.company_name,
		organization_name=doc.company_name,
		values={name: doc.get(name) for name in SAME},
		owner=doc.prospect_owner,
		origins={"erpnext_lead": doc.leads[0].lead} if len(doc.get("leads") or []) == 1 else {},
	)


def profile_saved(profile: Any) -> None:
	"""Write a profile's changed territory, industry and name to its Prospect, whose name is its key."""
	profile_sync.push(profile, "Prospect", write)
	wanted, name = profile.full_name, profile.erpnext_prospect
	is_renamed = profile.has_value_changed("full_name") and not profile.is_new()
	if name and is_renamed and name != wanted and not profile.flags.crm_plus_source:
		rename(name, wanted)


def rename(old: str, new: str) -> None:
	"""Rename a Prospect where the new name is free."""
	if frappe.db.exists("Prospect", old) and not frappe.db.exists("Prospect", new):
		# safe: who may rename the profile may rename the record that it stands for
		rename_doc("Prospect", old, new, force=True, ignore_permissions=True, show_alert=False)


def write(doc: Any, profile: Any, changed: list[str]) -> bool:
	"""Set the Prospect's fields; tells whether any is different now."""
	different = {
		name: profile.get(name) for name in SAME if name in changed and doc.get(name) != profile.get(name)
	}
	doc.update(different)
	return bool(different)


@never_in_the_way(writes=True)
def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Merge the profiles of Prospects that are being merged."""
	if merge:
		profile_sync.merge_profiles("Prospect", old, new)


@never_in_the_way(writes=True)
def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Let the profile follow the new name: of the link, and of the company."""
	profile_sync.relink("Prospect", old, new)
	if not merge:
		profile_sync.follow(card(doc))


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Let go of a Prospect that is being deleted."""
	profile_sync.unlink("Prospect", doc.name)
