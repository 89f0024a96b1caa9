"""What goes back to ERPNext when a Customer Profile is saved; each document's own file knows how."""

from typing import Any

from crm_plus.overrides import customer, lead, prospect
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import capture


def on_update(doc: Any, method: str | None = None) -> None:
	"""Write changed shared fields to Customer, Lead and Prospect; where one refuses, the others and the profile stand."""
	for party in (customer, lead, prospect):
		never_in_the_way(writes=True)(party.profile_saved)(doc)
	if doc.has_value_changed("email"):
		never_in_the_way()(_let_mail_find)(doc)


def _let_mail_find(doc: Any) -> None:
	"""Let the mail that waited for this address find its place."""
	capture.note_known([doc.email or ""])
