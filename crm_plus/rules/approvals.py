"""What a person may offer a customer without asking anybody, and what an approval covers. Percentages and company currency.

A limit and an approval each hold as a whole: what one grants in percent is never joined to what another grants in money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DRAFT, PENDING, APPROVED, REJECTED = "Draft", "Pending Approval", "Approved", "Rejected"
# Percentages are compared as people read them: what ERPNext's rounding adds is nobody's discount.
PLACES = 2


@dataclass(frozen=True)
class Line:
	"""One item that is offered, with prices in one currency and the discount in percent that its row states.

	`list_price` is what the company itself asks for it, 0 where it has no price; `step` is the smallest coin of a rate.
	"""

	quantity: float
	list_price: float
	rate: float
	stated_discount: float = 0.0
	step: float = 0.01

	@property
	def listed(self) -> float:
		"""The value of the line without any discount; a rate above the list price is no discount, but a price.

		Nothing is sold by a row that only takes money off: one with a negative quantity, or a negative rate and no price.
		"""
		return max(self.list_price, self.rate, 0.0) * max(self.quantity, 0.0)

	@property
	def offered(self) -> float:
		"""The value of the line with the discount that its row gives; what a row takes off the others is below 0."""
		if not self.listed:
			return min(0.0, self.quantity * self.rate)
		return self.listed * (1 - line_discount(self) / 100)


@dataclass(frozen=True)
class Offer:
	"""What a customer is offered: percent off the list prices, and the value in the company's currency without taxes.

	`listed` is the value of the same goods at their list prices.
	"""

	discount: float = 0.0
	amount: float = 0.0
	listed: float = 0.0


@dataclass(frozen=True)
class Limit:
	"""Up to what somebody may go: percent off, and a value in the company's currency, None for any."""

	discount: float = 100.0
	amount: float | None = None

	def covers(self, offer: Offer) -> bool:
		"""Tell whether an offer keeps within both."""
		if round(offer.discount, PLACES) > round(self.discount, PLACES):
			return False
		return self.amount is None or round(offer.amount, PLACES) <= round(self.amount, PLACES)


@dataclass(frozen=True)
class Approval:
	"""What was approved once: percent off goods that are worth `listed` at their list prices, in the company's currency.

	Not what they cost then: the same goods with a smaller discount cost more, and a thousand gifts no more than one.
	"""

	discount: float
	listed: float

	def covers(self, offer: Offer) -> bool:
		"""Tell whether an offer gives no more off, and no more goods."""
		return Limit(self.discount, self.listed).covers(Offer(offer.discount, offer.listed))


def approval_of(discount: float, amount: float, listed: float | None) -> Approval:
	"""Return an approval as it was noted; one of before list values were noted covers what they follow from."""
	kept = 1 - discount / 100
	return Approval(discount, listed or (amount / kept if kept > 0 else 0.0))


def widest(limits: Iterable[Limit]) -> Limit | None:
	"""Return the limit of a person with several roles: the widest of each. None, no limit at all, where there are none."""
	known = list(limits)
	if not known:
		return None
	amounts = [limit.amount for limit in known]
	return Limit(
		max(limit.discount for limit in known),
		None if None in amounts else max(amount for amount in amounts if amount is not None),
	)


def is_granted(offer: Offer, *grants: Limit | Approval | None) -> bool:
	"""Tell whether one grant alone covers the whole offer; None among them grants anything."""
	return any(grant is None or grant.covers(offer) for grant in grants)


def with_earlier(
	offers: tuple[Offer, Offer], sold: Iterable[tuple[Offer, Offer]], limit: Limit
) -> tuple[Offer, Offer]:
	"""Return what is asked of a limit and of an approval, grown by what was sold before on each: neither holds twice.

	Each pair is what goes beyond quotations, which a limit is for, and all that is sold. What was within the limit then has used
	no approval, and the other way round. The discounts stay: those of before were judged then.
	"""
	beyond, whole = offers
	before = list(sold)
	return (
		_grown(beyond, [one for one, _all in before if limit.covers(one)]),
		_grown(whole, [all_of_it for _one, all_of_it in before if not limit.covers(all_of_it)]),
	)


def _grown(offer: Offer, earlier: list[Offer]) -> Offer:
	amount, listed = (sum(getattr(each, part) for each in earlier) for part in ("amount", "listed"))
	return Offer(offer.discount, offer.amount + amount, offer.listed + listed)


def together(percentages: Iterable[float]) -> float:
	"""Return the one discount in percent that several of them come to, each taken off what the others leave."""
	kept = 1.0
	for percentage in percentages:
		kept *= 1 - percentage / 100
	return 100 * (1 - kept)


def percent_beyond(taken: float, given: float, whole: float) -> float:
	"""Return in percent what comes off a whole beyond what others give of it, of what theirs leaves; below 0 for a surcharge."""
	of_others = max(0.0, min(given, taken))
	beyond, left = taken - of_others, whole - of_others
	if not beyond:
		return 0.0
	return 100 * beyond / left if left > 0 else 100.0


def discount_of(lines: Iterable[Line], additional_percentage: float) -> float:
	"""Return the percentage off the list prices of all lines together; never below 0, a surcharge is no discount."""
	kept = _kept(list(lines)) * (1 - additional_percentage / 100)
	return max(0.0, 100 * (1 - kept))


def costliest_choice(choices: Iterable[Sequence[Line]]) -> list[Line]:
	"""Return of each group of alternatives the one that a customer has to choose to get the largest discount of all.

	What to choose depends on the discount of the rest: chosen anew against the share that is left, until that grows no
	smaller (Dinkelbach's way to the least of a quotient; a few rounds).
	"""
	groups = [list(options) for options in choices]
	chosen = [options[0] for options in groups]
	while True:
		kept = _kept(chosen)
		better = [min(options, key=lambda line: line.offered - kept * line.listed) for options in groups]
		if _kept(better) >= kept - 1e-12:
			return chosen
		chosen = better


def _kept(lines: Sequence[Line]) -> float:
	"""Return which share of the list prices the lines keep; all where nothing has a price, none where they only take off."""
	listed, offered = sum(line.listed for line in lines), sum(line.offered for line in lines)
	if not listed:
		return 1.0 if offered >= 0 else 0.0
	return offered / listed


def line_discount(line: Line) -> float:
	"""Return a line's discount in percent: what it states where its rate follows from that, else what its rate gives.

	So a cheap item's rounded rate adds nothing.
	"""
	price = max(line.list_price, line.rate)
	if not price:
		return 0.0
	if abs(price * (1 - line.stated_discount / 100) - line.rate) <= line.step / 2 + 1e-9:
		return max(0.0, line.stated_discount)
	return 100 * (price - line.rate) / price
