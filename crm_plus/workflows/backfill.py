"""Taking in the past: what was said and met before CRM Plus came, or while nobody listened.

Goes through each kind of source along its primary key, in batches that are committed; where it is, stands in one record, so a
killed run goes on where it was, and what is captured already costs one look. Only one worker is ever at it.
"""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import now

from crm_plus.rules.capture import source_key
from crm_plus.workflows import capture, interaction_times, site_notes
from crm_plus.workflows.one_worker import OneWorker

STATE = "crm_plus_backfill"
RUNNING, STOPPING, STOPPED, FINISHED, FAILED = "Running", "Stopping", "Stopped", "Finished", "Failed"
JOB = "crm_plus.jobs.capture.backfill"
EVENT = "crm_plus_backfill"
BATCH = 200
WORKER = OneWorker("backfill")
# What is never captured is not even looked at.
ONLY = {"Communication": {"communication_type": "Communication"}}


def state() -> dict[str, Any]:
	"""Return how far the past is taken in: status, DocType and name reached, done and total of all sources."""
	stored = site_notes.read(STATE)
	return json.loads(stored) if stored else {}


def store(values: dict[str, Any]) -> None:
	"""Store how far it is. The caller commits."""
	site_notes.write(STATE, json.dumps(values))


def start() -> dict[str, Any]:
	"""Begin, or go on where it was stopped. The caller commits.

	Raises frappe.ValidationError where it is at work.
	"""
	current = state()
	if WORKER.is_at_work():
		frappe.throw(_("The past is being taken in already; watch its progress here."))
	if current.get("status") in (None, FINISHED):
		total = sum(frappe.db.count(doctype, ONLY.get(doctype)) for doctype in capture.sources())
		current = {"doctype": "", "after": "", "done": 0, "failed": 0, "total": total, "started_on": now()}
	store({**current, "status": RUNNING})
	enqueue()
	return progress()


def start_once() -> None:
	"""Begin where nobody has begun before. The caller commits."""
	if not state():
		start()


def enqueue() -> None:
	"""Give it to a worker, once."""
	frappe.enqueue(
		JOB, queue="long", timeout=6 * 3600, job_id=STATE, deduplicate=True, enqueue_after_commit=True
	)


def stop() -> dict[str, Any]:
	"""Ask the worker to stop after its present batch. The caller commits."""
	current = state()
	if current.get("status") == RUNNING:
		store({**current, "status": STOPPING if WORKER.is_at_work() else STOPPED})
	return progress()


def progress() -> dict[str, Any]:
	"""Return what the progress bar shows."""
	current = state()
	total = current.get("total") or 0
	percent = (
		100 if current.get("status") == FINISHED else min(99, 100 * current.get("done", 0) // (total or 1))
	)
	return {**current, "status": current.get("status") or "", "percent": percent if current else 0}


def work(on_batch: Callable[[dict[str, Any]], None] | None = None) -> None:
	"""Work until all is taken in or somebody stops it; does nothing where another worker is at it. Commits."""
	if not WORKER.take():
		return
	try:
		while _step():
			if on_batch:
				on_batch(progress())
	finally:
		WORKER.release()


def _step() -> bool:
	"""Take in the next batch and store how far it is; returns whether there is more."""
	frappe.db.commit()  # ends the snapshot of before: somebody may have asked to stop
	current = state()
	if current.get("status") != RUNNING:
		if current.get("status") == STOPPING:
			_put({**current, "status": STOPPED})
		return False
	doctype = _kind(current)
	if not doctype:
		_put({**current, "status": FINISHED, "finished_on": now()})
		return False
	names = _names(doctype, current["after"] if doctype == current["doctype"] else "")
	with interaction_times.together():
		failed = [name for name in not_yet(doctype, names) if not capture.capture(doctype, name)]
	reached = {"doctype": doctype, "after": names[-1] if names else "", "done": current["done"] + len(names)}
	if len(names) < BATCH:
		reached = {**reached, "finished": [*current.get("finished", []), doctype]}
	# Read anew: somebody may have asked to stop meanwhile.
	_put({**current, **reached, "failed": current["failed"] + len(failed), "status": state().get("status")})
	return True


def _put(values: dict[str, Any]) -> None:
	store(values)
	frappe.db.commit()  # a batch is kept with the place that it reached
	frappe.publish_realtime(EVENT, progress(), doctype="CRM Plus Settings", docname="CRM Plus Settings")


def _kind(current: dict[str, Any]) -> str:
	left = [doctype for doctype in capture.sources() if doctype not in current.get("finished", [])]
	return left[0] if left else ""


def _names(doctype: str, after: str) -> list[str]:
	where: dict[str, Any] = {**ONLY.get(doctype, {}), "name": [">", after]}
	return [str(name) for name in frappe.get_all(doctype, where, pluck="name", order_by="name", limit=BATCH)]


def not_yet(doctype: str, names: list[str]) -> list[str]:
	"""Return those that were not looked at before."""
	keys = [source_key(doctype, name) for name in names] or [""]
	known = {
		key
		for table in ("Interaction", "Unmatched Mail")
		for key in frappe.get_all(table, {"source_key": ["in", keys]}, pluck="source_key")
	}
	return [name for name in names if source_key(doctype, name) not in known]
