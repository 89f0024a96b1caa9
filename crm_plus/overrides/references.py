"""Documents that name deals, profiles, interactions or follow-ups."""

from typing import Any

from crm_plus.access import references


def validate(doc: Any, method: str | None = None) -> None:
	"""Refuse to name a record that the user may not see: here refusing is the purpose."""
	references.check(doc)
