"""Rates, ways and chances against sums by hand, and against pipelines whose truth is known."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.deal_history import (
	PRIOR,
	STILL,
	Factors,
	Rates,
	Visits,
	age_shown,
	by_days,
	conversions,
	ends_by_week,
	enough,
	median_days,
	owner_factors,
	stage_rates,
	wins_by_week,
	wins_of_open,
	with_factors,
)
from crm_plus.rules.deal_stages import LOST, WON

HAND = (
	Visits("Offer", WON, 0, 2),
	Visits("Offer", STILL, 0, 2),
	Visits("Offer", LOST, 5, 3),
	Visits("Offer", STILL, 9, 3),
	Visits("Offer", WON, 10, 3),
)


def test_the_estimate_by_hand() -> None:
	"""13 at risk, 9 of them on day 5, 3 on day 10: a textbook's table of competing risks."""
	rates = stage_rates(HAND)["Offer"]
	assert rates.ended == 8
	assert rates.by_day == {0: {WON: 2 / 13}, 5: {LOST: 3 / 9}, 10: {WON: 3 / 3}}
	expected = 2 / 13 + 11 / 13 * 6 / 9
	assert conversions({"Offer": rates})["Offer"] == pytest.approx(expected)


def test_open_deals_do_not_bias() -> None:
	"""Wins take 100 days, losses 10: at half-time the closed ones alone would say that hardly anything is won."""
	chance = random.Random(3)
	visits, closed_won, closed = [], 0, 0
	for _number in range(20_000):
		seen, won = chance.randint(0, 200), chance.random() < 0.4
		days = 100 if won else 10
		end = STILL if days > seen else (WON if won else LOST)
		visits.append(Visits("Offer", end, min(days, seen), 1))
		closed += end != STILL
		closed_won += end == WON
	assert closed_won / closed < 0.28
	assert conversions(stage_rates(visits))["Offer"] == pytest.approx(0.4, abs=0.015)


def test_stages_are_strung_together() -> None:
	"""New leads to Offer in a week with 0.5, Offer to a win in two weeks with 0.6: 0.3 in three weeks."""
	stages = {"New": Rates({7: {"Offer": 0.5, LOST: 0.5}}), "Offer": Rates({14: {WON: 0.6, LOST: 0.4}})}
	wins = wins_by_week(stages, 5)
	assert wins["New"] == pytest.approx([0, 0, 0, 0.3, 0, 0])
	assert conversions(stages)["New"] == pytest.approx(0.3)
	assert median_days(wins["New"]) == pytest.approx(21)
	# One that has stood in Offer for a week is won in a week.
	assert wins_of_open(stages["Offer"], 7, wins, 5) == pytest.approx([0, 0.6, 0, 0, 0, 0])
	assert median_days([0.0, 0.0]) is None


def test_ways_back_and_through_in_no_time() -> None:
	stages = {
		"New": Rates({0: {"Offer": 0.9, LOST: 0.1}}),
		"Offer": Rates({0: {"New": 0.5, WON: 0.5}}),
	}
	expected = 0.45 / (1 - 0.45)
	assert conversions(stages)["New"] == pytest.approx(expected)
	assert sum(wins_by_week(stages, 3)["New"]) == pytest.approx(expected)


ends = st.dictionaries(
	st.integers(0, 60), st.fixed_dictionaries({WON: st.floats(0, 0.5), LOST: st.floats(0, 0.5)}), max_size=8
)


@given(ends, st.integers(0, 70), st.integers(0, 20))
def test_nothing_is_more_than_all_and_the_mean_stays(by_day: dict, age: int, weeks: int) -> None:
	found = ends_by_week(Rates(by_day), age, weeks)
	assert sum(sum(chances) for chances in found.values()) <= 1 + 1e-9
	whole = ends_by_week(Rates(by_day), 0, 20)
	left, mean = 1.0, 0.0
	for day in sorted(by_day):
		mean += left * by_day[day][WON] * day
		left *= 1 - sum(by_day[day].values())
	assert sum(week * 7 * chance for week, chance in enumerate(whole.get(WON, []))) == pytest.approx(mean)


@given(st.lists(st.floats(0, 0.1), min_size=3, max_size=9), st.lists(st.integers(0, 90), min_size=1))
def test_the_spans_add_up(weeks: list[float], edges: list[int]) -> None:
	edges.sort()
	found = by_days(weeks, edges)
	assert all(chance >= -1e-12 for chance in found)
	assert sum(found) <= sum(weeks) + 1e-9
	assert sum(by_days(weeks, [7 * len(weeks)])) == pytest.approx(sum(weeks) - weeks[-1] / 2)


def test_an_owner_with_few_deals_stands_near_the_pipeline() -> None:
	rates = {"Offer": Rates({10: {WON: 0.5, LOST: 0.5}}, 100)}
	few = owner_factors(rates, [Visits("Offer", WON, 10, 2)])
	assert few.win == pytest.approx((2 + PRIOR) / (1 + PRIOR))
	many = owner_factors(rates, [Visits("Offer", WON, 10, 800), Visits("Offer", LOST, 10, 200)])
	assert many.win == pytest.approx(1.6, abs=0.02)
	assert many.lose == pytest.approx(0.4, abs=0.02)
	own = with_factors(rates["Offer"], many)
	assert conversions({"Offer": own})["Offer"] == pytest.approx(0.8, abs=0.02)
	assert with_factors(rates["Offer"], Factors(9, 9)).by_day[10] == {WON: 0.5, LOST: 0.5}


def test_what_is_too_little() -> None:
	assert enough(5, 15)
	assert not enough(4, 40)
	assert not enough(10, 9)
	assert not Rates({}, 9).known()
	assert Rates({}, 10).known()


def test_ages_in_groups() -> None:
	assert [age_shown(day) for day in (0, 6, 7, 55, 56, 83, 84, 9000)] == [3, 3, 10, 52, 70, 70, 98, 730]
