"""Taking in the past, from CRM Plus Settings."""

from typing import Any

import frappe

from crm_plus.workflows import backfill


def _check() -> None:
	"""Whoever may take over existing data may take in the past."""
	frappe.has_permission("Adoption Run", "write", throw=True)


@frappe.whitelist(methods=["POST"])
def start() -> dict[str, Any]:
	"""Begin to take in the past, or go on where it was stopped. Raises frappe.ValidationError where it is at work."""
	_check()
	return backfill.start()


@frappe.whitelist(methods=["POST"])
def stop() -> dict[str, Any]:
	"""Stop after the present batch."""
	_check()
	return backfill.stop()


@frappe.whitelist(methods=["GET"])
def progress() -> dict[str, Any]:
	"""How far it is: status, percent, done, total, failed."""
	_check()
	return backfill.progress()
