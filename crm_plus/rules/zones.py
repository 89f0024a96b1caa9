"""Moments and wall clocks: every moment in rules/ knows its zone; what the site stores is its own clock's reading.

An hour that the clock shows twice when summer time ends is told apart by `fold`, as Python's datetime does.
"""

from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil import tz

UTC = timezone.utc


@lru_cache(maxsize=512)
def zone(name: str) -> tzinfo:
	"""Return a time zone by its IANA name, UTC where there is none of that name."""
	try:
		return ZoneInfo(name)
	except (KeyError, ValueError, OSError):  # no such name, or a machine without a database of zones
		return tz.gettz(name or "UTC") or UTC


def moment(reading: datetime, zone_name: str, fold: int = 0) -> datetime:
	"""Return the moment (UTC) at which a clock of the zone shows `reading` (naive).

	Of an hour shown twice it is the first unless `fold` says the second; a reading that the clock skips is moved on by
	the gap, as people do who meant it.
	"""
	return reading.replace(tzinfo=zone(zone_name), fold=fold).astimezone(UTC)


def reading(at: datetime, zone_name: str) -> datetime:
	"""Return what a clock of the zone shows at a moment: naive, with its fold."""
	return at.astimezone(zone(zone_name)).replace(tzinfo=None)


def translated(clock: datetime, from_zone: str, to_zone: str) -> datetime:
	"""Return what a clock of one zone shows when a clock of another shows `clock`; both naive.

	A time that daylight saving leaves out counts as if the clock had not been changed yet; of a doubled one, the first.
	"""
	if from_zone == to_zone:
		return clock
	return reading(moment(clock, from_zone), to_zone).replace(fold=0)


def moments(clock: datetime, zone_name: str) -> list[datetime]:
	"""Return the moments (UTC) at which a clock of the zone may show a reading: two where the hour comes twice."""
	return sorted({moment(clock, zone_name, 0), moment(clock, zone_name, 1)})


@lru_cache(maxsize=8192)
def jump(zone_name: str, day: date) -> datetime | None:
	"""Return the moment (UTC, to the minute) at which the zone's clock is put forward or back on a day, or None."""
	low = moment(datetime.combine(day, time(0)), zone_name)
	high = moment(datetime.combine(day + timedelta(days=1), time(0)), zone_name)
	local = zone(zone_name)
	before = low.astimezone(local).utcoffset()
	if high.astimezone(local).utcoffset() == before:
		return None
	while high - low > timedelta(minutes=1):
		middle = low + (high - low) // 2
		if middle.astimezone(local).utcoffset() == before:
			low = middle
		else:
			high = middle
	return high.replace(second=0, microsecond=0)
