"""What CRM Plus does when an Address changes."""

from typing import Any

from crm_plus.access import references
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import profile_contacts


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse to hang on records that the user may not see, then link across: their titles and people are not his business."""
	references.check(doc)
	_link_across(doc)


@never_in_the_way()
def _link_across(doc: Any) -> None:
	"""Link an Address of a Customer to its profile, and one of a profile to its Customer."""
	profile_contacts.link_across(doc)
