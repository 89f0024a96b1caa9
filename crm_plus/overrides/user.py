"""Users move to other time zones, leave and come back: what they are to be reminded of follows."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import preferences

DECIDING = ("time_zone", "enabled")


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Have the open follow-ups and meetings looked at again of a user whose clock is another, or who came or left."""
	if doc.get_doc_before_save() and any(doc.has_value_changed(field) for field in DECIDING):
		preferences.look_again(doc.name)
