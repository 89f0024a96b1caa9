"""Which list a promise stands in."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.my_day import DAYS_AHEAD, LATER, OVERDUE, SOON, TODAY, bounds, list_of

NOON = datetime(2026, 11, 23, 12)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31))


def test_the_day_begins_and_ends_at_midnight() -> None:
	assert list_of(datetime(2026, 11, 22, 23, 59), NOON) == OVERDUE
	assert list_of(datetime(2026, 11, 23, 0, 0), NOON) == TODAY
	assert list_of(datetime(2026, 11, 23, 23, 59), NOON) == TODAY
	assert list_of(datetime(2026, 11, 24, 0, 0), NOON) == SOON
	assert list_of(datetime(2026, 11, 30, 23, 59), NOON) == SOON
	assert list_of(datetime(2026, 12, 1, 0, 0), NOON) == LATER


@given(moments, moments)
def test_days_between_decide(due_on: datetime, now: datetime) -> None:
	days = (due_on.date() - now.date()).days
	expected = OVERDUE if days < 0 else TODAY if days == 0 else SOON if days <= DAYS_AHEAD else LATER
	assert list_of(due_on, now) == expected


@given(moments, st.integers(1, 365))
def test_limits_are_in_order(now: datetime, quiet_after_days: int) -> None:
	limits = bounds(now, quiet_after_days)
	assert limits.today - limits.quiet_since == timedelta(days=quiet_after_days)
	assert limits.today <= now < limits.tomorrow < limits.end
	assert limits.tomorrow - limits.today == timedelta(days=1)
