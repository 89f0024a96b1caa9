"""Recurrence against an oracle that walks the days one by one and knows nothing of dateutil."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import recurrence
from crm_plus.rules.recurrence import BadRule, Occurrence, Rule, following, parse, write
from crm_plus.rules.recurrence_patterns import (
	BY_DATE,
	BY_WEEKDAY,
	DAILY,
	WEEKDAYS,
	WEEKLY,
	Pattern,
	rule_of,
)
from strategies.recurrence import beginnings, patterns

JANUARY_31 = datetime(2026, 1, 31, 9, 0)
DAY = timedelta(days=1)


def some(rule: Rule, start: datetime, number: int) -> list[datetime]:
	found = following(rule, start)
	return [moment for moment, _number in zip(found, range(number), strict=False)]


# --- the oracle ---------------------------------------------------------------------------------------------------


def meets(pattern: Pattern, start: date, day: date) -> bool:
	"""Tell whether a pattern that began on a day has another day, by looking at that day alone."""
	months = (day.year - start.year) * 12 + day.month - start.month
	monday, first_monday = day - day.weekday() * DAY, start - start.weekday() * DAY
	weeks = (monday - first_monday).days // 7
	last = monthrange(day.year, day.month)[1]
	if pattern.kind == DAILY:
		return (day - start).days % pattern.every == 0
	if pattern.kind == WEEKDAYS:
		return day.weekday() < 5
	if pattern.kind == WEEKLY:
		return weeks % pattern.every == 0 and day.weekday() in (pattern.weekdays or (start.weekday(),))
	if pattern.kind == BY_DATE:
		return months % pattern.every == 0 and day.day == min(start.day, last)
	if pattern.kind == BY_WEEKDAY:
		which = (day.day - 1) // 7 + 1
		right_week = day.day + 7 > last if pattern.week == -1 else which == pattern.week
		return months % pattern.every == 0 and right_week and day.weekday() == pattern.weekday
	same_day = day.month == start.month and day.day == min(start.day, last)
	return (day.year - start.year) % pattern.every == 0 and same_day


def walk(pattern: Pattern, start: date, days: int) -> list[date]:
	"""Return every day after the beginning that the pattern has, in so many days."""
	last = pattern.until or date.max
	each = (start + ahead * DAY for ahead in range(1, days + 1))
	return [day for day in each if day <= last and meets(pattern, start, day)]


@given(patterns, beginnings, st.one_of(st.none(), st.integers(0, 500)))
def test_a_pattern_recurs_on_the_days_that_walking_finds(
	pattern: Pattern, start: datetime, lasts: int | None
) -> None:
	until = None if lasts is None else start.date() + lasts * DAY
	pattern = Pattern(**{**vars(pattern), "until": until})
	expected = walk(pattern, start.date(), 1200)
	found = some(rule_of(pattern, start), start, len(expected) + 5)
	within = [moment for moment in found if moment.date() <= start.date() + 1200 * DAY]
	assert within == [datetime.combine(day, start.time()) for day in expected]


@given(patterns, beginnings, st.integers(1, 6))
def test_walking_on_from_each_occurrence_finds_the_same_series(
	pattern: Pattern, start: datetime, number: int
) -> None:
	rule = rule_of(pattern, start)
	at_once = some(rule, start, number)
	one_by_one, here = [], start
	for _step in at_once:
		here = next(following(rule, here))
		one_by_one.append(here)
	assert one_by_one == at_once


holiday_sets = st.sets(st.integers(0, 80), max_size=40).map(frozenset)


@given(patterns, beginnings, holiday_sets, st.integers(0, 90), st.integers(0, 12))
def test_the_next_one_is_what_walking_finds(
	pattern: Pattern, start: datetime, off: frozenset[int], later: int, count: int
) -> None:
	"""Missed ones come as one, holidays move, and two that meet on one day are one: told here without looking ahead."""
	holidays = frozenset(start.date() + ahead * DAY for ahead in off)
	now = start + later * DAY + timedelta(minutes=1)
	rule = parse(write(Rule(**{**vars(rule_of(pattern, start)), "count": count})))
	candidates = []
	for day in walk(pattern, start.date(), 4000) if count != 1 else []:
		due = day
		while due in holidays:
			due += DAY
		candidates.append(
			Occurrence(datetime.combine(day, start.time()), 2, datetime.combine(due, start.time()))
		)
	# Where several land on one day, the first of them stands for all.
	lands = {}
	begins = start
	while begins.date() in holidays:
		begins += DAY
	for one in candidates:
		if one.due_on > begins:
			lands.setdefault(one.due_on, one)
	past = [one for one in lands.values() if one.due_on <= now]
	ahead = [one for one in lands.values() if one.due_on > now]
	expected = past[-1] if past else (ahead[0] if ahead else None)
	found = recurrence.next_by_calendar(rule, Occurrence(start, 1, start), now, holidays)
	if expected is None:
		assert found is None
		return
	assert found is not None
	assert (found.due_on, found.number) == (expected.due_on, 2)
	assert found.due_on.date() not in holidays


@given(patterns, beginnings, holiday_sets, st.integers(0, 20), st.integers(1, 6))
def test_so_many_are_made_as_the_series_has_whatever_is_missed_or_merged(
	pattern: Pattern, start: datetime, off: frozenset[int], late: int, count: int
) -> None:
	holidays = frozenset(start.date() + ahead * DAY for ahead in off)
	rule = parse(write(Rule(**{**vars(rule_of(pattern, start)), "count": count})))
	here: Occurrence | None = Occurrence(start, 1, start)
	numbers, days = [], set()
	while here:
		numbers.append(here.number)
		days.add(recurrence.after_holidays(here.due_on, holidays))
		here = recurrence.next_by_calendar(rule, here, here.due_on + late * DAY, holidays)
	assert numbers == list(range(1, count + 1))
	assert len(days) == count


# --- by hand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("text", "code"),
	[
		("", "nonsense"),
		("next tuesday", "nonsense"),
		("FREQ=SOMETIMES", "nonsense"),
		("FREQ=DAILY;FREQ=DAILY", "nonsense"),
		("FREQ=DAILY;INTERVAL=0", "nonsense"),
		("FREQ=DAILY;INTERVAL=-1", "nonsense"),
		("FREQ=DAILY;INTERVAL=٣", "nonsense"),
		("FREQ=DAILY;UNTIL=20261331", "nonsense"),
		("FREQ=WEEKLY;BYDAY=2MO", "nonsense"),
		("FREQ=MONTHLY;BYDAY=0MO", "nonsense"),
		("FREQ=MONTHLY;BYMONTHDAY=32", "nonsense"),
		("FREQ=MONTHLY;BYSETPOS=1", "nonsense"),
		("FREQ=MONTHLY;BYEASTER=0", "nonsense"),
		("FREQ=DAILY;BYMONTH=-1", "nonsense"),
		("FREQ=MONTHLY;BYWEEKNO=3", "nonsense"),
		("FREQ=DAILY;" + "X=1;" * 100, "nonsense"),
		("FREQ=SECONDLY", "too_often"),
		("FREQ=HOURLY;COUNT=3", "too_often"),
		("FREQ=DAILY;BYHOUR=9", "time_of_day"),
		("FREQ=DAILY;COUNT=3;UNTIL=20270101", "both_ends"),
		("FREQ=DAILY;COUNT=1000000", "too_many"),
	],
)
def test_what_is_no_rule_is_refused_with_its_reason(text: str, code: str) -> None:
	with pytest.raises(BadRule, match=f"^{code}$"):
		parse(text)


@pytest.mark.parametrize("frequency", recurrence.FREQUENCIES)
def test_31_february_never_occurs_and_says_so_soon(frequency: str) -> None:
	with pytest.raises(BadRule, match="never"):
		recurrence.check(parse(f"FREQ={frequency};BYMONTH=2;BYMONTHDAY=31"), JANUARY_31)


def test_a_rule_that_ends_before_it_begins_is_refused() -> None:
	with pytest.raises(BadRule, match="ends_before_start"):
		recurrence.check(parse("FREQ=DAILY;UNTIL=20260130"), JANUARY_31)
	recurrence.check(parse("FREQ=DAILY;UNTIL=20260131"), JANUARY_31)


@given(st.text(alphabet="FREQ=DAILYMONTHWKSUNTBPC;,0123456789+-T:Z ", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
	try:
		rule = parse(text)
		recurrence.check(rule, JANUARY_31)
	except BadRule:
		return
	assert parse(write(rule)) == rule


def test_a_last_day_stops_also_what_a_holiday_would_move_behind_it() -> None:
	rule, start = parse("FREQ=DAILY;UNTIL=20260202"), datetime(2026, 2, 1, 9)
	current = Occurrence(start, 1, start)
	assert recurrence.next_by_calendar(rule, current, start, frozenset({date(2026, 2, 2)})) is None


@given(beginnings, st.integers(0, 15), st.sets(st.integers(0, 30)), st.integers(0, 23))
def test_working_days_are_counted_one_by_one(start: datetime, days: int, off: set[int], hour: int) -> None:
	holidays = frozenset(start.date() + ahead * DAY for ahead in off)
	found = recurrence.in_working_days(start, days, time(hour), holidays)
	assert found > start and found.time() == time(hour)
	assert found.date() not in holidays
	between = [start.date() + ahead * DAY for ahead in range(1, (found.date() - start.date()).days + 1)]
	worked = sum(day not in holidays for day in between)
	if days and start.date() not in holidays:
		assert worked == days


def test_a_year_of_holidays_moves_nothing() -> None:
	always = frozenset(date(2026, 1, 1) + ahead * DAY for ahead in range(800))
	assert recurrence.after_holidays(JANUARY_31, always) == JANUARY_31
