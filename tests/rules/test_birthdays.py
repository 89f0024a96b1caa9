"""Birthdays, compared with a walk through the days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import birthdays

born = st.dates(date(1900, 1, 1), date(2026, 1, 1))
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def celebrated_on(birthday: date, day: date) -> bool:
	"""The same rule in other words: the same month and day, or the last of February for a leap day that is missing."""
	if (birthday.month, birthday.day) == (day.month, day.day):
		return True
	is_last_of_february = day.month == 2 and (day + timedelta(days=1)).month == 3
	return (birthday.month, birthday.day) == (2, 29) and is_last_of_february and day.day == 28


@given(born, days)
def test_the_next_birthday_is_what_a_walk_finds(birthday: date, today: date) -> None:
	day = today
	while not celebrated_on(birthday, day):
		day += timedelta(days=1)
	assert birthdays.next_on(birthday, today) == day


@given(born, days, st.integers(0, 800))
def test_none_is_missed_in_a_period(birthday: date, first: date, length: int) -> None:
	last = first + timedelta(days=length)
	if birthdays.next_on(birthday, first) <= last:
		assert birthdays.key(birthday) in birthdays.keys(first, last)


@pytest.mark.parametrize(
	("today", "expected"),
	[
		(date(2027, 2, 1), date(2027, 2, 28)),
		(date(2028, 2, 1), date(2028, 2, 29)),
		(date(2028, 2, 28), date(2028, 2, 29)),
		(date(2027, 3, 1), date(2028, 2, 29)),
	],
)
def test_the_leap_day(today: date, expected: date) -> None:
	assert birthdays.next_on(date(1996, 2, 29), today) == expected


def test_what_no_birthday_is() -> None:
	today = date(2026, 6, 1)
	assert not birthdays.is_possible(date(2026, 6, 2), today)
	assert not birthdays.is_possible(birthdays.ERASED, today)
	assert birthdays.is_possible(today, today)
