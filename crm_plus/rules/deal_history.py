"""What became of a pipeline's deals, stage by stage, and what that says of those that are open. Durations in days.

Deals walk from stage to stage until they are won or lost; how long a visit lasts and where it ends is counted from the site's
own moves. Open deals are visits that have not ended: they count among those at risk for as long as they last and end
nothing, so that neither slow wins are missed nor quick losses counted twice. For each stage that is the Aalen-Johansen
estimate of competing risks (O. Aalen and S. Johansen, Scandinavian Journal of Statistics 5 (1978) 141-150; the estimate of
Kaplan and Meier where there is one way out), and the stages are strung together as a semi-Markov process: each begins its own
clock. A deal that is reopened counts for what it first became.

An owner's deals end at the pipeline's rates times his own factor, wins and losses each: what he won over what the pipeline's
rates would have let him win, both with PRIOR wins of the pipeline's own added (the gamma-Poisson estimate of D. Clayton and
J. Kaldor, Biometrics 43 (1987) 671-681). Who has few deals stands near the pipeline, who has many by himself.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from crm_plus.rules.deal_stages import LOST, WON

STILL = ""
PRIOR = 10.0
# Fewer ends than these say nothing.
LEAST_CLOSED, LEAST_WON, LEAST_ENDED = 20, 5, 10
WEEK = 7
Weeks = list[float]


@dataclass(frozen=True)
class Visits:
	"""So many visits of an owner's deals to a stage that lasted `days`; `end` is the next stage, WON, LOST or STILL."""

	stage: str
	end: str
	days: int
	count: int
	owner: str = ""


@dataclass(frozen=True)
class Rates:
	"""What part of a stage's visits that reach a day ends on it, by where it leads; and how many visits ended."""

	by_day: Mapping[int, Mapping[str, float]]
	ended: int = 0

	def known(self) -> bool:
		"""Tell whether enough visits ended."""
		return self.ended >= LEAST_ENDED


@dataclass(frozen=True)
class Factors:
	"""How many times likelier than the pipeline's an owner's deals are won, and lost; and the wins that say so."""

	win: float = 1.0
	lose: float = 1.0
	wins: float = 0.0


def enough(won: int, lost: int) -> bool:
	"""Tell whether a pipeline's closed deals are enough to speak of rates."""
	return won + lost >= LEAST_CLOSED and won >= LEAST_WON


def stage_rates(visits: Iterable[Visits]) -> dict[str, Rates]:
	"""Return the rates of each stage that has visits."""
	found: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
	for one in visits:
		found[one.stage][one.days][one.end] += one.count
	return {stage: _rates(by_day) for stage, by_day in found.items()}


def _rates(by_day: Mapping[int, Mapping[str, int]]) -> Rates:
	at_risk = sum(sum(ends.values()) for ends in by_day.values())
	rates, ended = {}, 0
	for day in sorted(by_day):
		ends = {end: count for end, count in by_day[day].items() if end != STILL}
		if ends:
			rates[day] = {end: count / at_risk for end, count in ends.items()}
		ended += sum(ends.values())
		at_risk -= sum(by_day[day].values())
	return Rates(rates, ended)


def owner_factors(rates: Mapping[str, Rates], visits: Iterable[Visits]) -> Factors:
	"""Return an owner's factors from his visits, by the rates of the stages of his pipeline."""
	happened, expected = {WON: 0.0, LOST: 0.0}, {WON: 0.0, LOST: 0.0}
	sums = {stage: _sums(one) for stage, one in rates.items()}
	for one in visits:
		if one.end in happened:
			happened[one.end] += one.count
		days, by_end = sums[one.stage]
		passed = bisect_right(days, one.days)
		for end in expected:
			expected[end] += one.count * by_end[end][passed]
	win, lose = ((happened[end] + PRIOR) / (expected[end] + PRIOR) for end in (WON, LOST))
	return Factors(win, lose, happened[WON])


def _sums(rates: Rates) -> tuple[list[int], dict[str, list[float]]]:
	"""Return the days, and how much of each end's rates has come together before each of them and after the last."""
	days = sorted(rates.by_day)
	by_end = {
		end: list(accumulate((rates.by_day[day].get(end, 0.0) for day in days), initial=0.0))
		for end in (WON, LOST)
	}
	return days, by_end


def with_factors(rates: Rates, factors: Factors) -> Rates:
	"""Return a stage's rates as an owner's deals have them; together they are never more than all."""
	times = {WON: factors.win, LOST: factors.lose}
	found = {}
	for day, ends in rates.by_day.items():
		own = {end: rate * times.get(end, 1.0) for end, rate in ends.items()}
		whole = max(sum(own.values()), 1.0)
		found[day] = {end: rate / whole for end, rate in own.items()}
	return Rates(found, rates.ended)


