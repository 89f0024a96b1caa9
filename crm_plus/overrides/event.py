"""Meetings and calls of Frappe's calendar: captured as interactions, and plans of ours follow theirs."""

from crm_plus.rules.capture import Source
from crm_plus.workflows import event_source


def read(name: str) -> Source | None:
	"""Return what an Event says, for capture."""
	return event_source.read(name)
