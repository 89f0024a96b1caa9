"""The ways of repeating that a form offers; tests/rules/test_recurrence.py holds them against an oracle."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given

from crm_plus.rules.recurrence import Rule, following, parse, write
from crm_plus.rules.recurrence_patterns import (
	BY_DATE,
	WEEKLY,
	YEARLY,
	Pattern,
	counted_from,
	day_meant,
	pattern_of,
	rule_of,
)
from strategies.recurrence import beginnings, patterns

JANUARY_31 = datetime(2026, 1, 31, 9, 0)


def some(rule: Rule, start: datetime, number: int) -> list[datetime]:
	found = following(rule, start)
	return [moment for moment, _number in zip(found, range(number), strict=False)]


@given(patterns, beginnings)
def test_a_pattern_is_known_again_by_its_rule(pattern: Pattern, start: datetime) -> None:
	rule = rule_of(pattern, start)
	found = pattern_of(write(rule), start)
	assert found is not None
	assert rule_of(found, start) == rule == parse(write(rule))


def test_the_31st_becomes_the_last_day_of_shorter_months() -> None:
	rule = rule_of(Pattern(BY_DATE), JANUARY_31)
	days = [moment.date().isoformat() for moment in some(rule, JANUARY_31, 5)]
	assert days == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
	assert day_meant(rule) == 31


def test_a_leap_day_becomes_the_28th() -> None:
	start = datetime(2024, 2, 29, 9)
	days = [moment.date().isoformat() for moment in some(rule_of(Pattern(YEARLY), start), start, 4)]
	assert days == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_a_bare_rule_is_read_as_the_form_means_it() -> None:
	pattern = pattern_of("FREQ=MONTHLY;COUNT=3", JANUARY_31)
	assert pattern is not None and pattern.kind == BY_DATE and pattern.count == 3
	assert pattern_of("RRULE:FREQ=WEEKLY;BYDAY=MO,FR", JANUARY_31) == Pattern(WEEKLY, weekdays=(0, 4))
	assert pattern_of("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", JANUARY_31) is None


@pytest.mark.parametrize("week", ["", "5", "-2", "-5"])
def test_a_weekday_that_the_form_does_not_offer_is_no_pattern(week: str) -> None:
	assert pattern_of(f"FREQ=MONTHLY;BYDAY={week}FR", JANUARY_31) is None


def test_counting_from_another_day_takes_that_day() -> None:
	thursday = datetime(2026, 3, 5, 11)
	every_2_weeks = counted_from(parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"), thursday)
	assert some(every_2_weeks, thursday, 1) == [datetime(2026, 3, 19, 11)]
	assert some(counted_from(parse("FREQ=MONTHLY;BYMONTHDAY=1"), JANUARY_31), JANUARY_31, 1)[0].day == 28
	assert (
		some(counted_from(parse("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"), thursday), thursday, 1)[0].month == 3
	)
	every_3_days = parse("FREQ=DAILY;INTERVAL=3")
	assert counted_from(every_3_days, thursday) == every_3_days
	for text in ("FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=2TU"):
		assert counted_from(parse(text), thursday) is None


def test_what_a_short_month_cut_off_comes_back() -> None:
	on_the_31st = rule_of(Pattern(BY_DATE), JANUARY_31)
	february = datetime(2027, 2, 28, 9)
	assert some(counted_from(on_the_31st, february), february, 1)[0].day == 31
	assert some(counted_from(on_the_31st, february - timedelta(days=1)), february, 1)[0].day == 27
