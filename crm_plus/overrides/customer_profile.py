"""What goes back to ERPNext when a Customer Profile is saved, each document's own file knows how; and its interactions."""

from typing import Any

from crm_plus.overrides import customer, lead, prospect
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import capture, interaction_links, web_forms


def on_update(doc: Any, method: str | None = None) -> None:
	"""Write changed shared fields to Customer, Lead and Prospect; where one refuses, the others and the profile stand."""
	for party in (customer, lead, prospect):
		never_in_the_way(writes=True)(party.profile_saved)(doc)
	if doc.has_value_changed("email") or doc.has_value_changed("phone"):
		never_in_the_way()(_let_mail_find)(doc)


@never_in_the_way(writes=True)
def after_insert(doc: Any, method: str | None = None) -> None:
	"""Note a profile that somebody made of himself through a web form."""
	web_forms.submitted(doc)


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Take it off the interactions of others."""
	interaction_links.forget_profile(doc.name)


def _let_mail_find(doc: Any) -> None:
	"""Let the mail that waited for this address or number find its place."""
	capture.note_known([doc.email or "", doc.phone or ""])
