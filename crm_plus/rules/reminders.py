"""When a user is to be reminded of what, and whether it still makes sense when the time has come. All moments know their zone."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm_plus.rules.notices import APPOINTMENT, EVENTS, IN_APP, NEWS, Preference, choice
from crm_plus.rules.quiet_hours import Hours, digest_after, digest_before, last_open, next_open
from crm_plus.rules.zones import moment

MINUTE = timedelta(minutes=1)
# Who saves something that was due longer ago than this is not reminded of it: it stands among the overdue.
LATE = timedelta(days=1)


@dataclass(frozen=True)
class Occasion:
	"""Something that one or more people are to be reminded of.

	`stamp` tells this occasion from others of the same document (a due time, a day); `at` is when it falls due, a moment
	or a day; `as_of` is when it was found: what should have come before that comes at its own time instead. `told` are
	pairs of a user and the event's code for them.
	"""

	doctype: str
	name: str
	stamp: str
	at: datetime | date
	as_of: datetime
	told: tuple[tuple[str, str], ...]
	subject: str = ""


@dataclass(frozen=True)
class Entry:
	"""One row of the ledger before it is written: who is to be told of what, through which channel, and when (UTC)."""

	event: str
	doctype: str
	name: str
	stamp: str
	user: str
	channel: str
	send_after: datetime
	subject: str = ""

	@property
	def key(self) -> str:
		"""What must be unique for nobody to be told twice: a digest, since names may be long."""
		parts = (self.event, self.doctype, self.name, self.stamp, self.user, self.channel)
		return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def entries(occasion: Occasion, preferences: dict[str, Preference]) -> list[Entry]:
	"""Return the rows that an occasion makes: one for each user and channel that the user wants."""
	return [
		Entry(code, occasion.doctype, occasion.name, occasion.stamp, user, channel, when, occasion.subject)
		for user, code in occasion.told
		if user in preferences
		for channel, when in times(code, occasion.at, preferences[user], occasion.as_of).items()
	]


def first_time(occasion: Occasion, preferences: dict[str, Preference]) -> datetime | None:
	"""Return when the first of an occasion's messages is to leave, None where nobody wants any."""
	return min((entry.send_after for entry in entries(occasion, preferences)), default=None)


def times(code: str, at: datetime | date, preference: Preference, as_of: datetime) -> dict[str, datetime]:
	"""Return when (UTC) each channel that the user wants is to be used for an event that falls due at a moment or day."""
	wanted = choice(preference, code)
	found = {}
	for channel in sorted(wanted.channels):
		digest = wanted.digest and channel != IN_APP
		if not isinstance(at, datetime):
			found[channel] = _on_day(at - wanted.notice * MINUTE, preference.hours, as_of)
		elif EVENTS[code].kind == NEWS:
			found[channel] = (digest_after if digest else next_open)(preference.hours, as_of)
		else:
			target = at - wanted.notice * MINUTE
			found[channel] = _before(
				EVENTS[code].kind, target, at, preference.hours, as_of if digest else None
			)
	return found


def _on_day(day: date, hours: Hours, as_of: datetime) -> datetime:
	"""Return the morning of a day, of the last working day before a day off; the next morning where that is past."""
	morning = digest_before(hours, moment(datetime.combine(day, time(23, 59)), hours.zone))
	return morning if morning >= as_of else digest_after(hours, as_of)


def _before(
	kind: str, target: datetime, at: datetime, hours: Hours, digests_from: datetime | None
) -> datetime:
	"""Return when to remind of a moment that the notice is counted back from, as `target` says.

	Of an appointment on days off too, and the evening before where the morning would be late.
	"""
	if kind == APPOINTMENT:
		opened = next_open(hours, target, any_day=True)
		return opened if opened < at else last_open(hours, target, any_day=True)
	morning = digest_before(hours, target)
	if digests_from is not None and morning >= digests_from:
		return morning
	return next_open(hours, target)


def is_worth_a_reminder(at: datetime, now: datetime) -> bool:
	"""Tell whether something that falls due at a moment is still to be announced when it is saved now."""
	return at >= now - LATE


def is_wanted(code: str, channel: str, preference: Preference) -> bool:
	"""Tell whether the user, as they have chosen by now, wants an event through a channel."""
	return code in EVENTS and channel in choice(preference, code).channels


def may_come(code: str, preference: Preference, now: datetime) -> datetime:
	"""Return the first moment (UTC) from now on at which an event may disturb the user."""
	any_day = code in EVENTS and EVENTS[code].kind == APPOINTMENT
	return next_open(preference.hours, now, any_day=any_day)


def over_after(day: date, zone: str) -> datetime:
	"""Return the moment (UTC) at which a day is over in a zone."""
	return moment(datetime.combine(day + timedelta(days=1), time(0)), zone)
