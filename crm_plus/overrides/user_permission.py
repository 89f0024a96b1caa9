"""Frappe's User Permissions: whom a new one binds may see less than he follows."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import followers


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Have all subscriptions looked at: a territory or a company binds records of every kind."""
	followers.note_change()
