"""What the documents that are captured have in common; each one's own file says how it is read."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import capture


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Note a source; it is captured after the commit, in the background."""
	capture.note(doc.doctype, doc.name)


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Note that a source goes: its interaction goes with it, and a plan of ours is called off with its Event."""
	capture.note(doc.doctype, doc.name)
