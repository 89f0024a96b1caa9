"""Take over what the site had before, from a form or a script. For System Managers and Sales Managers only."""

import json
from typing import Any

import frappe
from frappe import _

from crm_plus.access.records import record
from crm_plus.workflows import adoption, adoption_report, adoption_undo
from crm_plus.workflows.adoption import DRAFT, FAILED, FINISHED, RUN, RUNNING, STOPPED, UNDOING, UNDONE


@frappe.whitelist(methods=["POST"])
def prepare() -> str:
	"""Return the name of a draft run that lists what can be taken over.

	Raises frappe.PermissionError for anybody whose roles do not let him write runs.
	"""
	check_right()
	return adoption.prepare().name


@frappe.whitelist(methods=["POST"])
def start(run: str) -> dict[str, Any]:
	"""Start a draft in the background; returns its progress.

	Raises frappe.ValidationError where the run is no draft or another run is at work.
	"""
	locked(run, (DRAFT,))
	adoption.begin(run)
	adoption.restart(run)
	return adoption.progress(run)


@frappe.whitelist(methods=["POST"])
def stop(run: str) -> dict[str, Any]:
	"""Ask a run to stop after its present batch; returns its progress."""
	locked(run, (RUNNING, UNDOING))
	adoption.request_stop(run)
	return adoption.progress(run)


@frappe.whitelist(methods=["POST"])
def resume(run: str) -> dict[str, Any]:
	"""Go on with a run that was stopped, failed, or whose worker was lost, in the direction it was going.

	Raises frappe.ValidationError where a worker is at it.
	"""
	document = locked(run, (STOPPED, FAILED, RUNNING, UNDOING))
	if document.status in adoption.BUSY and adoption.WORKER.is_at_work():
		frappe.throw(_("This run is being worked on already."))
	adoption.restart(run)
	return adoption.progress(run)


@frappe.whitelist(methods=["POST"])
def undo(run: str) -> dict[str, Any]:
	"""Take back, in the background, what a run has taken over; returns its progress."""
	locked(run, (STOPPED, FAILED, FINISHED, UNDONE))
	adoption_undo.begin(run)
	adoption.restart(run)
	return adoption.progress(run)


@frappe.whitelist(methods=["POST"])
def recount(run: str) -> dict[str, Any]:
	"""Reconcile a run anew; returns the tables of its form, amounts in company currencies."""
	locked(run, (FINISHED, STOPPED, FAILED))
	adoption_report.store(run)
	return json.loads(frappe.db.get_value(RUN, run, "reconciliation"))


@frappe.whitelist(methods=["GET"])
def progress(run: str) -> dict[str, Any]:
	"""Return how far a run is."""
	check_right()
	record(RUN, run)
	return {**adoption.progress(run), "is_worked_on": adoption.WORKER.is_at_work()}


@frappe.whitelist(methods=["GET"])
def kept(run: str) -> list[dict[str, Any]]:
	"""Return what undoing left in place, and why, the first two hundred."""
	check_right()
	return adoption_undo.kept(run)


def check_right() -> None:
	"""Raise frappe.PermissionError for anybody who may not work with runs: see the roles of that DocType."""
	frappe.has_permission(RUN, "write", throw=True)


def locked(run: str, allowed: tuple[str, ...]) -> Any:
	"""Lock a run's row, so that of two clicks the second one sees what the first did, and check its status."""
	check_right()
	record(RUN, run, "write")
	document = frappe.get_doc(RUN, run, for_update=True)
	adoption.refuse_unless(document, allowed)
	return document
