"""What CRM Plus does when a Contact changes."""

from typing import Any

from crm_plus.access import references
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import capture, interaction_links, profile_contacts, profile_sync


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse to hang on records that the user may not see, then link across: their titles and people are not his business."""
	references.check(doc)
	_link_across(doc)


@never_in_the_way()
def _link_across(doc: Any) -> None:
	"""Link a Contact of a Customer to its profile, and one of a profile to its Customer."""
	profile_contacts.link_across(doc)


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Let the profile take over e-mail and phone of its Contact, and the mail that waited for it find its place."""
	profile_sync.take_from_contact(doc)
	if doc.links:
		capture.note_known([*(row.email_id for row in doc.email_ids), *(row.phone for row in doc.phone_nos)])


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Take it off its interactions: they must not keep it from being deleted."""
	interaction_links.forget_contact(doc.name)
