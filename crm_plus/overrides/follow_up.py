"""When the reminders of a document that is being saved are to be looked at."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import remindables


@never_in_the_way()
def validate(doc: Any, method: str | None = None) -> None:
	"""Set the next look at it; reminders that cannot be planned must not keep anybody from saving."""
	remindables.fill(doc)
