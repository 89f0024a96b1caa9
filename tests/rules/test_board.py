"""What the board's periods mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.board import PERIODS, period_bounds

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
	("period", "first", "last"),
	[
		("", None, None),
		("overdue", None, date(2026, 11, 22)),
		("this_month", date(2026, 11, 1), date(2026, 11, 30)),
		("next_month", date(2026, 12, 1), date(2026, 12, 31)),
		("this_quarter", date(2026, 10, 1), date(2026, 12, 31)),
		("this_year", date(2026, 1, 1), date(2026, 12, 31)),
	],
)
def test_each_period_covers_its_calendar_months(period: str, first: date | None, last: date | None) -> None:
	assert period_bounds(period, MONDAY) == (first, last)


def test_the_month_after_december_is_in_the_next_year() -> None:
	assert period_bounds("next_month", date(2026, 12, 31)) == (date(2027, 1, 1), date(2027, 1, 31))


def test_february_ends_by_the_calendar() -> None:
	assert period_bounds("this_month", date(2028, 2, 5))[1] == date(2028, 2, 29)


def test_a_custom_period_may_be_open_on_either_side() -> None:
	assert period_bounds("custom", MONDAY, date(2026, 1, 1)) == (date(2026, 1, 1), None)
	assert period_bounds("custom", MONDAY, None, MONDAY) == (None, MONDAY)
	assert period_bounds("this_month", MONDAY, date(1900, 1, 1))[0] == date(2026, 11, 1)


@pytest.mark.parametrize(
	("period", "first", "last"), [("someday", None, None), ("custom", MONDAY, MONDAY - timedelta(days=1))]
)
def test_what_cannot_be_meant_is_refused(period: str, first: date | None, last: date | None) -> None:
	with pytest.raises(ValueError, match="period"):
		period_bounds(period, MONDAY, first, last)


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.sampled_from(PERIODS))
def test_this_periods_hold_today_and_begin_with_a_month(today: date, period: str) -> None:
	first, last = period_bounds(period, today)
	if not period.startswith("this_"):
		return
	assert first is not None and last is not None
	assert first <= today <= last
	assert first.day == 1 and (last + timedelta(days=1)).day == 1
