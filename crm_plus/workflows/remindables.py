"""The documents that somebody is reminded of at a moment: open follow-ups and planned interactions.

`remind_on` (site's time zone) says when the scheduler has to look at one next; it is filled when the document is saved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import cint, escape_html

from crm_plus.access.teams import all_teams
from crm_plus.rules import reminders as rules
from crm_plus.rules.deliveries import Standing
from crm_plus.rules.notices import TEAM
from crm_plus.rules.reminders import Occasion
from crm_plus.rules.team_leaders import leaders_of, led_by
from crm_plus.workflows import preferences, site_clock

REFRESHED_AT_ONCE = 500


@dataclass(frozen=True)
class Kind:
	"""How one DocType says what it is, whose, when it is due, and while which status it is to be reminded of."""

	doctype: str
	event: str
	user: str
	due: str
	live: str
	for_team: bool
	length: str = ""

	@property
	def fields(self) -> list[str]:
		"""The fields that are read of it."""
		more = [self.length] if self.length else []
		return ["name", "subject", "status", "remind_on", self.user, self.due, *more]


KINDS = {
	kind.doctype: kind
	for kind in (
		Kind("Follow Up", "follow_up_due", "assigned_to", "due_on", "Open", for_team=True),
		Kind("Interaction", "meeting", "interaction_owner", "starts_on", "Planned", False, "duration"),
	)
}


def stamp(due: Any) -> str:
	"""Return what tells the occasion of one due time from others of the same document."""
	return f"{frappe.utils.get_datetime(due):%Y-%m-%d %H:%M:%S}"


def occasion(kind: Kind, row: Any, as_of: datetime) -> Occasion:
	"""Return what the people concerned are to be reminded of; `as_of` is when this was found."""
	due = site_clock.moment(row.get(kind.due))
	user = row.get(kind.user)
	told = [(user, kind.event)] if user else []
	if user and kind.for_team:
		told += [(leader, TEAM + kind.event) for leader in leaders_of(user, _teams())]
	subject = escape_html(row.get("subject") or "")
	return Occasion(kind.doctype, row.get("name"), stamp(row.get(kind.due)), due, as_of, tuple(told), subject)


def _teams() -> list[Any]:
	"""Return the teams as this request found them; a worker's next batch reads them anew."""
	known = getattr(frappe.local, "crm_plus_reminder_teams", None)
	if known is None:
		known = frappe.local.crm_plus_reminder_teams = all_teams()
	return list(known)


def forget_teams() -> None:
	"""Read the teams anew from here on."""
	frappe.local.crm_plus_reminder_teams = None


def remind_on(kind: Kind, row: Any, now: datetime) -> datetime | None:
	"""Return when the document is to be looked at (site's time zone), None where nobody is to be reminded of it."""
	if row.get("status") != kind.live or not row.get(kind.due) or not row.get(kind.user):
		return None
	found = occasion(kind, row, now)
	if not isinstance(found.at, datetime) or not rules.is_worth_a_reminder(found.at, now):
		return None
	first = rules.first_time(found, preferences.load(user for user, _code in found.told))
	return site_clock.stored(max(first, now)) if first else None


def fill(doc: Any) -> None:
	"""Set when a follow-up or interaction that is being saved is to be looked at; nothing where that cannot have changed."""
	kind = KINDS[doc.doctype]
	deciding = ("status", kind.due, kind.user)
	if doc.is_new() or any(doc.has_value_changed(field) for field in deciding):
		doc.remind_on = remind_on(kind, doc, site_clock.now())


def take(now: datetime, limit: int) -> list[Occasion]:
	"""Lock documents that are to be looked at by now, and that nobody else is looking at; return their occasions."""
	found: list[Occasion] = []
	forget_teams()
	for kind in KINDS.values():
		for row in _due_rows(kind, now, limit - len(found)):
			found.append(occasion(kind, row, site_clock.moment(row.remind_on)))
	return found


def _due_rows(kind: Kind, now: datetime, limit: int) -> list[Any]:
	"""Read by the index (status, remind_on) first and lock by name then: so no gap is locked in which others insert."""
	table = frappe.qb.DocType(kind.doctype)
	due = (table.status == kind.live) & (table.remind_on <= site_clock.stored(now))
	names = (frappe.qb.from_(table).select(table.name).where(due).orderby(table.remind_on).limit(limit)).run(
		pluck=True
	)
	if not names:
		return []
	locked = frappe.qb.from_(table).select(*kind.fields).where(table.name.isin(names))
	rows = locked.for_update(skip_locked=True).run(as_dict=True)
	bound = site_clock.stored(now)
	return [row for row in rows if row.status == kind.live and row.remind_on and row.remind_on <= bound]


def tick_off(occasions: Sequence[Occasion]) -> None:
	"""Note that documents have been looked at."""
	for doctype in KINDS:
		names = [one.name for one in occasions if one.doctype == doctype]
		if names:
			table = frappe.qb.DocType(doctype)
			frappe.qb.update(table).set(table.remind_on, None).where(table.name.isin(names)).run()


def standings(doctype: str, names: Iterable[str]) -> dict[str, Any]:
	"""Return the documents of one kind as they are now, by name."""
	kind = KINDS[doctype]
	rows = frappe.get_all(doctype, {"name": ["in", sorted(set(names))]}, kind.fields)
	return {row.name: row for row in rows}


def standing(doctype: str, row: Any, occasion_stamp: str, user: str, event: str) -> Standing:
	"""Tell whether a reminder still holds for a user."""
	kind = KINDS[doctype]
	if row is None or row.status != kind.live:
		return Standing("done")
	if stamp(row.get(kind.due)) != occasion_stamp:
		return Standing("moved")
	found = occasion(kind, row, site_clock.moment(row.get(kind.due)))
	if (user, event) not in found.told:
		return Standing("handed on")
	over_at = found.at + timedelta(seconds=cint(row.get(kind.length))) if kind.length else None
	return replace(Standing(), over_at=over_at if isinstance(over_at, datetime) else None)


def refresh(user: str, after: dict[str, str], now: datetime) -> dict[str, str]:
	"""Set anew when the next of a user's documents are to be looked at; returns the last name of each kind, {} at the end.

	So are those of the people he leads, as far as he hears of them. Without a user those of everybody that nobody looks at: what SQL wrote past all events, or what was told already, which
	the ledger knows. What is overdue stays as it is: a changed preference is no reason to be reminded of it once more.
	"""
	if not after:
		forget_teams()
	last = {}
	for doctype, kind in KINDS.items():
		if after and doctype not in after:
			continue
		table = frappe.qb.DocType(doctype)
		rows = (
			frappe.qb.from_(table)
			.select(*kind.fields)
			.where(table[kind.user].isin(_concerned(kind, user)) if user else table.remind_on.isnull())
			.where(table.status == kind.live)
			.where(table[kind.due] > site_clock.stored(now))
			.where(table.name > after.get(doctype, ""))
			.orderby(table.name)
			.limit(REFRESHED_AT_ONCE)
		).run(as_dict=True)
		for row in rows:
			_store(kind, row, remind_on(kind, row, now))
		if len(rows) == REFRESHED_AT_ONCE:
			last[doctype] = rows[-1].name
	return last


def _concerned(kind: Kind, user: str) -> list[str]:
	"""Return whose documents a user is reminded of: his own and, where leaders hear of them, those of his people."""
	return [user, *(led_by(user, _teams()) if kind.for_team else ())]


def _store(kind: Kind, row: Any, when: datetime | None) -> None:
	if when != row.remind_on:
		frappe.db.set_value(kind.doctype, row.name, "remind_on", when, update_modified=False)
