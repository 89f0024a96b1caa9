"""The standard follow-ups of a stage, made when a deal enters it, in the same transaction.

The rule for a deal that comes back: a standard follow-up is not made again while the one of before is open, or was due
later than now. So a deal that goes to and fro gets it once, and one that returns after its time gets it again.
"""

from datetime import datetime, time
from typing import Any

import frappe
from frappe.utils import cint, now_datetime

from crm_plus.rules import recurrence
from crm_plus.workflows import site_clock, working_days

ROW = "Pipeline Stage Follow Up"
NINE = time(9)


def enter(deal: Any) -> None:
	"""Make the standard follow-ups of the stage that a deal has just entered; none for history that is brought in."""
	if deal.flags.stage_moved_on:
		return
	of_stage = {"parent": deal.stage, "parenttype": "Pipeline Stage"}
	fields = ["name", "subject", "working_days", "at_time", "priority", "assigned_to"]
	for row in frappe.get_all(ROW, of_stage, fields, order_by="idx"):
		if not _is_there(deal.name, row.name):
			_make(deal, row)


def _is_there(deal: str, row: str) -> bool:
	follow_up = frappe.qb.DocType("Follow Up")
	earlier = frappe.qb.from_(follow_up).select(follow_up.name).where(follow_up.deal == deal)
	still_to_come = (follow_up.status == "Open") | (follow_up.due_on > now_datetime())
	return bool(earlier.where((follow_up.stage_row == row) & still_to_come).limit(1).run())


def _make(deal: Any, row: Any) -> None:
	user = _assignee(row.assigned_to) or _assignee(deal.deal_owner)
	follow_up = frappe.get_doc(
		{
			"doctype": "Follow Up",
			"subject": row.subject,
			"deal": deal.name,
			"customer_profile": deal.customer_profile,
			"assigned_to": user,
			"priority": row.priority,
			"due_on": _due_on(deal.company, row, user),
			"stage": deal.stage,
			"stage_row": row.name,
		}
	)
	follow_up.flags.in_series = (
		True  # nobody assigned it by hand: who cannot work on it is no reason to stop the deal
	)
	follow_up.insert(
		ignore_permissions=True
	)  # safe: the stage asks for it, whoever was allowed to move the deal


def _assignee(user: str | None) -> str | None:
	return user if user and frappe.get_cached_value("User", user, "enabled") else None


def _due_on(company: str, row: Any, user: str | None) -> datetime:
	start = site_clock.now_of(user)
	at = time.fromisoformat(row.at_time) if row.at_time else NINE
	off = working_days.holidays(company, start.date())
	return site_clock.on_site(recurrence.in_working_days(start, cint(row.working_days), at, off), user)
