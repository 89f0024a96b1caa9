"""When something recurs: RFC 5545 rules of whole days, read, written and followed.

Every moment here is on the wall clock of the person who is to act, without a time zone: what is at nine stays at nine,
whatever the season. `rules.zones` brings it to the site's time and back. The work is bounded for every rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any

from dateutil import rrule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES: dict[str, Any] = {
	"DAILY": rrule.DAILY,
	"WEEKLY": rrule.WEEKLY,
	"MONTHLY": rrule.MONTHLY,
	"YEARLY": rrule.YEARLY,
}
TOO_OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")
OF_THE_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
# By-parts in the order in which they are written: (argument of dateutil's, smallest and largest value without its sign).
PARTS = {
	"BYMONTH": ("bymonth", 1, 12),
	"BYWEEKNO": ("byweekno", 1, 53),
	"BYYEARDAY": ("byyearday", 1, 366),
	"BYMONTHDAY": ("bymonthday", 1, 31),
	"BYSETPOS": ("bysetpos", 1, 366),
}
ONLY_POSITIVE = ("BYMONTH",)
ONLY_YEARLY = ("BYWEEKNO", "BYYEARDAY")
DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?")
LONGEST_TEXT, LARGEST_INTERVAL, LARGEST_COUNT = 255, 1000, 1000
# A rule whose next time is further away than this is taken for a mistake.
HORIZON = timedelta(days=3653)
# The calendar repeats itself, weekdays included, after so many years.
CYCLE = 400
LONGEST_HOLIDAY = 366


class BadRule(ValueError):
	"""A text is no rule that we follow; its code says why."""

	def __init__(self, code: str) -> None:
		super().__init__(code)
		self.code = code


@dataclass(frozen=True)
class Rule:
	"""A rule that was read. `until` is the last day, `days` are (weekday from Monday = 0, which one of the period or 0)."""

	frequency: str
	interval: int = 1
	count: int = 0
	until: date | None = None
	days: tuple[tuple[int, int], ...] = ()
	parts: tuple[tuple[str, tuple[int, ...]], ...] = ()
	week_start: int = 0


@dataclass(frozen=True)
class Occurrence:
	"""One of a series: when the rule says, which one it is (from 1), and when it is due, holidays considered."""

	occurs_on: datetime
	number: int
	due_on: datetime


def parse(text: str) -> Rule:
	"""Read a rule. Raises BadRule: nonsense, too_often, too_rare, time_of_day, both_ends, too_many."""
	values = _split(text)
	frequency = _frequency(values)
	rule = Rule(
		frequency=frequency,
		interval=_number(values.pop("INTERVAL", "1"), LARGEST_INTERVAL, "too_rare"),
		count=_number(values.pop("COUNT"), LARGEST_COUNT, "too_many") if "COUNT" in values else 0,
		until=_until(values.pop("UNTIL")) if "UNTIL" in values else None,
		week_start=_week_start(values.pop("WKST", "MO")),
		days=tuple(_day(one, frequency) for one in _several(values.pop("BYDAY", ""))),
		parts=tuple((key, _part(key, values.pop(key), frequency)) for key in PARTS if key in values),
	)
	if values or (rule.parts and rule.parts[0][0] == "BYSETPOS" and not rule.days):
		raise BadRule("nonsense")
	return rule


def _frequency(values: dict[str, str]) -> str:
	"""Take the frequency out of the values, and refuse at once what no rule of ours has."""
	frequency = values.pop("FREQ", "")
	if frequency in TOO_OFTEN:
		raise BadRule("too_often")
	if any(key in values for key in OF_THE_CLOCK):
		raise BadRule("time_of_day")
	if frequency not in FREQUENCIES:
		raise BadRule("nonsense")
	if "COUNT" in values and "UNTIL" in values:
		raise BadRule("both_ends")
	return frequency


def _split(text: str) -> dict[str, str]:
	line = "".join(text.upper().split()).removeprefix("RRULE:")
	pairs = [part.partition("=") for part in line.split(";") if part]
	values = {key: value for key, _equals, value in pairs}
	if len(line) > LONGEST_TEXT or len(values) != len(pairs) or not all(values.values()):
		raise BadRule("nonsense")
	return values


def _number(text: str, largest: int, code: str) -> int:
	if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
		raise BadRule("nonsense")
	if int(text) > largest:
		raise BadRule(code)
	return int(text)


def _until(text: str) -> date:
	found = UNTIL.fullmatch(text)
	if not found:
		raise BadRule("nonsense")
	try:
		return datetime.strptime(found[1], "%Y%m%d").date()
	except ValueError:
		raise BadRule("nonsense") from None


def _week_start(text: str) -> int:
	if text not in DAYS:
		raise BadRule("nonsense")
	return DAYS.index(text)


def _several(text: str) -> list[str]:
	return text.split(",") if text else []


def _day(text: str, frequency: str) -> tuple[int, int]:
	found = DAY.fullmatch(text)
	if not found:
		raise BadRule("nonsense")
	which = int(found[1] or 0)
	if found[1] and (which == 0 or abs(which) > 53 or frequency not in ("MONTHLY", "YEARLY")):
		raise BadRule("nonsense")
	return DAYS.index(found[2]), which


def _part(key: str, text: str, frequency: str) -> tuple[int, ...]:
	_argument, smallest, largest = PARTS[key]
	if key in ONLY_YEARLY and frequency != "YEARLY":
		raise BadRule("nonsense")
	numbers = []
	for one in text.split(","):
		if not re.fullmatch(r"[+-]?[0-9]{1,3}", one) or not smallest <= abs(int(one)) <= largest:
			raise BadRule("nonsense")
		numbers.append(int(one))
	if key in ONLY_POSITIVE and min(numbers) < 0:
		raise BadRule("nonsense")
	return tuple(numbers)


def write(rule: Rule) -> str:
	"""Return a rule as RFC 5545 writes it, its parts always in the same order."""
	ends = f"{rule.until:%Y%m%d}T235959" if rule.until else ""
	pairs = [
		("FREQ", rule.frequency),
		("INTERVAL", str(rule.interval) if rule.interval > 1 else ""),
		*((key, ",".join(map(str, numbers))) for key, numbers in rule.parts if key != "BYSETPOS"),
		("BYDAY", ",".join(f"{which or ''}{DAYS[day]}" for day, which in rule.days)),
		*((key, ",".join(map(str, numbers))) for key, numbers in rule.parts if key == "BYSETPOS"),
		("WKST", DAYS[rule.week_start] if rule.week_start else ""),
		("COUNT", str(rule.count) if rule.count else ""),
		("UNTIL", ends),
	]
	return ";".join(f"{key}={value}" for key, value in pairs if value)


def following(rule: Rule, moment: datetime) -> Iterator[datetime]:
	"""Yield the times of a rule after a moment that is one of them, or its beginning; `count` is left to the caller."""
	# Looked for at the end of dateutil's calendar, in a like year, so that a rule that never occurs comes to an end soon.
	ahead = (MAXYEAR - moment.year) // CYCLE * CYCLE
	start = moment.replace(year=moment.year + ahead)
	for found in rrule.rrule(FREQUENCIES[rule.frequency], dtstart=start, **_arguments(rule)):
		occurs_on = found.replace(year=found.year - ahead)
		if rule.until and occurs_on.date() > rule.until:
			return
		if occurs_on > moment:
			yield occurs_on


def _arguments(rule: Rule) -> dict[str, Any]:
	weekdays = [rrule.weekday(day, which or None) for day, which in rule.days]
	return {
		"interval": rule.interval,
		"wkst": rule.week_start,
		"byweekday": weekdays or None,
		**{PARTS[key][0]: list(numbers) for key, numbers in rule.parts},
	}


def check(rule: Rule, start: datetime) -> None:
	"""Raise BadRule where a rule that begins at a time never continues: ends_before_start, never."""
	if rule.until and rule.until < start.date():
		raise BadRule("ends_before_start")
	if rule.until and rule.until - start.date() < HORIZON:
		return
	first = next(following(rule, start), None)
	if first is None or first - start > HORIZON:
		raise BadRule("never")


def next_by_calendar(
	rule: Rule, current: Occurrence, now: datetime, holidays: frozenset[date] = frozenset()
) -> Occurrence | None:
	"""Return the one after `current`; of several that were missed meanwhile the last, None where the series ends.

	Only those that are made have a number: neither what was missed nor what holidays merged with another counts.
	"""
	if rule.count and current.number >= rule.count:
		return None
	found = None
	for occurs_on, due_on in _landings(rule, current.occurs_on, holidays):
		if found and due_on > now:
			break
		found = Occurrence(occurs_on, current.number + 1, due_on)
		if due_on > now:
			break
	return found


def _landings(rule: Rule, moment: datetime, holidays: frozenset[date]) -> Iterator[tuple[datetime, datetime]]:
	"""Yield the times of a rule after a moment with where holidays move them; none that they move to where that one went."""
	began = after_holidays(moment, holidays)
	for occurs_on in following(rule, moment):
		due_on = after_holidays(occurs_on, holidays)
		if rule.until and due_on.date() > rule.until:
			return
		if due_on > began:
			yield occurs_on, due_on


def after_holidays(moment: datetime, holidays: frozenset[date]) -> datetime:
	"""Return the moment, on the next day that is no holiday; the same where a whole year is holidays."""
	days = (moment + timedelta(days=ahead) for ahead in range(LONGEST_HOLIDAY))
	return next((day for day in days if day.date() not in holidays), moment)


def in_working_days(
	start: datetime, working_days: int, at: time, holidays: frozenset[date] = frozenset()
) -> datetime:
	"""Return a time so many working days after a day; for 0 that day where it is a working one and the time is to come."""
	moment = after_holidays(datetime.combine(start.date(), at), holidays)
	if working_days == 0 and moment <= start:
		working_days = 1
	for _day_ahead in range(working_days):
		moment = after_holidays(moment + timedelta(days=1), holidays)
	return moment
