"""Quotas: their months to the cent, and the sums along the tree of teams."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.periods import months
from crm_plus.rules.quotas import (
	PERSON,
	TEAM,
	Quota,
	Team,
	bounds,
	by_month,
	counted_for,
	counted_for_all,
	months_wanted,
	overlaps,
)

TEAMS = {
	"All": Team("All", ("North", "South")),
	"North": Team("North", members=frozenset({"ann", "ben"})),
	"South": Team("South", ("Deep South",), frozenset({"ben"})),
	"Deep South": Team("Deep South", members=frozenset({"eve"})),
}


def quota(kind: str = PERSON, who: str = "ann", first: date = date(2026, 1, 1), amount: float = 100) -> Quota:
	first, last = bounds(first, "Quarter")
	return Quota(kind, who, "Acme", first, last, amount)


def test_a_quarter_may_cross_the_year() -> None:
	assert bounds(date(2026, 12, 17), "Quarter") == (date(2026, 12, 1), date(2027, 2, 28))
	assert bounds(date(2026, 12, 17), "Month") == (date(2026, 12, 1), date(2026, 12, 31))


@given(st.integers(0, 10**12))
def test_the_months_of_a_quarter_add_up(cents: int) -> None:
	shares = list(by_month(quota(amount=cents / 100)).values())
	assert len(shares) == 3
	assert round(sum(shares), 2) == round(cents / 100, 2)
	assert max(shares) - min(shares) < 0.03


def test_a_team_without_its_own_quota_adds_up_those_below() -> None:
	people = [(PERSON, "ann"), (PERSON, "ben"), (PERSON, "eve")]
	assert counted_for("All", TEAMS, people) == set(people)
	assert counted_for("South", TEAMS, people) == {(PERSON, "ben"), (PERSON, "eve")}


def test_a_team_s_own_quota_stands_for_all_below_it() -> None:
	own = [(PERSON, "ann"), (PERSON, "eve"), (TEAM, "South")]
	assert counted_for("All", TEAMS, own) == {(PERSON, "ann"), (TEAM, "South")}
	assert counted_for_all(TEAMS, [*own, (PERSON, "zoe")]) == {
		(PERSON, "ann"),
		(TEAM, "South"),
		(PERSON, "zoe"),
	}


def test_an_unknown_team_counts_its_own_quota_or_nothing() -> None:
	assert counted_for("Gone", TEAMS, [(PERSON, "ann")]) == set()
	assert counted_for("Gone", TEAMS, [(TEAM, "Gone")]) == {(TEAM, "Gone")}


def test_overlaps_are_of_the_same_and_in_time() -> None:
	assert overlaps(quota(), quota(first=date(2026, 3, 1)))
	assert not overlaps(quota(), quota(first=date(2026, 4, 1)))
	assert not overlaps(quota(), quota(who="ben"))


def test_months_outside_the_period_are_left_out() -> None:
	wanted = months_wanted([quota(amount=30)], months(date(2026, 2, 10), date(2026, 5, 1)))
	assert [(key, [share for _quota, share in shares]) for key, shares in wanted.items()] == [
		("2026-02", [10]),
		("2026-03", [10]),
		("2026-04", []),
		("2026-05", []),
	]
