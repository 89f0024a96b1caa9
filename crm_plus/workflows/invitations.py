"""The invitation to what is planned: a file of its writer's, for the mail by which he sends it.

It names its guests with their addresses, so it does not stand at the interaction, which others read who may not see them.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, get_datetime

from crm_plus.access.personal import reads_addresses
from crm_plus.rules import interactions as rules
from crm_plus.rules.invitations import Guest, Meeting, calendar_file
from crm_plus.workflows import site_clock

# Tells a file of ours from one that somebody has put there himself.
MARK = "crm_plus_invitation"
KEPT_DAYS = 1


def write(interaction: Document) -> dict[str, Any]:
	"""Store the invitation to a planned interaction, or that it is called off, for the user alone, instead of his last one.

	Returns the file (name, file_name, file_url, is_private) and the recipients' addresses. Raises frappe.ValidationError
	where it is neither planned nor called off, or where nobody has an address.
	"""
	if interaction.status not in (rules.PLANNED, rules.CANCELLED):
		frappe.throw(_("Only to what is planned, or was called off, somebody can be invited."))
	guests = _guests(interaction)
	if not guests:
		frappe.throw(_("Nobody who takes part has an e-mail address: add one to invite them."))
	name = f"invitation-{interaction.name}"
	_delete({"owner": frappe.session.user, "file_name": ["like", f"{name}%"]})
	values = {"file_name": f"{name}.ics", "is_private": 1, "attached_to_field": MARK}
	content = calendar_file(_meeting(interaction, guests))
	file = frappe.get_doc({"doctype": "File", "folder": "Home/Attachments", "content": content, **values})
	file.insert()
	shown = {field: file.get(field) for field in ("name", "file_name", "file_url", "is_private")}
	return {"file": shown, "recipients": [guest.email for guest in guests]}


def forget_old() -> None:
	"""Delete the files that were written for mails of yesterday: what was sent has a copy of its own."""
	_delete({"creation": ["<", frappe.utils.add_to_date(None, days=-KEPT_DAYS)]})


def _delete(where: dict[str, Any]) -> None:
	for name in frappe.get_all("File", {"attached_to_field": MARK, **where}, pluck="name"):
		# safe: its writer's own, or one that nobody needs any more
		frappe.delete_doc("File", name, ignore_permissions=True)


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
