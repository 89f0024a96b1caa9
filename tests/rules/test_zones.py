"""The two conversions between moments and what a clock on the wall shows."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import zones
from crm_plus.rules.zones import UTC

BERLIN = "Europe/Berlin"


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
