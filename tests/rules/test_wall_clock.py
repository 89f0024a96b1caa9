"""Nine o'clock stays nine o'clock."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.recurrence import following, parse
from crm_plus.rules.wall_clock import on_site, on_wall

ZONES = (
	"Europe/Berlin",
	"America/New_York",
	"Asia/Kolkata",
	"Australia/Lord_Howe",
	"UTC",
	"Africa/Casablanca",
)


def test_nine_in_new_york_is_stored_as_the_berlin_time_of_that_day() -> None:
	"""America changes its clocks three weeks before Europe does: 15:00 in Berlin before and after, 14:00 between."""
	start = datetime(2026, 3, 2, 9)
	weeks = [
		start,
		*(moment for moment, _n in zip(following(parse("FREQ=WEEKLY"), start), range(5), strict=False)),
	]
	stored = [on_site(moment, "Europe/Berlin", "America/New_York") for moment in weeks]
	assert [moment.hour for moment in stored] == [15, 14, 14, 14, 15, 15]
	assert [on_wall(moment, "Europe/Berlin", "America/New_York").hour for moment in stored] == [9] * 6


@pytest.mark.parametrize(
	("wall", "stored"),
	[
		(
			datetime(2026, 3, 29, 2, 30),
			datetime(2026, 3, 29, 1, 30),
		),  # left out: as if the clock had not been changed
		(datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30)),  # comes twice: the first
	],
)
def test_times_that_daylight_saving_leaves_out_or_doubles(wall: datetime, stored: datetime) -> None:
	assert on_site(wall, "UTC", "Europe/Berlin") == stored


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(
	lambda one: one.replace(microsecond=0)
)


@given(moments, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_there_and_back_is_the_same_moment_but_for_the_changed_hour(
	moment: datetime, site: str, person: str
) -> None:
	there = on_wall(moment, site, person)
	back = on_site(there, site, person)
	assert abs(back - moment) <= timedelta(hours=1)
	assert on_wall(moment, site, site) == moment
