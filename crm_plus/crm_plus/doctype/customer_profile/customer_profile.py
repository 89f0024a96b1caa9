"""Customer Profile: keeps itself consistent, and hands what concerns others to the workflows."""

import frappe
from frappe.contacts.address_and_contact import delete_contact_and_address, load_address_and_contact
from frappe.model.document import Document

from crm_plus.workflows import (
	duplicates,
	interaction_times,
	lifecycle,
	next_steps,
	opt_outs,
	profile_contacts,
	profiles,
)
from crm_plus.workflows.plain_values import PlainValues
from crm_plus.workflows.website_lists import get_list_context

__all__ = ["CustomerProfile", "get_list_context"]

INDEXES = {
	# How many stand in a stage, and how many of them were there at a time: none of it needs the rows.
	"stage_came": ("lifecycle_stage", "creation", "profile_owner", "source", "territory"),
	# Who came in a period, one after the other.
	"came": ("creation", "name", "profile_owner", "source", "territory"),
}


class CustomerProfile(PlainValues, Document):
	"""One person or organization we have a relationship with, at any lifecycle stage."""

	def onload(self) -> None:
		load_address_and_contact(self)

	def validate(self) -> None:
		profiles.tidy(self)
		profiles.check(self)
		opt_outs.keep(self)
		lifecycle.note_choice(self)

	def on_update(self) -> None:
		lifecycle.record_choice(self)
		profile_contacts.keep_contact(self)
		next_steps.note_organization(self)
		duplicates.warn(self)

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		"""Read anew what the interactions say of two profiles that became one."""
		if merge:
			interaction_times.note_all(new)

	def on_trash(self) -> None:
		"""Take along what belongs to the profile alone: its history, its own contacts and addresses."""
		frappe.db.delete("Stage Change", {"reference_doctype": self.doctype, "reference_name": self.name})
		delete_contact_and_address(self.doctype, self.name)


def on_doctype_update() -> None:
	"""Add the indexes along which profiles are counted."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Customer Profile", list(columns), index_name=name)
