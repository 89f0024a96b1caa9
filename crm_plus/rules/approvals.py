"""What a person may offer a customer without asking anybody, and what an approval covers. Percentages and company currency."""

from collections.abc import Iterable
from dataclasses import dataclass

DRAFT, PENDING, APPROVED, REJECTED = "Draft", "Pending Approval", "Approved", "Rejected"
DISCOUNT, AMOUNT = "discount", "amount"
# Percentages are compared as people read them: what ERPNext's rounding adds is nobody's discount.
PLACES = 2


@dataclass(frozen=True)
class Line:
	"""One item that is offered: list price and rate in one currency, and the discount in percent that its row states."""

	quantity: float
	list_price: float
	rate: float
	stated_discount: float = 0.0


@dataclass(frozen=True)
class Offer:
	"""What a customer is offered: percent off the list prices, and the value in the company's currency without taxes."""

	discount: float = 0.0
	amount: float = 0.0


@dataclass(frozen=True)
class Limit:
	"""Up to what somebody may go: percent off, and a value in the company's currency, None for any."""

	discount: float = 100.0
	amount: float | None = None


def widest(limits: Iterable[Limit]) -> Limit | None:
	"""Return the limit of a person with several: the widest of each. None, no limit at all, where there are none."""
	known = list(limits)
	if not known:
		return None
	amounts = [limit.amount for limit in known]
	return Limit(
		max(limit.discount for limit in known),
		None if None in amounts else max(amount for amount in amounts if amount is not None),
	)


def excess(offer: Offer, *granted: Limit | None) -> tuple[str, ...]:
	"""Return the codes of what is offered beyond everything that was granted; None among these grants anything."""
	limit = widest([Limit() if one is None else one for one in granted])
	if limit is None:
		return ()
	beyond = []
	if round(offer.discount, PLACES) > round(limit.discount, PLACES):
		beyond.append(DISCOUNT)
	if limit.amount is not None and round(offer.amount, PLACES) > round(limit.amount, PLACES):
		beyond.append(AMOUNT)
	return tuple(beyond)


def discount_of(lines: Iterable[Line], additional_percentage: float) -> float:
	"""Return the percentage off the list prices of all lines together; never below 0, a surcharge is no discount.

	The row's own percentage counts where its rate follows from it, so that a cheap item's rounded rate adds nothing.
	"""
	listed = offered = 0.0
	for line in lines:
		price = max(line.list_price, line.rate)
		listed += price * line.quantity
		offered += price * line.quantity * (1 - line_discount(line, price) / 100)
	if not listed:
		return max(0.0, additional_percentage)
	return max(0.0, 100 * (1 - offered / listed * (1 - additional_percentage / 100)))


def line_discount(line: Line, price: float) -> float:
	"""Return a line's discount in percent off `price`: what it states, or what its rate gives where that is more."""
	if not price:
		return 0.0
	# A rate is rounded to the cent, so half a cent may be the rounding's.
	implied = 100 * (price - line.rate - 0.005) / price
	return max(line.stated_discount if line.rate <= line.list_price else 0.0, implied, 0.0)
