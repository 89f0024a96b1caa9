"""Notes that a request keeps until its transaction is committed: what follows a document when the document is safe."""

from collections.abc import Callable
from typing import Any

import frappe

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


def _all() -> dict[str, Notes]:
	if getattr(frappe.local, "crm_plus_notes", None) is None:
		frappe.local.crm_plus_notes = {}
	return frappe.local.crm_plus_notes


def _hand_over(name: str, then: Callable[[Notes], None]) -> None:
	kept = _all().pop(name, None)
	if kept:
		then(kept)
