"""The WhatsApp Message of the app frappe_whatsapp, where a site has it: what customers and we wrote there is an interaction."""

from typing import Any

import frappe
from frappe.utils import cstr, get_datetime, strip_html

from crm_plus.overrides import sources
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.overrides.sources import on_trash
from crm_plus.rules.capture import RECIPIENT, SENDER, Person, Source
from crm_plus.rules.interactions import DONE, INCOMING, OUTGOING

__all__ = ["of_number", "on_trash", "on_update", "read"]

DOCTYPE = "WhatsApp Message"
FIELDS = ("type", "from", "to", "message", "content_type", "status", "owner", "creation")
# Of the present app alone; a reaction says nothing that its message did not.
MORE_FIELDS = ("profile_name", "reference_doctype", "reference_name")
REACTION, FAILED = "reaction", "failed"
LONGEST_SUBJECT = 140


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Note a message; a reminder of ours to one of our own people is none."""
	if not doc.flags.crm_plus_reminder:
		sources.on_update(doc)


def of_number(end: str) -> list[str]:
	"""Return the messages from or to a number that ends so, for capture; none of another app's document."""
	meta = frappe.get_meta(DOCTYPE)
	return sources.from_or_to(DOCTYPE, end) if meta.has_field("from") and meta.has_field("to") else []


def read(name: str) -> Source | None:
	"""Return what a message says, for capture; None where it is gone, did not arrive, or is another app's document."""
	meta = frappe.get_meta(DOCTYPE)
	if not all(meta.has_field(field) for field in FIELDS[:-2]):
		return None
	fields = [*FIELDS, *(field for field in MORE_FIELDS if meta.has_field(field))]
	row = frappe.db.get_value(DOCTYPE, name, fields, as_dict=True)
	if not row or row.content_type == REACTION or cstr(row.status).lower() == FAILED:
		return None
	return _source(name, row)


def _source(name: str, row: Any) -> Source:
	is_incoming = row.type == INCOMING
	number = "".join(char for char in cstr(row["from"] if is_incoming else row["to"]) if char.isdecimal())
	about = (cstr(row.reference_doctype), cstr(row.reference_name))
	role = SENDER if is_incoming else RECIPIENT
	return Source(
		doctype=DOCTYPE,
		name=name,
		interaction_type="WhatsApp",
		direction=INCOMING if is_incoming else OUTGOING,
		subject=strip_html(cstr(row.message))[:LONGEST_SUBJECT],
		status=DONE,
		starts_on=get_datetime(row.creation),
		owner="" if is_incoming else cstr(row.owner),
		# WhatsApp writes numbers with their country and without the plus.
		people=(Person(number=f"+{number}", full_name=cstr(row.profile_name), role=role),),
		records=(about,) if all(about) else (),
	)
