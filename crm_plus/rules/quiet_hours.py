"""When a person may be disturbed: quiet hours, working days and the morning digest, on the clock of their own zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crm_plus.rules.zones import UTC, jump, moment, moments, zone

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Two weeks hold a working day, whichever they are.
DAYS_LOOKED_AT = 15
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Hours:
	"""A person's hours: the zone's IANA name, quiet from/to (None: never quiet), working days (Monday is 0), digest."""

	zone: str = "UTC"
	quiet_from: time | None = None
	quiet_to: time | None = None
	working_days: frozenset[int] = EVERY_DAY
	digest_at: time = time(8)

	@property
	def days(self) -> frozenset[int]:
		"""The days on which messages come: all of them where none is chosen."""
		return self.working_days or EVERY_DAY


def is_open(hours: Hours, at: datetime, *, any_day: bool = False) -> bool:
	"""Tell whether a person may be disturbed at a moment; `any_day` lets days off count as working days."""
	local = at.astimezone(zone(hours.zone))
	return (any_day or local.weekday() in hours.days) and not _is_quiet(hours, local.time())


def _is_quiet(hours: Hours, clock: time) -> bool:
	start, end = hours.quiet_from, hours.quiet_to
	if start is None or end is None or start == end:
		return False
	if start < end:
		return start <= clock < end
	return clock >= start or clock < end


def next_open(hours: Hours, at: datetime, *, any_day: bool = False) -> datetime:
	"""Return the first moment (UTC) from `at` on at which the person may be disturbed."""
	if is_open(hours, at, any_day=any_day):
		return at.astimezone(UTC)
	first = at.astimezone(zone(hours.zone)).date()
	for number in range(DAYS_LOOKED_AT):
		for edge in _edges(hours, datetime.combine(first + number * DAY, time(0)), hours.quiet_to):
			if edge > at and is_open(hours, edge, any_day=any_day):
				return edge
	return at.astimezone(UTC)


def last_open(hours: Hours, at: datetime, *, any_day: bool = False) -> datetime:
	"""Return the last full minute (UTC) up to `at` at which the person may be disturbed; `at` itself where it is one."""
	if is_open(hours, at, any_day=any_day):
		return at.astimezone(UTC)
	last = at.astimezone(zone(hours.zone)).date()
	for number in range(DAYS_LOOKED_AT):
		for edge in reversed(_edges(hours, datetime.combine(last - number * DAY, time(0)), hours.quiet_from)):
			if edge <= at and is_open(hours, edge - MINUTE, any_day=any_day):
				return edge - MINUTE
	return at.astimezone(UTC)


def _edges(hours: Hours, midnight: datetime, end: time | None) -> list[datetime]:
	"""Return the moments of a local day at which a quiet time or a day off can begin or end, in order."""
	found = set(moments(midnight, hours.zone))
	if end is not None:
		found |= set(moments(datetime.combine(midnight.date(), end), hours.zone))
	# The clock may be put past the end of a quiet time, or back into one.
	put = jump(hours.zone, midnight.date())
	return sorted(found | ({put} if put else set()))


def digest_before(hours: Hours, at: datetime) -> datetime:
	"""Return the last morning digest (UTC) at or before a moment, on a working day."""
	day = at.astimezone(zone(hours.zone)).date()
	for number in range(DAYS_LOOKED_AT):
		found = _digest(hours, datetime.combine(day - number * DAY, hours.digest_at))
		if found is not None and found <= at:
			return found
	return at.astimezone(UTC)


def digest_after(hours: Hours, at: datetime) -> datetime:
	"""Return the first morning digest (UTC) at or after a moment, on a working day."""
	day = at.astimezone(zone(hours.zone)).date()
	for number in range(DAYS_LOOKED_AT):
		found = _digest(hours, datetime.combine(day + number * DAY, hours.digest_at))
		if found is not None and found >= at:
			return found
	return at.astimezone(UTC)


def _digest(hours: Hours, clock: datetime) -> datetime | None:
	"""Return when the digest of a day comes: not into a quiet time; None on a day off."""
	if clock.weekday() not in hours.days:
		return None
	return next_open(hours, moment(clock, hours.zone))
