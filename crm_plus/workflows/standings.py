"""Whether what a reminder says is still true when it is about to leave, and the reasons against it in words."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from crm_plus.rules import birthdays
from crm_plus.rules.deliveries import Delivery, Standing
from crm_plus.rules.notices import TEAM
from crm_plus.rules.reminders import over_after
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.workflows import occasion_owners, remindables

Row = Any
# For each event of a day: the fields that decide, and what must still hold of them besides the day itself.
DAY_FIELDS: dict[str, tuple[str, Callable[[Row], bool]]] = {
	"close_date": ("expected_close_date", lambda row: row.status == "Open"),
	"quotation_expiring": (
		"valid_till",
		lambda row: row.docstatus == 1 and row.status in ("Open", "Replied"),
	),
	"contract_ending": ("end_date", lambda row: row.docstatus == 1 and row.status != "Inactive"),
	"birthday": ("birthday", lambda row: not row.do_not_contact),
	"invoice_overdue": ("due_date", lambda row: row.docstatus == 1 and flt(row.outstanding_amount) > 0),
	"deal_rotten": ("stage_entered_on", lambda row: row.status == "Open" and not _is_snoozed(row)),
}
# Of these the day passes; what is overdue stays overdue.
PASSING = ("close_date", "quotation_expiring", "contract_ending", "birthday")
MORE_FIELDS = {
	"birthday": ["do_not_contact"],
	"invoice_overdue": ["status", "outstanding_amount"],
	"deal_rotten": ["status", "snoozed_until"],
}


def _is_snoozed(row: Row) -> bool:
	return bool(row.snoozed_until and getdate(row.snoozed_until) > getdate())


def of(due: Sequence[Delivery]) -> dict[str, Standing]:
	"""Return what is true by now of each delivery's occasion, by the delivery's id."""
	groups: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
	for one in due:
		groups[one.event.removeprefix(TEAM), one.doctype].append(one)
	found: dict[str, Standing] = {}
	for (event, doctype), group in groups.items():
		if not doctype_exists(doctype):
			found |= {one.id: Standing("gone") for one in group}
		else:
			found |= _of_group(event, doctype, group)
	return found


def _of_group(event: str, doctype: str, group: list[Delivery]) -> dict[str, Standing]:
	if doctype in remindables.KINDS and event == remindables.KINDS[doctype].event:
		remindables.forget_teams()
		rows = remindables.standings(doctype, [one.name for one in group])
		found = {
			one.id: remindables.standing(doctype, rows.get(one.name), one.stamp, one.user, one.event)
			for one in group
		}
	elif event in DAY_FIELDS:
		found = _of_days(event, doctype, group)
	else:
		names = frappe.get_all(doctype, {"name": ["in", list({one.name for one in group})]}, pluck="name")
		found = {one.id: Standing("" if one.name in names else "gone") for one in group}
	return {one.id: _readable(one, found[one.id]) for one in group}


def _of_days(event: str, doctype: str, group: list[Delivery]) -> dict[str, Standing]:
	field, holds = DAY_FIELDS[event]
	fields = ["name", "docstatus", field, *MORE_FIELDS.get(event, ["status"])]
	rows = {
		row.name: row
		for row in frappe.get_all(doctype, {"name": ["in", list({one.name for one in group})]}, fields)
	}
	return {one.id: _of_day(event, field, holds, rows.get(one.name), one.stamp) for one in group}


def _of_day(event: str, field: str, holds: Callable[[Row], bool], row: Row, stamp: str) -> Standing:
	if row is None or not holds(row):
		return Standing("done")
	day = _day(event, row.get(field), stamp)
	if str(day) != stamp:
		return Standing("moved")
	if day is None or event not in PASSING:
		return Standing()
	return Standing(over_at=over_after(day, frappe.utils.get_system_timezone()))


def _day(event: str, value: Any, stamp: str) -> date | None:
	"""Return the day that a field says by now; of a birthday that in the year of the stamp."""
	if not value:
		return None
	return birthdays.in_year(getdate(value), getdate(stamp).year) if event == "birthday" else getdate(value)


def _readable(one: Delivery, standing: Standing) -> Standing:
	"""Nobody is told of what they may open nothing of; that there is a colleague is no secret."""
	if standing.against or one.doctype == "User":
		return standing
	if occasion_owners.readable_document(one.doctype, one.name, one.user):
		return standing
	return Standing("not readable")


def reason(code: str) -> str:
	"""Return why a delivery did not leave, in words; what is no code is a sentence already."""
	sentences = {
		"no user": _("The user is disabled or gone."),
		"gone": _("The document is gone."),
		"done": _("It is done: there is nothing to be reminded of."),
		"moved": _("It was moved to another time."),
		"handed on": _("Somebody else does it now."),
		"over": _("It was over before it could be sent."),
		"not wanted": _("The user does not want to hear of it this way any more."),
		"not readable": _("The user may not read the document."),
		"mail failed": _("The e-mail queue could not send it and gave up; see the message for its error."),
		"not brought": _(
			"WhatsApp took it and could not bring it; see the message and the app's log for the error."
		),
		"lost": _("The worker died while it was leaving: nobody knows whether it arrived."),
	}
	return str(sentences.get(code, code))
