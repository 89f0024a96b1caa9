"""Capture in the background: the past, what a lost queue left behind, and what became of plans."""

from collections.abc import Iterable

import frappe
from frappe.utils import add_to_date, now_datetime

from crm_plus.rules.interactions import PLANNED
from crm_plus.workflows import answers, capture, interaction_times, invitations
from crm_plus.workflows import backfill as past

DAYS = 3
BATCH = 500


def backfill() -> None:
	"""Take in the past."""
	past.work()


def sweep() -> None:
	"""Find what was not placed although it was saved lately, and plans of a calendar whose time has come.

	Also gives a backfill whose worker is gone to a new one.
	"""
	for doctype in capture.sources():
		capture.work((doctype, name) for name in missed(doctype))
	capture.work(due_plans())
	if past.state().get("status") == past.RUNNING and not past.WORKER.is_at_work():
		past.enqueue()
	frappe.db.commit()


def missed(doctype: str) -> Iterable[str]:
	"""Return the sources of a DocType that were saved lately and have neither interaction nor place in the tray."""
	where = {**past.ONLY.get(doctype, {}), "modified": [">", add_to_date(now_datetime(), days=-DAYS)]}
	names = frappe.get_all(doctype, where, pluck="name", order_by="modified")
	for start in range(0, len(names), BATCH):
		yield from past.not_yet(doctype, [str(name) for name in names[start : start + BATCH]])


def due_plans() -> list[tuple[str, str]]:
	"""Return (DocType, name) of the meetings that were captured as planned and are over by now."""
	where = {"status": PLANNED, "starts_on": ["<", now_datetime()], "source_doctype": ["is", "set"]}
	return frappe.get_all("Interaction", where, ["source_doctype", "source_name"], as_list=True)


def nightly() -> None:
	"""Repair what was missed: sources deleted past their documents, times that a killed worker did not bring in step.

	Invitations whose mail has left go too.
	"""
	remove_orphans()
	refresh_times()
	invitations.forget_old()


def refresh_times() -> None:
	"""Read anew when those were last spoken to, and answered, whose interactions changed lately."""
	lately = {"modified": [">", add_to_date(now_datetime(), days=-DAYS)]}
	deals = frappe.get_all("Interaction", {**lately, "deal": ["is", "set"]}, pluck="deal", distinct=True)
	profiles = frappe.get_all("Interaction Participant", lately, pluck="customer_profile", distinct=True)
	columns = ["customer_profile", "starts_on", "direction"]
	said = {answers.said_by(row) for row in frappe.get_all("Interaction", lately, columns)}
	interaction_times.refresh(sorted(filter(None, profiles)), sorted(deals), said)


def remove_orphans() -> None:
	"""Remove the interactions of sources that were deleted past their documents, as SQL does."""
	interaction = frappe.qb.DocType("Interaction")
	for doctype in capture.sources():
		source = frappe.qb.DocType(doctype)
		query = (
			frappe.qb.from_(interaction)
			.left_join(source)
			.on(source.name == interaction.source_name)
			.select(interaction.source_name)
			.where((interaction.source_doctype == doctype) & source.name.isnull())
		)
		capture.work((doctype, name) for (name,) in query.run())
