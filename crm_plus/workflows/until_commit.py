"""Notes that a request keeps until its transaction is committed: what follows a document when the document is safe."""

from collections.abc import Callable
from typing import Any

import frappe

from crm_plus.setup import compatibility

Notes = dict[Any, Any]


def notes(name: str, then: Callable[[Notes], None]) -> Notes:
	"""Return this transaction's notes of a name, for the caller to fill.

	`then` gets them right after the commit; it must not raise, since nobody could undo the commit. A rollback drops them.
	"""
	kept = _all().get(name)
	if kept is None:
		kept = _all()[name] = {}
		frappe.db.after_commit.add(lambda: _hand_over(name, then))
		frappe.db.after_rollback.add(lambda: _all().pop(name, None))
	return kept


def leave_to_worker(job: str, **arguments: Any) -> None:
	"""Have a background worker call `job`, given by its dotted path; where `works_at_once`, it is called here and now."""
	frappe.enqueue(job, queue="short", now=works_at_once(), **arguments)


def works_at_once() -> bool:
	"""Tell whether this process does itself what it would leave to a worker.

	So do tests, and commands that set `frappe.flags.crm_plus_at_once` because no worker need run beside them.
	"""
	return compatibility.in_test() or bool(frappe.flags.crm_plus_at_once)


def _all() -> dict[str, Notes]:
	if getattr(frappe.local, "crm_plus_notes", None) is None:
		frappe.local.crm_plus_notes = {}
	return frappe.local.crm_plus_notes


def _hand_over(name: str, then: Callable[[Notes], None]) -> None:
	kept = _all().pop(name, None)
	if kept:
		then(kept)
