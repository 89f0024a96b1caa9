"""Frappe's ToDo, by which follow-ups are assigned."""

from typing import Any

from crm_plus.access.visibility import KINDS
from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import assignments, follow_up_todos


@never_in_the_way(writes=True)
def on_update(doc: Any, method: str | None = None) -> None:
	"""Let a follow-up be assigned, closed or opened with its ToDo; an assignment that ends takes its share along."""
	if doc.reference_type == follow_up_todos.DOCTYPE:
		follow_up_todos.follow(doc)
	elif doc.reference_type in KINDS and doc.status != follow_up_todos.OPEN:
		assignments.end_share(doc)


@never_in_the_way(writes=True)
def on_trash(doc: Any, method: str | None = None) -> None:
	"""Let a follow-up know that it is nobody's any more; an assignment that goes takes its share along."""
	if doc.reference_type == follow_up_todos.DOCTYPE:
		follow_up_todos.forget(doc)
	elif doc.reference_type in KINDS:
		assignments.end_share(doc)
