"""Telling users what is worth knowing. What is told waits in the ledger for the scheduler's next tick, within a minute.

So ten things in a minute become one message, nothing is told of a change that is rolled back, and quiet hours hold.
"""

from collections.abc import Callable, Iterable

import frappe

from crm_plus.access.teams import all_teams
from crm_plus.rules import team_leaders
from crm_plus.rules.notices import EVENTS, TEAM
from crm_plus.rules.reminders import Entry, times
from crm_plus.workflows import ledger, preferences, site_clock

LONGEST_SUBJECT = 1000
# One sentence for all, or one for each user.
Subject = str | Callable[[str], str]


def tell(
	event: str,
	users: Iterable[str | None],
	doctype: str,
	name: str,
	subject: Subject,
	*,
	key: str = "",
	by: str | None = None,
) -> None:
	"""Tell users of an event about a document, in this transaction: each through the channels that they chose.

	`event` is a code of rules.notices, `subject` a sentence (HTML, escaped), or says what one user may know. What is told twice under the same `key` is
	told once; without one each call counts. Nobody is told of what they did themselves: `by`, by default the session's
	user, "" where nobody did it. Raises KeyError where there is no such event.
	"""
	if frappe.flags.crm_plus_silent:
		return  # a past that is brought in is no news
	told = {user for user in users if user} - {frappe.session.user if by is None else by}
	_enter(event, told, doctype, name, subject, key)


def tell_leaders(
	event: str,
	of: str | None,
	doctype: str,
	name: str,
	subject: Subject,
	*,
	key: str = "",
	by: str | None = None,
) -> None:
	"""Tell those who lead a user's team what happened to that user; see `tell`. Nothing where the event has no such twin."""
	if of and TEAM + event in EVENTS:
		tell(TEAM + event, team_leaders.leaders_of(of, all_teams()), doctype, name, subject, key=key, by=by)


def _enter(event: str, users: set[str], doctype: str, name: str, subject: Subject, key: str) -> None:
	now, stamp = site_clock.now(), key or frappe.generate_hash(length=16)
	known = preferences.load(users)
	says = {user: (subject(user) if callable(subject) else subject)[:LONGEST_SUBJECT] for user in known}
	rows = [
		Entry(event, doctype, name, stamp, user, channel, when, says[user])
		for user, preference in known.items()
		for channel, when in times(event, now, preference, now).items()
	]
	ledger.enter(rows)
