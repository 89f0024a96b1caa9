"""What a new Deal means for the profile that it is with, and who hears of what happens to a deal."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import deal_notices, interaction_links, profile_events, web_forms


@never_in_the_way(writes=True)
def after_insert(doc: Any, method: str | None = None) -> None:
	"""Let the profile become a prospect with its first deal."""
	profile_events.deal_created(doc)
	web_forms.submitted(doc)


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Leave its interactions to its customer."""
	interaction_links.forget_deal(doc.name)


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Tell its owner and whoever leads the owner's team."""
	deal_notices.changed(doc)
