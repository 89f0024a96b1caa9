"""Series that count from the day one was done, against an oracle that adds days and months by hand and knows no dateutil."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_plus.rules.recurrence import Occurrence, parse
from crm_plus.rules.recurrence_completion import next_after_completion
from crm_plus.rules.recurrence_patterns import (
	BY_DATE,
	BY_WEEKDAY,
	DAILY,
	WEEKDAYS,
	WEEKLY,
	YEARLY,
	Pattern,
	rule_of,
)
from strategies.recurrence import beginnings, patterns

DAY = timedelta(days=1)
TUESDAY = datetime(2026, 12, 8, 9)

# --- the oracle ---------------------------------------------------------------------------------------------------


def expected(pattern: Pattern, due: date, done: date) -> date:
	"""Return the day of the one after one that was due on a day and done on another."""
	base = max(due, done)
	if pattern.kind == DAILY:
		return base + pattern.every * DAY
	if pattern.kind == WEEKLY and len(pattern.weekdays) < 2:
		return base + 7 * pattern.every * DAY
	if pattern.kind in (BY_DATE, YEARLY):
		return months_later(base, pattern.every * (12 if pattern.kind == YEARLY else 1), due, pattern.kind)
	day = base + DAY
	while not (is_named(pattern, day) and is_in_turn(pattern, due, base, day)):
		day += DAY
	return day


def months_later(base: date, months: int, due: date, kind: str) -> date:
	"""Return the same day so many months later, the last one where the month is too short for it.

	The last day of a month that was too short for the day on which the series is due stands for that day.
	"""
	meant = base.day
	if base.day == length(base.year, base.month) and due.day > base.day:
		meant = due.day if kind == BY_DATE or due.month == base.month else base.day
	months += base.year * 12 + base.month - 1
	year, month = months // 12, months % 12 + 1
	return date(year, month, min(meant, length(year, month)))


def length(year: int, month: int) -> int:
	return monthrange(year, month)[1]


def is_named(pattern: Pattern, day: date) -> bool:
	if pattern.kind == WEEKDAYS:
		return day.weekday() < 5
	if pattern.kind == WEEKLY:
		return day.weekday() in pattern.weekdays
	is_last = day.day + 7 > length(day.year, day.month)
	right = is_last if pattern.week == -1 else (day.day - 1) // 7 + 1 == pattern.week
	return right and day.weekday() == pattern.weekday


def is_in_turn(pattern: Pattern, due: date, base: date, day: date) -> bool:
	"""Tell whether a day's week or month has its turn: those of the week or month it was done in, where that was due."""
	every = 1 if pattern.kind == WEEKDAYS else pattern.every
	later = period(pattern, day) - period(pattern, base)
	return later % every == 0 and (later > 0 or every == 1 or period(pattern, base) == period(pattern, due))


def period(pattern: Pattern, day: date) -> int:
	if pattern.kind == BY_WEEKDAY:
		return day.year * 12 + day.month
	return (day.toordinal() - 1) // 7


SECOND_TUESDAY = Pattern(BY_WEEKDAY, week=2, weekday=1)


@given(patterns, beginnings, st.integers(-40, 120))
@example(SECOND_TUESDAY, TUESDAY, -1)
@example(replace(SECOND_TUESDAY, every=3), datetime(2026, 9, 8, 9), 84)
@example(Pattern(WEEKDAYS), TUESDAY, -4)
@example(Pattern(WEEKLY, weekdays=(0, 2)), datetime(2026, 12, 7, 9), -1)
@example(Pattern(WEEKLY, every=2, weekdays=(0, 2)), datetime(2026, 12, 7, 9), 1)
@example(Pattern(BY_DATE), datetime(2026, 1, 31, 9), 28)
@example(Pattern(YEARLY), datetime(2028, 2, 29, 9), 365)
def test_the_next_one_is_what_reckoning_by_hand_says(pattern: Pattern, start: datetime, delay: int) -> None:
	done = start.date() + delay * DAY
	found = next_after_completion(rule_of(pattern, start), Occurrence(start, 4, start), done)
	assert found is not None
	assert found.occurs_on == datetime.combine(expected(pattern, start.date(), done), start.time())
	assert found.number == 5


@given(patterns, beginnings, st.integers(-40, 120), st.sets(st.integers(-10, 200)), st.integers(0, 30))
def test_the_next_one_is_never_due_on_the_day_of_this_one(
	pattern: Pattern, start: datetime, delay: int, off: set[int], snoozed: int
) -> None:
	holidays = frozenset(start.date() + ahead * DAY for ahead in off)
	current = Occurrence(start, 1, start + snoozed * DAY)
	done = start.date() + delay * DAY
	found = next_after_completion(rule_of(pattern, start), current, done, holidays)
	assert found is not None
	assert found.due_on > current.due_on
	assert found.due_on.date() > done
	assert found.due_on.date() not in holidays


@given(patterns, beginnings, st.lists(st.integers(-20, 60), min_size=7, max_size=7), st.integers(1, 6))
def test_so_many_are_made_as_the_series_has(
	pattern: Pattern, start: datetime, delays: list[int], count: int
) -> None:
	rule, numbers = rule_of(replace(pattern, count=count), start), []
	here: Occurrence | None = Occurrence(start, 1, start)
	for delay in delays:
		if here is None:
			break
		numbers.append(here.number)
		here = next_after_completion(rule, here, here.due_on.date() + delay * DAY)
	assert here is None
	assert numbers == list(range(1, count + 1))


# --- by hand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("text", "due", "done", "following"),
	[
		("FREQ=MONTHLY;BYDAY=2TU", "2026-12-08", "2026-12-07", "2027-01-12"),
		("FREQ=MONTHLY;BYDAY=2TU", "2026-11-10", "2026-12-01", "2026-12-08"),
		("FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU", "2026-09-08", "2026-12-01", "2027-03-09"),
		("FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU", "2026-09-08", "2026-09-30", "2026-12-08"),
		("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-12-08", "2026-12-04", "2026-12-09"),
		("FREQ=WEEKLY;BYDAY=MO,WE", "2026-12-07", "2026-12-06", "2026-12-09"),
		("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-12-07", "2026-12-08", "2026-12-09"),
		("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-12-07", "2026-12-15", "2026-12-28"),
		("FREQ=WEEKLY;INTERVAL=2", "2026-03-02", "2026-03-05", "2026-03-19"),
	],
)
def test_by_hand(text: str, due: str, done: str, following: str) -> None:
	start = datetime.fromisoformat(f"{due} 14:30")
	found = next_after_completion(parse(text), Occurrence(start, 1, start), date.fromisoformat(done))
	assert found is not None
	assert found.occurs_on == found.due_on == datetime.fromisoformat(f"{following} 14:30")


def test_a_last_day_stops_also_what_a_holiday_would_move_behind_it() -> None:
	rule, start = parse("FREQ=DAILY;UNTIL=20260202"), datetime(2026, 2, 1, 9)
	holidays = frozenset({date(2026, 2, 2)})
	assert next_after_completion(rule, Occurrence(start, 1, start), date(2026, 2, 1), holidays) is None