def ends_by_week(rates: Rates, age: int, weeks: int) -> dict[str, Weeks]:
	"""Return with what chance a visit that has lasted `age` days ends in how many weeks, by where it leads.

	A day between two weeks is shared by both, so that the mean stays what it is. What has not ended by then is left out.
	"""
	found: dict[str, Weeks] = defaultdict(lambda: [0.0] * (weeks + 2))
	left = 1.0
	for day in sorted(rates.by_day):
		week, beyond = divmod(day - age, WEEK)
		if week > weeks:
			break
		if week < 0:
			continue
		for end, rate in rates.by_day[day].items():
			found[end][week] += left * rate * (WEEK - beyond) / WEEK
			found[end][week + 1] += left * rate * beyond / WEEK
		left *= max(1 - sum(rates.by_day[day].values()), 0.0)
	return {end: chances[: weeks + 1] for end, chances in found.items()}


def wins_by_week(stages: Mapping[str, Rates], weeks: int) -> dict[str, Weeks]:
	"""Return with what chance a deal that enters each stage now is won in how many weeks, by whatever way."""
	ends = {stage: ends_by_week(rates, 0, weeks) for stage, rates in stages.items()}
	wins: dict[str, Weeks] = {stage: [0.0] * (weeks + 1) for stage in stages}
	for week in range(weeks + 1):
		known = {stage: _won_in(ends[stage], wins, week, 1) for stage in stages}
		# Deals pass through several stages in no time: go round until that has come to rest.
		for _round in range(100):
			before = {stage: wins[stage][week] for stage in stages}
			for stage in stages:
				wins[stage][week] = known[stage] + _passed_on(ends[stage], wins, week)
			if all(abs(wins[stage][week] - before[stage]) < 1e-12 for stage in stages):
				break
	return wins


def _won_in(ends: Mapping[str, Weeks], wins: Mapping[str, Weeks], week: int, since: int) -> float:
	total = ends[WON][week] if WON in ends else 0.0
	for end, chances in ends.items():
		further = wins.get(end)
		if further:
			total += sum(chances[gone] * further[week - gone] for gone in range(since, week + 1))
	return total


def _passed_on(ends: Mapping[str, Weeks], wins: Mapping[str, Weeks], week: int) -> float:
	return sum(chances[0] * wins[end][week] for end, chances in ends.items() if end in wins)


def wins_of_open(rates: Rates, age: int, wins: Mapping[str, Weeks], weeks: int) -> Weeks:
	"""Return with what chance a deal that has stood `age` days in a stage is won in how many weeks."""
	ends = ends_by_week(rates, age, weeks)
	return [_won_in(ends, wins, week, 0) for week in range(weeks + 1)]


def by_days(weeks: Sequence[float], edges: Sequence[int]) -> list[float]:
	"""Return the chance of each span of days that ends on the edges (days from today, the edge's own included)."""
	middle, before = [], 0.0
	for chance in weeks:
		# What is noted for a week lies around its day, half on either side.
		middle.append(before + chance / 2)
		before += chance
	sums = [_at(middle, edge) for edge in edges]
	return [later - earlier for earlier, later in zip([0.0, *sums], sums, strict=False)]


def _at(middle: Sequence[float], edge: int) -> float:
	week, beyond = divmod(max(edge, 0), WEEK)
	if week + 1 >= len(middle):
		return middle[-1]
	return middle[week] + (middle[week + 1] - middle[week]) * beyond / WEEK


def conversions(stages: Mapping[str, Rates]) -> dict[str, float]:
	"""Return the chance that a deal which enters each stage is won in the end, as far as the history reaches."""
	ways = {stage: _ways(rates) for stage, rates in stages.items()}
	found = dict.fromkeys(stages, 0.0)
	for _round in range(1000):
		after = {
			stage: ends.get(WON, 0.0) + sum(part * found.get(end, 0.0) for end, part in ends.items())
			for stage, ends in ways.items()
		}
		moved = max((abs(after[stage] - found[stage]) for stage in stages), default=0.0)
		found = after
		if moved < 1e-10:
			break
	return found


def _ways(rates: Rates) -> dict[str, float]:
	found: dict[str, float] = defaultdict(float)
	left = 1.0
	for day in sorted(rates.by_day):
		for end, rate in rates.by_day[day].items():
			found[end] += left * rate
		left *= max(1 - sum(rates.by_day[day].values()), 0.0)
	return dict(found)


def median_days(wins: Sequence[float]) -> float | None:
	"""Return by when half of those deals are won that are won at all; None where none is."""
	half, passed = sum(wins) / 2, 0.0
	for week, chance in enumerate(wins):
		if half and passed + chance >= half:
			return max(0.0, (week - 0.5 + (half - passed) / chance) * WEEK)
		passed += chance
	return None


def age_shown(days: int) -> int:
	"""Return the age that stands for one: deals of like age are reckoned together, older ones in wider groups."""
	width = WEEK if days < 8 * WEEK else 4 * WEEK
	return min(days // width * width + width // 2, 2 * 365)
