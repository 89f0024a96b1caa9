"""When a reminder comes; the long run through weeks of virtual time stands in test_reminders_simulation."""

from datetime import date, datetime, time, timedelta

from crm_plus.rules import reminders
from crm_plus.rules.notices import EMAIL, IN_APP, Choice, Preference
from crm_plus.rules.quiet_hours import Hours
from crm_plus.rules.reminders import Entry, Occasion
from crm_plus.rules.zones import UTC

NIGHT = Hours("UTC", time(20), time(8), frozenset(range(5)), time(8))
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def preference(
	code: str, *channels: str, digest: bool = False, notice: int = 0, hours: Hours = NIGHT
) -> Preference:
	return Preference("a", hours, choices={code: Choice(frozenset(channels), digest, notice)})


def at(hour: float, day: int = 0) -> datetime:
	return MONDAY + timedelta(days=day, hours=hour)


def test_so_long_before() -> None:
	wants = preference("follow_up_due", IN_APP, notice=30)
	assert reminders.times("follow_up_due", at(14), wants, at(9)) == {IN_APP: at(13.5)}


def test_a_quiet_hour_puts_it_off() -> None:
	wants = preference("follow_up_due", IN_APP, notice=30)
	assert reminders.times("follow_up_due", at(21), wants, at(9)) == {IN_APP: at(8, 1)}


def test_the_digest_holds_what_is_due_on_its_day_and_the_bell_rings_in_time() -> None:
	wants = preference("follow_up_due", IN_APP, EMAIL, digest=True, notice=15)
	assert reminders.times("follow_up_due", at(14, 1), wants, at(9)) == {
		IN_APP: at(13.75, 1),
		EMAIL: at(8, 1),
	}
	# Written down after that day's digest: it comes by itself.
	assert reminders.times("follow_up_due", at(14), wants, at(9))[EMAIL] == at(13.75)


def test_an_early_meeting_is_announced_the_evening_before() -> None:
	wants = preference("meeting", IN_APP, notice=30)
	assert reminders.times("meeting", at(7.5, 1), wants, at(9)) == {IN_APP: at(20) - timedelta(minutes=1)}


def test_a_meeting_on_a_day_off_is_announced_on_that_day() -> None:
	wants = preference("meeting", IN_APP, notice=30)
	assert reminders.times("meeting", at(12, 5), wants, at(9)) == {IN_APP: at(11.5, 5)}


def test_a_day_is_announced_in_the_morning_of_a_working_day() -> None:
	wants = preference("close_date", IN_APP, notice=2 * 1440)
	thursday, monday = date(2026, 6, 4), date(2026, 6, 8)
	assert reminders.times("close_date", thursday, wants, at(0)) == {IN_APP: at(8, 1)}
	assert reminders.times("close_date", monday, wants, at(0)) == {IN_APP: at(8, 4)}
	assert reminders.times("close_date", thursday, wants, at(9, 1)) == {IN_APP: at(8, 2)}


def test_news_come_at_once_or_with_the_digest() -> None:
	assert reminders.times("deal_won", at(9), preference("deal_won", EMAIL), at(9)) == {EMAIL: at(9)}
	digested = preference("deal_won", EMAIL, IN_APP, digest=True)
	assert reminders.times("deal_won", at(9), digested, at(9)) == {EMAIL: at(8, 1), IN_APP: at(9)}


def test_an_occasion_makes_a_row_for_each_user_and_channel() -> None:
	known = {"a": preference("follow_up_due", IN_APP, EMAIL), "b": preference("team_follow_up_due")}
	told = (("a", "follow_up_due"), ("b", "team_follow_up_due"), ("gone", "follow_up_due"))
	occasion = Occasion("Follow Up", "F", "1", at(14), at(9), told)
	rows = reminders.entries(occasion, known)
	assert [(row.user, row.channel) for row in rows] == [("a", EMAIL), ("a", IN_APP)]
	assert reminders.first_time(occasion, known) == at(14)
	assert reminders.first_time(occasion, {}) is None
	assert len({row.key for row in rows}) == 2


def test_keys_do_not_run_into_each_other() -> None:
	one = Entry("e", "Deal", "AB", "C", "u", IN_APP, at(0))
	other = Entry("e", "Deal", "A", "BC", "u", IN_APP, at(0))
	assert one.key != other.key
	assert one.key == Entry("e", "Deal", "AB", "C", "u", IN_APP, at(5)).key


def test_what_was_due_long_ago_is_not_announced() -> None:
	assert reminders.is_worth_a_reminder(at(0), at(23))
	assert not reminders.is_worth_a_reminder(at(0), at(1, 1))
	assert not reminders.is_worth_a_reminder(datetime(1900, 1, 1, tzinfo=UTC), at(0))
