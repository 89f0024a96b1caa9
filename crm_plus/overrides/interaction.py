"""When the reminders of an interaction are to be looked at, and who hears that a customer has written."""

from typing import Any

from crm_plus.overrides.follow_up import validate
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import mail_notices

__all__ = ["after_insert", "validate"]


@never_in_the_way(writes=True)
def after_insert(doc: Any, method: str | None = None) -> None:
	"""Tell whose customer it is that a message has arrived."""
	mail_notices.arrived(doc)
