"""What a month will bring, from the deals that are to close in it. Amounts are in one currency, probabilities in percent."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
	"""From which probability on an open deal is committed, and from which it is in the best case."""

	commit: float = 90.0
	best_case: float = 50.0


@dataclass(frozen=True)
class Sums:
	"""A month's won deals, and its open ones: all, those from either threshold on, and by probability. Lost ones are nothing."""

	won: float = 0.0
	open: float = 0.0
	committed: float = 0.0
	likely: float = 0.0
	by_probability: float = 0.0


@dataclass(frozen=True)
class Forecast:
	"""What a month is expected to bring; each holds what is won already."""

	won: float
	commit: float
	best_case: float
	weighted: float
	open: float


def forecast(sums: Sums) -> Forecast:
	"""Return a month's forecast."""
	return Forecast(
		won=sums.won,
		commit=sums.won + sums.committed,
		best_case=sums.won + sums.likely,
		weighted=sums.won + sums.by_probability,
		open=sums.open,
	)


def add_up(deals: Iterable[tuple[str, float, float]], thresholds: Thresholds) -> Sums:
	"""Return the sums of deals given as (status, amount, probability); what the query does for many."""
	won = open_ = committed = likely = weighted = 0.0
	for status, amount, probability in deals:
		if status == "Won":
			won += amount
		elif status == "Open":
			open_ += amount
			committed += amount if probability >= thresholds.commit else 0
			likely += amount if probability >= thresholds.best_case else 0
			weighted += amount * probability / 100
	return Sums(won, open_, committed, likely, weighted)


def percent(part: float, whole: float) -> float | None:
	"""Return a part in percent of a whole, None where there is no whole."""
	return part / whole * 100 if whole else None


def gap(quota: float, commit: float) -> float:
	"""Return what the commitment lacks to the quota; nothing where it is enough."""
	return max(quota - commit, 0.0)
