"""The way of won deals to the bank, and where money is left on it. Amounts of one deal, in one currency, all without taxes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
	"""What a deal was won for, and what its documents made of it."""

	won: float
	ordered: float
	invoiced: float
	paid: float
	outstanding: float


@dataclass(frozen=True)
class Leaks:
	"""What did not get from one step to the next.

	`not_ordered`: won, yet neither ordered nor invoiced; `not_invoiced`: ordered, yet not invoiced; `not_paid`: open on
	invoices; `written_off`: invoiced, neither paid nor open any more.
	"""

	not_ordered: float
	not_invoiced: float
	not_paid: float
	written_off: float


def leaks(way: Way) -> Leaks:
	"""Return where a deal's money is left; nothing is negative, for one deal's surplus mends no other's lack."""
	return Leaks(
		not_ordered=max(way.won - max(way.ordered, way.invoiced), 0.0),
		not_invoiced=max(way.ordered - way.invoiced, 0.0),
		not_paid=max(way.outstanding, 0.0),
		written_off=max(way.invoiced - way.paid - max(way.outstanding, 0.0), 0.0),
	)


def largest(found: Leaks) -> str:
	"""Return the name of the largest leak, "" where nothing is left anywhere."""
	by_size = sorted(vars(found).items(), key=lambda item: -item[1])
	return by_size[0][0] if by_size[0][1] > 0 else ""
