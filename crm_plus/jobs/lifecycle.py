"""Every night: let profiles decline whose time without a purchase has run out, and catch up with figures."""

from collections.abc import Callable

import frappe

from crm_plus.workflows import lifecycle, profile_figures

BATCH = 200
# A sweep looks this far back for documents that were changed without any listener being told.
SWEEP_DAYS = 2


def run() -> None:
	"""Refresh the figures of customers with recent documents, then move every profile that is due."""
	catch_up()
	age()


def catch_up() -> None:
	"""Bring figures and stages of profiles in step whose documents or ledger changed lately, batch by batch."""
	names = profile_figures.recently_traded(SWEEP_DAYS)
	for start in range(0, len(names), BATCH):
		batch = names[start : start + BATCH]
		_one_by_one_if_needed(batch, _refresh)


def age() -> None:
	"""Move the profiles that are due. Each batch begins behind the last one, so that none is looked at twice."""
	after = ""
	while names := lifecycle.due_profiles(after, BATCH):
		_one_by_one_if_needed(names, _settle)
		after = names[-1]


def _refresh(names: list[str]) -> None:
	profile_figures.refresh_figures(names)
	lifecycle.settle(names, "Nightly Check")


def _settle(names: list[str]) -> None:
	lifecycle.settle(names, lifecycle.TIME)


def _one_by_one_if_needed(names: list[str], work: Callable[[list[str]], None]) -> None:
	"""Do a batch and commit it; where it fails, do its profiles one at a time, so that one failure stops no other."""
	try:
		work(names)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		if len(names) > 1:
			for name in names:
				_one_by_one_if_needed([name], work)
			return
		frappe.log_error(
			title="CRM Plus: lifecycle", reference_doctype="Customer Profile", reference_name=names[0]
		)
		frappe.db.commit()
