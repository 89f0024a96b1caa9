"""The invitation to what is planned: a file at the interaction, for the mail by which its owner sends it."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, get_datetime

from crm_plus.access.personal import reads_addresses
from crm_plus.rules import interactions as rules
from crm_plus.rules.invitations import Guest, Meeting, calendar_file
from crm_plus.workflows import site_clock

FILE_NAME = "invitation.ics"


def write(interaction: Document) -> dict[str, Any]:
	"""Attach the invitation to a planned interaction, or that it is called off, instead of the one before.

	Returns the file (name, file_name, file_url, is_private) and the recipients' addresses. Raises frappe.ValidationError
	where it is neither planned nor called off, or where nobody has an address.
	"""
	if interaction.status not in (rules.PLANNED, rules.CANCELLED):
		frappe.throw(_("Only to what is planned, or was called off, somebody can be invited."))
	guests = _guests(interaction)
	if not guests:
		frappe.throw(_("Nobody who takes part has an e-mail address: add one to invite them."))
	about = {"attached_to_doctype": interaction.doctype, "attached_to_name": interaction.name}
	for name in frappe.get_all("File", {**about, "file_name": ["like", "invitation%.ics"]}, pluck="name"):
		frappe.delete_doc("File", name)
	content = calendar_file(_meeting(interaction, guests))
	values = {**about, "file_name": FILE_NAME, "is_private": 1, "content": content}
	file = frappe.get_doc({"doctype": "File", **values}).insert()
	shown = {field: file.get(field) for field in ("name", "file_name", "file_url", "is_private")}
	return {"file": shown, "recipients": [guest.email for guest in guests]}


def _meeting(interaction: Any, guests: list[Guest]) -> Meeting:
	starts_on = get_datetime(interaction.starts_on)
	owner = interaction.interaction_owner or frappe.session.user
	age = get_datetime(interaction.modified) - get_datetime(interaction.creation)
	return Meeting(
		uid=f"{interaction.name}@{frappe.local.site}",
		number=int(age.total_seconds()),
		subject=interaction.subject,
		starts_on=site_clock.moment(starts_on),
		ends_on=site_clock.moment(rules.ends_on(starts_on, cint(interaction.duration))),
		written_on=site_clock.now(),
		organizer=Guest(cstr(frappe.db.get_value("User", owner, "email")), frappe.utils.get_fullname(owner)),
		guests=tuple(guests),
		is_called_off=interaction.status == rules.CANCELLED,
	)


def _guests(interaction: Any) -> list[Guest]:
	"""Return who takes part and has an address that the user may read; each address once."""
	found = [_guest(row) for row in interaction.participants] if reads_addresses() else []
	return list({guest.email.lower(): guest for guest in found if guest.email}.values())


def _guest(row: Any) -> Guest:
	email, name = cstr(row.email), cstr(row.full_name)
	if not email and row.contact:
		email, name = (cstr(value) for value in _of("Contact", row.contact, "email_id"))
	if not email and row.customer_profile:
		email, name = (cstr(value) for value in _of("Customer Profile", row.customer_profile, "email"))
	return Guest(email.strip(), name)


def _of(doctype: str, name: str, field: str) -> tuple[Any, Any]:
	return frappe.db.get_value(doctype, name, [field, "full_name"]) or (None, None)
