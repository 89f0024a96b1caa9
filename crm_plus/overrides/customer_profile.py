"""What goes back to ERPNext when a Customer Profile is saved; each document's own file knows how."""

from typing import Any

from crm_plus.overrides import customer, lead, prospect
from crm_plus.overrides.guard import never_in_the_way


def on_update(doc: Any, method: str | None = None) -> None:
	"""Write changed shared fields to Customer, Lead and Prospect; where one refuses, the others and the profile stand."""
	for party in (customer, lead, prospect):
		never_in_the_way(writes=True)(party.profile_saved)(doc)
