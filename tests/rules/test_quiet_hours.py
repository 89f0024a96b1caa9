"""Quiet hours against a minute-by-minute walk along the wall clock, across changes of summer time."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_plus.rules import quiet_hours
from crm_plus.rules.quiet_hours import Hours
from crm_plus.rules.zones import UTC, moment

ZONES = (
	"Europe/Berlin",
	"America/New_York",
	"Asia/Kolkata",
	"Australia/Lord_Howe",
	"America/St_Johns",
	"UTC",
)
MINUTE = timedelta(minutes=1)
# Around the days on which these zones change their clocks, and around none.
STARTS = (
	datetime(2026, 3, 28),
	datetime(2026, 10, 24),
	datetime(2026, 4, 4),
	datetime(2026, 3, 7),
	datetime(2026, 6, 1),
)

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
all_hours = st.builds(
	Hours,
	zone=st.sampled_from(ZONES),
	quiet_from=st.none() | clocks,
	quiet_to=clocks,
	working_days=st.frozensets(st.integers(0, 6)),
	digest_at=clocks,
)
times = st.builds(
	lambda start, minutes: start.replace(tzinfo=UTC) + timedelta(minutes=minutes),
	st.sampled_from(STARTS),
	st.integers(0, 3 * 24 * 60),
)
BERLIN_NIGHT = Hours("Europe/Berlin", time(20), time(8), frozenset(range(5)))


@given(all_hours, times, st.booleans())
@example(Hours("Europe/Berlin", time(1), time(2, 30)), datetime(2026, 3, 29, 0, 30, tzinfo=UTC), False)
@example(Hours("Europe/Berlin", time(2, 30), time(2, 45)), datetime(2026, 10, 25, 0, 40, tzinfo=UTC), True)
@settings(max_examples=60, deadline=None)
def test_next_open_is_the_first_minute_that_a_walk_finds(hours: Hours, at: datetime, any_day: bool) -> None:
	walked = at
	while not quiet_hours.is_open(hours, walked, any_day=any_day):
		walked += MINUTE
	assert quiet_hours.next_open(hours, at, any_day=any_day) == walked


@given(all_hours, times, st.booleans())
@settings(max_examples=60, deadline=None)
def test_last_open_is_the_last_minute_that_a_walk_back_finds(
	hours: Hours, at: datetime, any_day: bool
) -> None:
	walked = at
	while not quiet_hours.is_open(hours, walked, any_day=any_day):
		walked -= MINUTE
	assert quiet_hours.last_open(hours, at, any_day=any_day) == walked


@given(all_hours, times)
@settings(max_examples=60, deadline=None)
def test_the_digest_comes_once_on_a_working_day_and_not_into_a_quiet_time(hours: Hours, at: datetime) -> None:
	after = quiet_hours.digest_after(hours, at)
	# Two weeks: who works on Mondays from 2:00 to 2:15 and wants the digest at 3:00 has it a week later.
	assert at <= after <= at + timedelta(days=15)
	assert quiet_hours.is_open(hours, after)
	assert quiet_hours.digest_before(hours, after) == after
	assert quiet_hours.digest_before(hours, at) <= at


@pytest.mark.parametrize(
	("asked", "expected"),
	[
		(datetime(2026, 6, 1, 12, 0), datetime(2026, 6, 1, 12, 0)),
		(datetime(2026, 6, 1, 20, 0), datetime(2026, 6, 2, 8, 0)),
		(datetime(2026, 6, 1, 7, 59), datetime(2026, 6, 1, 8, 0)),
		(datetime(2026, 6, 5, 21, 0), datetime(2026, 6, 8, 8, 0)),  # Friday night: Monday morning
	],
)
def test_messages_wait_for_the_morning(asked: datetime, expected: datetime) -> None:
	zone = "Europe/Berlin"
	assert quiet_hours.next_open(BERLIN_NIGHT, moment(asked, zone)) == moment(expected, zone)


def test_a_person_without_working_days_is_told_on_all() -> None:
	hours = Hours(working_days=frozenset())
	sunday = datetime(2026, 6, 7, 12, tzinfo=UTC)
	assert quiet_hours.next_open(hours, sunday) == sunday
