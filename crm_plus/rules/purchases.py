"""What a customer's purchases so far say of those to come: the BG/NBD model. Times in weeks since the first purchase.

Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005) 275-284: an active customer buys
at a rate of his own, the rates are spread by a gamma distribution (r, alpha); behind each purchase he may become inactive,
the chances of which are spread by a beta distribution (a, b). Everything is in logarithms, so that a hundred purchases or
ten years do not leave the range of floats.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

WEEKS_OF_YEAR = 365.25 / 7
# With so few the year's sum is off by up to a third in most cases, with 200 customers by a seventh; with fewer it is a guess.
LEAST_CUSTOMERS, LEAST_REPEATERS = 30, 15
NEVER = -1e300
MOST_TERMS = 100_000


@dataclass(frozen=True)
class Model:
	"""The four parameters; all are above zero."""

	r: float
	alpha: float
	a: float
	b: float


@dataclass(frozen=True)
class Buyer:
	"""How often somebody came back, when last, and how long he has been known."""

	repeats: int
	last: float
	age: float


class Maths(Protocol):
	"""The functions that the likelihood needs: of numbers, or of whole columns of them."""

	def log(self, value: Any, /) -> Any:
		"""Return the natural logarithm."""

	def lgamma(self, value: Any, /) -> Any:
		"""Return the logarithm of the gamma function."""

	def add_logs(self, one: Any, other: Any, /) -> Any:
		"""Return the logarithm of the sum of what two logarithms stand for."""


class Numbers:
	"""The functions for single numbers."""

	log = staticmethod(math.log)
	lgamma = staticmethod(math.lgamma)

	@staticmethod
	def add_logs(one: float, other: float) -> float:
		"""Return the logarithm of the sum of what two logarithms stand for."""
		larger = max(one, other)
		return larger + math.log1p(math.exp(min(one, other) - larger))


def enough(customers: int, repeaters: int) -> bool:
	"""Tell whether there is enough to fit the model to."""
	return customers >= LEAST_CUSTOMERS and repeaters >= LEAST_REPEATERS


def log_likelihood(model: Model, repeats: Any, last: Any, age: Any, maths: Maths) -> Any:
	"""Return the logarithm of the likelihood (equation 6), of one customer or of each of a column of them."""
	r, alpha, a, b = model.r, model.alpha, model.a, model.b
	is_new = (repeats == 0) * 1
	buying = maths.lgamma(r + repeats) - maths.lgamma(r) + r * maths.log(alpha)
	staying = maths.lgamma(a + b) - maths.lgamma(b)
	staying = staying + maths.lgamma(b + repeats) - maths.lgamma(a + b + repeats)
	active = -(r + repeats) * maths.log(alpha + age)
	# Who never came back cannot have left: inactivity begins with a repeated purchase.
	gone = maths.log(a) - maths.log(b + repeats - 1 + is_new) - (r + repeats) * maths.log(alpha + last)
	return buying + staying + maths.add_logs(active, gone + is_new * NEVER)


def chance_alive(model: Model, buyer: Buyer) -> float:
	"""Return the chance that a customer still buys; 1 for one who bought once, of whom the model knows no leaving."""
	if not buyer.repeats:
		return 1.0
	odds = math.log(model.a) - math.log(model.b + buyer.repeats - 1)
	waited = math.log(model.alpha + buyer.age) - math.log(model.alpha + buyer.last)
	odds += (model.r + buyer.repeats) * waited
	return 1 / (1 + math.exp(min(odds, 700.0)))


def expected_purchases(model: Model, buyer: Buyer, weeks: float) -> float:
	"""Return how many purchases to expect in the weeks to come (equation 10)."""
	if weeks <= 0:
		return 0.0
	# At 1 the formula is nothing by nothing, and at a top of 0 nothing times the infinite; its neighbours tell the limits.
	a = model.a if abs(model.a - 1) > 1e-6 else 1 + 1e-6
	if abs(a + model.b + buyer.repeats - 1) < 1e-6:
		a += 2e-6
	part = weeks / (model.alpha + buyer.age + weeks)
	top = a + model.b + buyer.repeats - 1
	beyond = 1 - shrunk_series(model.r + buyer.repeats, model.b + buyer.repeats, top, part)
	return max(top / (a - 1) * beyond, 0.0) * chance_alive(model, buyer)


def shrunk_series(one: float, other: float, top: float, part: float) -> float:
	"""Return (1 - part) ** one times Gauss's function of (one, other; top; part).

	All terms are above zero, so nothing is lost between them; and as nobody buys on more than seven days a week, neither
	factor leaves the range of floats: the logarithm of the first is at most seven times the weeks ahead.
	"""
	return math.exp(one * math.log1p(-part)) * hypergeometric(one, other, top, part)


def hypergeometric(a: float, b: float, c: float, z: float) -> float:
	"""Return Gauss's hypergeometric function for 0 <= z < 1, by its series."""
	total = term = 1.0
	for n in range(MOST_TERMS):
		term *= (a + n) * (b + n) / (c + n) * z / (n + 1)
		total += term
		if abs(term) < 1e-16 * abs(total) or not term:
			break
	return total
