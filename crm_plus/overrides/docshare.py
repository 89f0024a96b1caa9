"""Frappe's shares: who loses one may see its record no more."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import followers


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Have the subscriptions looked at where a record of ours was shared."""
	followers.note_change(doc.share_doctype)
