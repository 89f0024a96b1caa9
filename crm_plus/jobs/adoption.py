"""The background work of adoption: batch after batch, each committed, until done, stopped or failed."""

from collections.abc import Callable

import frappe

from crm_plus.workflows import adoption, adoption_report, adoption_undo, backfill
from crm_plus.workflows.adoption import FAILED, FINISHED, RUN, RUNNING, STOPPED, UNDOING, UNDONE

Step = Callable[[str], bool]


def work(run: str, on_batch: Callable[[str], None] | None = None) -> None:
	"""Work on a run until it is done, stopped or failed; does nothing where another worker is at it.

	`on_batch` is called after each batch that is committed.
	"""
	if not adoption.WORKER.take():
		return
	try:
		_work(run, on_batch or adoption.tell)
	finally:
		adoption.WORKER.release()


def _work(run: str, on_batch: Callable[[str], None]) -> None:
	status = frappe.db.get_value(RUN, run, "status")
	if status not in (RUNNING, UNDOING):
		return
	step: Step = adoption.step if status == RUNNING else adoption_undo.step
	try:
		stopped = _steps(run, step, on_batch)
		if not stopped:
			adoption_report.store(run) if status == RUNNING else adoption_report.forget(run)
		adoption.set_status(run, STOPPED if stopped else FINISHED if status == RUNNING else UNDONE)
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(title="Adoption failed", reference_doctype=RUN, reference_name=run)
		# The form shows this field as HTML.
		reason = frappe.utils.escape_html(frappe.utils.strip_html(str(error)))
		adoption.set_status(run, FAILED, reason[:1000] or type(error).__name__)
	frappe.db.commit()
	if frappe.db.get_value(RUN, run, ["status", "then_take_past"]) == (FINISHED, 1):
		backfill.start_once()
		frappe.db.commit()


def _steps(run: str, step: Step, on_batch: Callable[[str], None]) -> bool:
	"""Do batches until there are none; returns True where somebody asked to stop."""
	while step(run):
		frappe.db.commit()
		on_batch(run)
		if adoption.stop_requested(run):
			return True
	frappe.db.commit()
	return False


def resume_abandoned() -> None:
	"""Go on with a run whose worker is gone: it says that it is running, and nobody holds the lock."""
	busy = frappe.get_all(RUN, filters={"status": ["in", adoption.BUSY]}, pluck="name", limit=1)
	if busy and not adoption.WORKER.is_at_work():
		adoption.restart(busy[0])
