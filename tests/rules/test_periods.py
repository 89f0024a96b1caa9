"""Periods: months, the one before, and which snapshots are forgotten."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import periods

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_problems() -> None:
	assert periods.problem(date(2026, 2, 1), date(2026, 1, 1)) == "backwards"
	assert periods.problem(date(2000, 1, 1), date(2050, 1, 1)) == "too_long"
	assert periods.problem(date(2026, 1, 1), date(2026, 1, 1)) == ""


@given(DAYS, st.integers(0, 900))
def test_months_cover_the_period_once(first: date, length: int) -> None:
	last = first + timedelta(days=length)
	found = periods.months(first, last)
	days = [
		month.first + timedelta(days=n) for month in found for n in range((month.last - month.first).days + 1)
	]
	assert days == [first + timedelta(days=n) for n in range(length + 1)]
	assert all(
		month.key == periods.month_key(month.first) == periods.month_key(month.last) for month in found
	)


@given(DAYS, st.integers(0, 900))
def test_the_period_before_ends_where_the_period_begins(first: date, length: int) -> None:
	last = first + timedelta(days=length)
	earlier, end = periods.before(first, last)
	assert end + timedelta(days=1) == first and earlier <= end
	if first.day == 1 and (last + timedelta(days=1)).day == 1:
		assert earlier.day == 1
		assert len(periods.months(earlier, end)) == len(periods.months(first, last))
	else:
		assert end - earlier == last - first


def test_next_month_crosses_years_both_ways() -> None:
	assert periods.next_month(date(2026, 12, 31)) == date(2027, 1, 1)
	assert periods.next_month(date(2026, 1, 31), -1) == date(2025, 12, 1)
	assert periods.month_of(date(2028, 2, 5)).last == date(2028, 2, 29)


@given(st.sets(DAYS, max_size=60), DAYS)
def test_of_each_old_week_the_last_day_stays(days: set[date], since: date) -> None:
	dropped = set(periods.days_of_weeks_to_drop(list(days), since))
	stays = days - dropped
	assert all(day < since for day in dropped)
	weeks = [day.isocalendar()[:2] for day in stays if day < since]
	assert len(weeks) == len(set(weeks))
	assert {day.isocalendar()[:2] for day in days if day < since} == set(weeks)
	for day in dropped:
		assert any(day < other and day.isocalendar()[:2] == other.isocalendar()[:2] for other in stays)


def test_the_month_so_far_and_the_same_days_of_the_one_before() -> None:
	now, then = periods.month_so_far(date(2026, 3, 31))
	assert (now.first, now.last) == (date(2026, 3, 1), date(2026, 3, 31))
	assert (then.first, then.last) == (date(2026, 2, 1), date(2026, 2, 28))
	assert periods.month_so_far(date(2026, 1, 5))[1].last == date(2025, 12, 5)


@given(DAYS, st.integers(1, 400))
def test_so_many_days_and_as_many_before(day: date, count: int) -> None:
	now, then = periods.days_so_far(day, count)
	assert (now.last - now.first).days == (then.last - then.first).days == count - 1
	assert now.last == day and then.last + timedelta(days=1) == now.first
