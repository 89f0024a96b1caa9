"""Meetings and calls of Frappe's calendar: captured as interactions, and plans of ours follow theirs."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.rules.capture import Source
from crm_plus.workflows import capture, event_source


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Note an Event; it is captured after the commit, in the background."""
	capture.note(doc.doctype, doc.name)


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Note that an Event goes: what was captured goes with it, a plan is called off."""
	capture.note(doc.doctype, doc.name)


def read(name: str) -> Source | None:
	"""Return what an Event says, for capture."""
	return event_source.read(name)
