"""How far what open deals bring may be off: the same months played through many times. Amounts in one currency.

Chance is handed in, so that the same seed gives the same range. In each play every large deal is won in one month or not at
all; the many small ones together are normally distributed, as their sum nearly is. And in each play the rates themselves are
drawn anew, as wide as so few deals leave them open: a site with 30 closed deals gets a wider range than one with 3,000.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from crm_plus.rules.deal_history import PRIOR

LOW, HIGH = 0.1, 0.9


class Chance(Protocol):
	"""Where the random numbers come from: Python's own generator, seeded."""

	def random(self) -> float:
		"""Return a number from 0 to below 1."""

	def gauss(self, mu: float, sigma: float, /) -> float:
		"""Return a normally distributed number."""

	def gammavariate(self, alpha: float, beta: float, /) -> float:
		"""Return a gamma distributed number."""

	def betavariate(self, alpha: float, beta: float, /) -> float:
		"""Return a beta distributed number."""


@dataclass(frozen=True)
class Bet:
	"""One open deal: its amount, its chance to be won in each month, and whose rates it follows (pipeline, owner)."""

	amount: float
	chances: tuple[float, ...]
	pipeline: str = ""
	owner: str = ""


@dataclass(frozen=True)
class Crowd:
	"""Many open deals with the same chances and rates: the sum of their amounts, and of the squares of these."""

	amount: float
	squares: float
	chances: tuple[float, ...]
	pipeline: str = ""
	owner: str = ""


@dataclass(frozen=True)
class Evidence:
	"""What the rates rest on: won and lost deals of each pipeline, won ones of each (pipeline, owner)."""

	closed: Mapping[str, tuple[float, float]]
	wins: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Range:
	"""Between what and what 80 of 100 plays lie: each month, and all months together."""

	low: tuple[float, ...]
	high: tuple[float, ...]
	total_low: float
	total_high: float


def expected(bets: Sequence[Bet], crowds: Sequence[Crowd], months: int) -> list[float]:
	"""Return what to expect of each month: each amount by its chance."""
	found = [0.0] * months
	everybody: list[Bet | Crowd] = [*bets, *crowds]
	for one in everybody:
		for month, chance in enumerate(one.chances):
			found[month] += one.amount * chance
	return found


def simulate(
	bets: Sequence[Bet],
	crowds: Sequence[Crowd],
	evidence: Evidence,
	*,
	months: int,
	plays: int,
	chance: Chance,
) -> Range:
	"""Play the months through and return the range."""
	ladders = [(bet.amount, (bet.pipeline, bet.owner), list(accumulate(bet.chances))) for bet in bets]
	sums = crowd_sums(crowds, months)
	whose = sorted({key for _amount, key, _ladder in ladders} | set(sums))
	played = []
	for _play in range(plays):
		factors = draw_factors(whose, evidence, chance)
		played.append(play_bets(ladders, factors, play_crowds(sums, factors, months, chance), chance))
	return range_of(played)


def range_of(played: Sequence[Sequence[float]]) -> Range:
	"""Return between what the months, and their sums, of 80 of 100 plays lie."""
	columns = [sorted(column) for column in zip(*played, strict=True)]
	totals = sorted(sum(one) for one in played)
	low, high = (tuple(at(column, part) for column in columns) for part in (LOW, HIGH))
	return Range(low, high, at(totals, LOW), at(totals, HIGH))


def at(ordered: Sequence[float], part: float) -> float:
	"""Return the value below which a part of ordered ones lies."""
	place = part * (len(ordered) - 1)
	low = int(place)
	high = min(low + 1, len(ordered) - 1)
	return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def draw_factors(
	whose: Sequence[tuple[str, str]], evidence: Evidence, chance: Chance
) -> dict[tuple[str, str], float]:
	"""Return by how much the chances may be off in this play: a pipeline's rate as a beta, an owner's as a gamma."""
	pipelines = {}
	for pipeline in sorted({pipeline for pipeline, _owner in whose}):
		won, lost = evidence.closed.get(pipeline, (0.0, 0.0))
		mean = (won + 0.5) / (won + lost + 1)
		pipelines[pipeline] = chance.betavariate(won + 0.5, lost + 0.5) / mean
	found = {}
	for pipeline, owner in whose:
		shape = evidence.wins.get((pipeline, owner), 0.0) + PRIOR
		found[pipeline, owner] = max(pipelines[pipeline] * chance.gammavariate(shape, 1 / shape), 1e-12)
	return found


Sums = dict[tuple[str, str], tuple[list[float], list[float], list[float]]]


def crowd_sums(crowds: Sequence[Crowd], months: int) -> Sums:
	"""Return for each (pipeline, owner) what to expect of its small deals by month, and both parts of its variance."""
	found: Sums = {}
	for crowd in crowds:
		key = (crowd.pipeline, crowd.owner)
		mean, once, twice = found.setdefault(key, ([0.0] * months, [0.0] * months, [0.0] * months))
		for month, part in enumerate(crowd.chances):
			mean[month] += crowd.amount * part
			once[month] += crowd.squares * part
			twice[month] += crowd.squares * part * part
	return found


def play_crowds(
	sums: Sums, factors: Mapping[tuple[str, str], float], months: int, chance: Chance
) -> list[float]:
	"""Return what the small deals bring in each month of a play."""
	mean, variance = [0.0] * months, [0.0] * months
	for key, (means, once, twice) in sums.items():
		factor = factors[key]
		for month in range(months):
			mean[month] += means[month] * factor
			variance[month] += max(once[month] * factor - twice[month] * factor * factor, 0.0)
	return [max(chance.gauss(m, v**0.5), 0.0) if v else m for m, v in zip(mean, variance, strict=True)]


def play_bets(
	ladders: Sequence[tuple[float, tuple[str, str], list[float]]],
	factors: Mapping[tuple[str, str], float],
	months: list[float],
	chance: Chance,
) -> list[float]:
	"""Return the months of a play with each large deal added to the one in which it is won, if it is."""
	for amount, key, ladder in ladders:
		# A chance that is higher by a factor is a throw that is lower by it.
		place = bisect_left(ladder, chance.random() / factors[key])
		if place < len(months):
			months[place] += amount
	return months
