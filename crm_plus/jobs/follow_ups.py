"""Go on with series whose follow-up has fallen due, and every night catch up with what no listener was told."""

from collections.abc import Callable

import frappe

from crm_plus.workflows import follow_up_series, next_steps

BATCH = 200


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
		work(name)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title="CRM Plus: follow-ups", reference_doctype="Follow Up", reference_name=name)
		frappe.db.commit()
		return False
	return True
