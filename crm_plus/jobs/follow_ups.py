"""Go on with series whose follow-up has fallen due, and every night catch up with what no listener was told."""

from collections.abc import Callable

import frappe

from crm_plus.workflows import follow_up_series, next_steps

BATCH = 200
# How often one record's work is begun where the database ends it because two were waiting for each other.
ATTEMPTS = 3


def continue_series() -> None:
	"""Make the successors of all follow-ups that have fallen due, one transaction each; one failure stops no other."""
	failed: set[str] = set()
	while names := [name for name in follow_up_series.due_series(BATCH + len(failed)) if name not in failed]:
		failed.update(name for name in names if not _alone(follow_up_series.continue_due, name))


def catch_up() -> None:
	"""Bring next follow-ups in step that were changed past the documents."""
	for doctype in next_steps.COLUMNS:
		for name in next_steps.stale(doctype):
			_alone(lambda one, doctype=doctype: next_steps.refresh([(doctype, one)]), name)


def _alone(work: Callable[[str], None], name: str) -> bool:
	"""Do one record's work and commit it; where it fails, log it and say so."""
	try:
		_persistently(work, name)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title="CRM Plus: follow-ups", reference_doctype="Follow Up", reference_name=name)
		frappe.db.commit()
		return False
	return True


def _persistently(work: Callable[[str], None], name: str) -> None:
	"""Do one record's work and commit it, again where somebody who was at the same record has gone first."""
	for attempt in range(1, ATTEMPTS + 1):
		try:
			work(name)
			frappe.db.commit()
			return
		except frappe.QueryDeadlockError:
			frappe.db.rollback()
			if attempt == ATTEMPTS:
				raise
