"""How users want to hear of things: what they chose, completed by the defaults of their roles."""

from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_system_timezone

from crm_plus.access.teams import all_teams
from crm_plus.rules import notices, team_leaders
from crm_plus.rules.notices import EMAIL, IN_APP, SMS, WHATSAPP, Choice, Preference
from crm_plus.rules.quiet_hours import Hours
from crm_plus.rules.quoted_text import quoted

DOCTYPE, CHOICE = "Notification Preference", "Notification Choice"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHECKS = {"in_app": IN_APP, "email": EMAIL, "sms": SMS, "whatsapp": WHATSAPP}
HOURS = ("quiet_from", "quiet_to", "digest_at", *WEEKDAYS)
# Who has chosen nothing is left alone at night and at the weekend.
DEFAULT_HOURS = {"quiet_from": time(20), "quiet_to": time(7), "digest_at": time(8)}
DEFAULT_DAYS = frozenset(range(5))
REFRESH_JOB = "crm_plus.jobs.reminders.refresh"


def load(users: Iterable[str]) -> dict[str, Preference]:
	"""Return how users want to hear of things, read in a handful of queries; those who are gone or disabled are left out."""
	asked = sorted(set(users))
	if not asked:
		return {}
	people = frappe.get_all(
		"User", {"name": ["in", asked], "enabled": 1, "user_type": "System User"}, ["name", "time_zone"]
	)
	chosen = {row.name: row for row in frappe.get_all(DOCTYPE, {"name": ["in", asked]}, ["name", *HOURS])}
	choices = _choices(list(chosen))
	roles = _roles(asked)
	return {
		person.name: Preference(
			person.name,
			hours_of(person.time_zone, chosen.get(person.name)),
			notices.kind_of(roles.get(person.name, set())),
			choices.get(person.name, {}),
		)
		for person in people
	}


def hours_of(zone: str | None, chosen: Any) -> Hours:
	"""Return a user's hours from the stored preference, the default where there is none."""
	zone = zone or get_system_timezone()
	if chosen is None:
		return Hours(zone, working_days=DEFAULT_DAYS, **DEFAULT_HOURS)
	days = frozenset(number for number, day in enumerate(WEEKDAYS) if cint(chosen.get(day)))
	return Hours(
		zone,
		as_clock(chosen.get("quiet_from")),
		as_clock(chosen.get("quiet_to")),
		days,
		as_clock(chosen.get("digest_at")) or DEFAULT_HOURS["digest_at"],
	)


def as_clock(value: Any) -> time | None:
	"""Return a stored time of the day, which the database hands out as a timedelta; None where there is none."""
	if value is None or value == "":
		return None
	length = value if isinstance(value, timedelta) else frappe.utils.to_timedelta(str(value))
	minutes = int(length.total_seconds()) // 60 % notices.MINUTES_OF_A_DAY
	return time(minutes // 60, minutes % 60)


def _choices(users: Sequence[str]) -> dict[str, dict[str, Choice]]:
	found: dict[str, dict[str, Choice]] = {}
	if not users:
		return found
	fields = ["parent", "event", *CHECKS, "digest", "notice_minutes"]
	for row in frappe.get_all(CHOICE, {"parenttype": DOCTYPE, "parent": ["in", users]}, fields):
		found.setdefault(row.parent, {})[row.event] = as_choice(row)
	return found


def as_choice(row: Any) -> Choice:
	"""Return a stored row, or one that a client sent, as a choice."""
	channels = frozenset(channel for name, channel in CHECKS.items() if cint(row.get(name)))
	return Choice(channels, bool(cint(row.get("digest"))), cint(row.get("notice_minutes")))


def as_row(code: str, choice: Choice) -> dict[str, Any]:
	"""Return a choice as a row to be stored, or to be shown."""
	checks = {name: int(channel in choice.channels) for name, channel in CHECKS.items()}
	return {"event": code, **checks, "digest": int(choice.digest), "notice_minutes": choice.notice}


def _roles(users: Sequence[str]) -> dict[str, set[str]]:
	rows = frappe.get_all(
		"Has Role", {"parenttype": "User", "parent": ["in", users]}, ["parent", "role"], as_list=True
	)
	found: dict[str, set[str]] = {}
	for user, role in rows:
		found.setdefault(user, set()).add(role)
	return found


def leads_a_team(user: str) -> bool:
	"""Tell whether a user leads a team, and so may hear of what happens to its people."""
	return team_leaders.is_leader(user, all_teams())


def check(doc: Any) -> None:
	"""Refuse a preference that says what cannot be; raises frappe.ValidationError with one sentence."""
	if not any(cint(doc.get(day)) for day in WEEKDAYS):
		frappe.throw(_("Choose at least one working day; to hear nothing, clear the channels instead."))
	if (as_clock(doc.quiet_from) is None) != (as_clock(doc.quiet_to) is None):
		frappe.throw(_("Say from when and until when it is quiet, or clear both times."))
	seen = set()
	for row in doc.choices:
		problem = "twice" if row.event in seen else notices.problem(row.event, as_choice(row))
		seen.add(row.event)
		if problem:
			frappe.throw(_sentence(problem, row))


def _sentence(problem: str, row: Any) -> str:
	sentences = {
		"twice": _("There are two choices for the event {0}; keep one."),
		"event": _("There is no event {0}; remove the row."),
		"channel": _("Choose channels that exist for the event {0}."),
		"notice": _("The notice for the event {0} must lie between nothing and a year; change it."),
		"days": _("The notice for the event {0} is counted in whole days; change it."),
	}
	return sentences[problem].format(quoted(row.event))


def changed(doc: Any) -> None:
	"""Follow a preference that is stored or deleted: the notice may be another."""
	look_again(doc.user)


def look_again(user: str) -> None:
	"""Have a user's open follow-ups and meetings looked at again once this is stored."""
	frappe.enqueue(
		REFRESH_JOB,
		queue="short",
		job_id=f"crm_plus_reminders_of::{user}",
		deduplicate=True,
		enqueue_after_commit=True,
		user=user,
	)


def of_user(user: str) -> Preference:
	"""Return how one user wants to hear of things, also one who is disabled: the default hours then."""
	return load([user]).get(user) or Preference(user, hours_of(None, None))


def store(user: str, hours: dict[str, Any], chosen: dict[str, Choice]) -> None:
	"""Store a user's hours and those of the choices that differ from the defaults, with the session's rights.

	`hours` has the fields of HOURS. Raises frappe.ValidationError, in one sentence, for what cannot be.
	"""
	if frappe.db.exists(DOCTYPE, user):
		doc = frappe.get_doc(DOCTYPE, user)
	else:
		doc = frappe.get_doc({"doctype": DOCTYPE, "user": user})
	unknown = [code for code in chosen if code not in notices.EVENTS]
	if unknown:
		frappe.throw(_("There is no event {0}; reload the page.").format(quoted(unknown[0])))
	doc.update({field: hours.get(field) for field in HOURS if field in hours})
	kept = notices.deviations(chosen, of_user(user).kind)
	doc.set("choices", [as_row(code, choice) for code, choice in kept.items()])
	doc.save()
