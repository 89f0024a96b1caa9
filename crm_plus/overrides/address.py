"""What CRM Plus does when an Address changes."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import profile_contacts


@never_in_the_way()
def validate(doc: Any, method: str | None = None) -> None:
	"""Link an Address of a Customer to its profile, and one of a profile to its Customer."""
	profile_contacts.link_across(doc)
