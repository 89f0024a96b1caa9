"""The range against closed forms, and against pipelines whose future is known: about 80 of 100 fall into it."""

import random
from dataclasses import dataclass

import pytest

from crm_plus.rules.deal_history import (
	STILL,
	Visits,
	by_days,
	owner_factors,
	stage_rates,
	wins_by_week,
	wins_of_open,
	with_factors,
)
from crm_plus.rules.deal_stages import LOST, WON
from crm_plus.rules.win_simulation import Bet, Crowd, Evidence, at, expected, simulate

SURE = Evidence({"P": (1e9, 1e9)}, {("P", "o"): 1e9})


def test_the_mean_and_spread_of_sure_rates_are_the_closed_ones() -> None:
	bets = [Bet(100.0 * (n + 1), (0.2, 0.3), "P", "o") for n in range(40)]
	crowds = [Crowd(5000.0, 60_000.0, (0.5, 0.1), "P", "o")]
	assert expected(bets, crowds, 2) == pytest.approx([16_400 + 2500, 24_600 + 500])
	found = simulate(bets, crowds, SURE, months=2, plays=4000, chance=random.Random(1))
	squares = sum(bet.amount**2 for bet in bets)
	for month, (chance, part) in enumerate(((0.2, 0.5), (0.3, 0.1))):
		deviation = (squares * chance * (1 - chance) + 60_000 * part * (1 - part)) ** 0.5
		mean = expected(bets, crowds, 2)[month]
		assert found.low[month] == pytest.approx(mean - 1.2816 * deviation, rel=0.03)
		assert found.high[month] == pytest.approx(mean + 1.2816 * deviation, rel=0.03)
	assert sum(found.low) < found.total_low < found.total_high < sum(found.high)


def test_the_same_seed_gives_the_same_range() -> None:
	bets = [Bet(10.0, (0.4,), "P", "o")] * 30
	first, second = (
		simulate(bets, [], SURE, months=1, plays=200, chance=random.Random(7)) for _time in range(2)
	)
	assert first == second


def test_few_closed_deals_make_a_wide_range() -> None:
	crowds = [Crowd(1e6, 1e6, (0.3,), "P", "o")]
	widths = []
	for won, lost in ((6, 14), (60, 140), (6000, 14_000)):
		evidence = Evidence({"P": (won, lost)}, {("P", "o"): float(won)})
		found = simulate([], crowds, evidence, months=1, plays=2000, chance=random.Random(2))
		widths.append(found.total_high - found.total_low)
	assert widths[0] > widths[1] * 1.5 > widths[2] * 3


def test_nothing_open_brings_nothing() -> None:
	found = simulate([], [], Evidence({}, {}), months=2, plays=10, chance=random.Random(1))
	assert (found.low, found.high, found.total_high) == ((0.0, 0.0), (0.0, 0.0), 0.0)
	assert at([1.0, 2.0, 3.0], 0.5) == 2.0


@dataclass(frozen=True)
class Life:
	"""A deal of a pipeline whose truth is known: when it began, and its visits (stage, where it led, on which days)."""

	owner: str
	amount: float
	visits: tuple[tuple[str, str, int, int], ...]


WAYS = {
	"New": (("Talk", 0.7, 12), (LOST, 0.3, 20)),
	"Talk": (("Offer", 0.55, 25), (LOST, 0.35, 40), ("New", 0.1, 15)),
	"Offer": ((WON, 0.6, 30), (LOST, 0.4, 45)),
}
SKILL = {"a": 1.4, "b": 1.0, "c": 0.6}
HORIZON = 182


def live(chance: random.Random, begins: int) -> Life:
	owner, stage, day, visits = chance.choice(sorted(SKILL)), "New", begins, []
	while stage in WAYS:
		ways = WAYS[stage]
		weights = [part * (SKILL[owner] if end == WON else 1) for end, part, _days in ways]
		end, _part, mean = chance.choices(ways, weights)[0]
		stays = int(chance.gammavariate(2, mean / 2))
		visits.append((stage, end, day, day + stays))
		stage, day = end, day + stays
	return Life(owner, chance.lognormvariate(9, 1), tuple(visits))


def played(deals: int, seed: int, *, in_crowds: bool = False) -> tuple[float, float, float, float]:
	"""Return what came of the deals open on day 730, and low, expected and high that the history of then said."""
	chance = random.Random(seed)
	lives = [live(chance, chance.randint(0, 730)) for _number in range(deals)]
	visits = [visit for life in lives for visit in seen(life)]
	rates = stage_rates(visits)
	owners = {}
	for owner in SKILL:
		factors = owner_factors(rates, [visit for visit in visits if visit.owner == owner])
		owners[owner] = ({stage: with_factors(one, factors) for stage, one in rates.items()}, factors.wins)
	closed = {end: float(sum(visit.end == end for visit in visits)) for end in (WON, LOST)}
	evidence = Evidence(
		{"P": (closed[WON], closed[LOST])}, {("P", owner): wins for owner, (_rates, wins) in owners.items()}
	)
	weeks = HORIZON // 7 + 1
	ahead = {owner: wins_by_week(stages, weeks) for owner, (stages, _wins) in owners.items()}
	bets, came = [], 0.0
	for life in lives:
		still = next((visit for visit in life.visits if visit[2] <= 730 < visit[3]), None)
		if not still:
			continue
		stages = owners[life.owner][0]
		weekly = wins_of_open(stages[still[0]], 730 - still[2], ahead[life.owner], weeks)
		bets.append(Bet(life.amount, tuple(by_days(weekly, [HORIZON])), "P", life.owner))
		_stage, end, _since, until = life.visits[-1]
		came += life.amount if end == WON and until <= 730 + HORIZON else 0
	crowds = [Crowd(bet.amount, bet.amount**2, bet.chances, "P", bet.owner) for bet in bets]
	given = ([], crowds) if in_crowds else (bets, [])
	found = simulate(*given, evidence, months=1, plays=300, chance=chance)
	return came, found.total_low, expected(*given, 1)[0], found.total_high


def seen(life: Life) -> list[Visits]:
	"""Return what of a deal was seen by day 730."""
	return [
		Visits(stage, end if until <= 730 else STILL, min(until, 730) - since, 1, life.owner)
		for stage, end, since, until in life.visits
		if since <= 730
	]


@pytest.mark.parametrize(("deals", "in_crowds"), [(150, False), (600, False), (600, True)])
def test_about_80_of_100_futures_fall_into_the_range(deals: int, in_crowds: bool) -> None:
	rounds = [played(deals, seed, in_crowds=in_crowds) for seed in range(150)]
	inside = sum(low <= came <= high for came, low, _mean, high in rounds) / len(rounds)
	assert 0.72 <= inside <= 0.9, inside
	came, said = sum(one[0] for one in rounds), sum(one[2] for one in rounds)
	assert said == pytest.approx(came, rel=0.08)
