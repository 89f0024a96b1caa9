"""Between moments and what clocks on walls show: nine o'clock stays nine o'clock."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import zones
from crm_plus.rules.recurrence import following, parse
from crm_plus.rules.zones import UTC

BERLIN = "Europe/Berlin"
ZONES = (
	"Europe/Berlin",
	"America/New_York",
	"Asia/Kolkata",
	"Australia/Lord_Howe",
	"UTC",
	"Africa/Casablanca",
)


@given(
	st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
	st.sampled_from([BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_a_reading_with_its_fold_is_the_same_moment_again(at: datetime, zone: str) -> None:
	read = zones.reading(at.replace(tzinfo=UTC), zone)
	assert zones.moment(read, zone, read.fold) == at.replace(tzinfo=UTC)


def test_the_hour_that_comes_twice() -> None:
	clock = datetime(2026, 10, 25, 2, 30)
	first, second = zones.moments(clock, BERLIN)
	assert second - first == timedelta(hours=1)
	assert zones.moment(clock, BERLIN) == first


def test_the_hour_that_is_skipped_is_moved_on() -> None:
	assert zones.reading(zones.moment(datetime(2026, 3, 29, 2, 30), BERLIN), BERLIN) == datetime(
		2026, 3, 29, 3, 30
	)


def test_jumps() -> None:
	assert zones.jump(BERLIN, date(2026, 3, 29)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
	assert zones.jump(BERLIN, date(2026, 10, 25)) == datetime(2026, 10, 25, 1, tzinfo=UTC)
	assert zones.jump(BERLIN, date(2026, 6, 1)) is None


def test_an_unknown_zone_is_utc() -> None:
	assert zones.reading(datetime(2026, 6, 1, tzinfo=UTC), "Nowhere/At All") == datetime(2026, 6, 1)


def test_nine_in_new_york_is_stored_as_the_berlin_time_of_that_day() -> None:
	"""America changes its clocks three weeks before Europe does: 15:00 in Berlin before and after, 14:00 between."""
	start = datetime(2026, 3, 2, 9)
	weeks = [
		start,
		*(moment for moment, _n in zip(following(parse("FREQ=WEEKLY"), start), range(5), strict=False)),
	]
	stored = [zones.translated(moment, "America/New_York", "Europe/Berlin") for moment in weeks]
	assert [moment.hour for moment in stored] == [15, 14, 14, 14, 15, 15]
	assert [zones.translated(moment, "Europe/Berlin", "America/New_York").hour for moment in stored] == [
		9
	] * 6


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
	assert zones.translated(wall, "Europe/Berlin", "UTC") == stored


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(
	lambda one: one.replace(microsecond=0)
)


@given(moments, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_there_and_back_is_the_same_moment_but_for_the_changed_hour(
	moment: datetime, site: str, person: str
) -> None:
	there = zones.translated(moment, site, person)
	back = zones.translated(there, person, site)
	assert abs(back - moment) <= timedelta(hours=1)
	assert zones.translated(moment, site, site) == moment
