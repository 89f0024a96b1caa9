"""What the documents that are captured have in common; each one's own file says how it is read."""

from typing import Any

import frappe

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import capture

# So many of a number's, the latest: the rest of a long past is taken in by the backfill.
MOST_OF_NUMBER = 1000


def from_or_to(doctype: str, end: str) -> list[str]:
	"""Return the documents of a DocType with the fields `from` and `to` in one of which a number ends so, however it is written.

	`end` are digits; others stand between them here and there, so it may find too many.
	"""
	written = f"%{'%'.join(end)}"
	either = [[field, "like", written] for field in ("from", "to")]
	return frappe.get_all(
		doctype, or_filters=either, pluck="name", order_by="creation desc", limit=MOST_OF_NUMBER
	)


@never_in_the_way()
def on_update(doc: Any, method: str | None = None) -> None:
	"""Note a source; it is captured after the commit, in the background."""
	capture.note(doc.doctype, doc.name)


@never_in_the_way()
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Note that a source goes: its interaction goes with it, and a plan of ours is called off with its Event."""
	capture.note(doc.doctype, doc.name)
