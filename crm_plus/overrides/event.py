"""Meetings and calls of Frappe's calendar: captured as interactions, and plans of ours follow theirs."""

from crm_plus.overrides.sources import on_trash, on_update
from crm_plus.rules.capture import Source
from crm_plus.workflows import event_source

__all__ = ["on_trash", "on_update", "read"]


def read(name: str) -> Source | None:
	"""Return what an Event says, for capture."""
	return event_source.read(name)
