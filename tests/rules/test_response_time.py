"""What counts as answered in time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import response_time as rules


@pytest.mark.parametrize(
	("hours", "seconds"),
	[
		(24, 86_400),
		(0.5, 1800),
		(8784, 31_622_400),
		(0, None),
		(-1, None),
		(8785, None),
		(float("nan"), None),
	],
)
def test_a_target_is_hours_above_nothing_and_within_a_year(hours: float, seconds: int | None) -> None:
	assert rules.target_seconds(hours) == seconds


def test_weekends_are_saturdays_and_sundays() -> None:
	found = rules.weekends(date(2026, 11, 20), date(2026, 11, 30))
	assert found == [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 28), date(2026, 11, 29)]


def test_a_period_without_days_has_no_weekend() -> None:
	assert rules.weekends(date(2026, 11, 22), date(2026, 11, 20)) == []


@given(st.integers(1, 10_000), st.integers(1, 10))
def test_the_place_is_the_first_that_holds_so_many_tenths(count: int, tenths: int) -> None:
	found = rules.place(count, tenths)
	assert found / count >= tenths / 10 > (found - 1) / count


def test_the_outcomes_are_named_once() -> None:
	assert len(set(rules.OUTCOMES)) == len(rules.OUTCOMES) == 5
