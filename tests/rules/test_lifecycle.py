"""The stage that facts give, and how long a choice stands against them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.lifecycle import DECLINE, Facts, Phase, Standing, Thresholds, decide, from_facts

TODAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 12)
LIMITS = Thresholds(90, 180, 365)


def bought(days_ago: int, **facts: object) -> Facts:
	return Facts(courted=True, last_purchase_on=TODAY - timedelta(days=days_ago), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
	("facts", "phase"),
	[
		(Facts(), Phase.NEW),
		(Facts(courted=True), Phase.COURTED),
		(bought(0), Phase.BUYING),
		(bought(-5), Phase.BUYING),
		(bought(89), Phase.BUYING),
		(bought(90), Phase.AT_RISK),
		(bought(179), Phase.AT_RISK),
		(bought(180), Phase.DORMANT),
		(bought(364), Phase.DORMANT),
		(bought(365), Phase.GONE),
	],
)
def test_from_facts(facts: Facts, phase: Phase) -> None:
	assert from_facts(facts, LIMITS, TODAY) == phase


@given(st.integers(0, 5000))
def test_a_limit_of_zero_means_never(days: int) -> None:
	assert from_facts(bought(days), Thresholds(0, 0, 0), TODAY) == Phase.BUYING
	assert from_facts(bought(days), Thresholds(90, 180, 0), TODAY) != Phase.GONE


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_time_alone_only_leads_down(days: int, more: int) -> None:
	before = from_facts(bought(days), LIMITS, TODAY)
	after = from_facts(bought(days + more), LIMITS, TODAY)
	assert DECLINE.index(after) >= DECLINE.index(before)


@given(st.sampled_from(Phase), st.integers(0, 800))
def test_without_a_choice_facts_decide(phase: Phase, days: int) -> None:
	facts = bought(days)
	assert decide(Standing(phase), facts, LIMITS, TODAY) == Standing(from_facts(facts, LIMITS, TODAY))


@given(st.sampled_from(Phase), st.integers(0, 800))
def test_a_choice_stands_on_its_own_day(phase: Phase, days: int) -> None:
	chosen = Standing(phase, NOON)
	assert decide(chosen, bought(days), LIMITS, TODAY) == chosen


def test_a_come_back_ends_a_choice() -> None:
	lost = Standing(Phase.GONE, NOON)
	later = NOON + timedelta(minutes=1)
	assert decide(lost, bought(0, last_purchase_at=later), LIMITS, TODAY) == Standing(Phase.BUYING)
	assert decide(lost, Facts(courted=True, last_deal_at=later), LIMITS, TODAY) == Standing(Phase.COURTED)
	assert decide(lost, bought(0, last_purchase_at=NOON - timedelta(days=1)), LIMITS, TODAY) == lost


def test_time_leads_a_chosen_active_customer_down_again_but_calls_no_lost_one_back() -> None:
	bought_long_ago = bought(200)
	chosen_at = NOON - timedelta(days=100)  # when the facts said At Risk
	active = Standing(Phase.BUYING, chosen_at)
	assert decide(active, bought_long_ago, LIMITS, TODAY) == Standing(Phase.DORMANT)
	lost = Standing(Phase.GONE, chosen_at)
	assert decide(lost, bought_long_ago, LIMITS, TODAY) == lost


def test_a_chosen_stage_before_the_first_purchase_does_not_decline() -> None:
	chosen = Standing(Phase.COURTED, NOON - timedelta(days=500))
	assert decide(chosen, Facts(), LIMITS, TODAY) == chosen
