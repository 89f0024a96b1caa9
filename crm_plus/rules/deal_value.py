"""What a deal is worth, to the cent as ERPNext's own Quotation would add it up.

Amounts are floats rounded after each step, and the rounding is the caller's, because that is what ERPNext does: another
arithmetic, however exact, would differ from the quotation by a cent. Rates and amounts are in the deal's currency, base
amounts in the company's.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Rounding = Callable[[float, int], float]
LARGEST = 10**12 - 1  # what the database's column of an amount holds
SMALLEST_RATE = 1e-9  # what is left of an exchange rate in its column


@dataclass(frozen=True)
class Scale:
	"""How numbers are rounded: the site's rounding method and the decimal places of each kind of field."""

	round: Rounding
	quantity: int = 3
	rate: int = 2
	percent: int = 3
	amount: int = 2
	base_amount: int = 2


@dataclass(frozen=True)
class Line:
	"""One item of a deal: a quantity at a rate, which is the list price less a discount in percent."""

	quantity: float
	rate: float = 0.0
	price_list_rate: float = 0.0
	discount_percentage: float = 0.0


@dataclass(frozen=True)
class Worth:
	"""What a deal's items add up to after the additional discount, without taxes added on top."""

	amount: float
	base_amount: float
	discount_amount: float = 0.0


@dataclass(frozen=True)
class Problem:
	"""Something that no deal may hold: a code, and the row (from 1) it stands in, 0 for the deal itself."""

	code: str
	row: int = 0


def price(line: Line, before: Line | None, scale: Scale) -> Line:
	"""Return the line with list price, discount and rate agreeing; priced again it stays as it is.

	Where they disagree, what changed last wins: the rate if it alone differs from `before` (the line as stored), else
	the discount. A discount without a list price takes the typed rate for the list price.
	"""
	line = rounded(line, scale)
	if line.discount_percentage and line.rate and not line.price_list_rate:
		line = replace(line, price_list_rate=line.rate)
	if not line.price_list_rate:
		return line
	implied = implied_discount(line, scale)
	if line.rate and implied == line.discount_percentage:
		return line
	if line.rate and rate_is_newer(line, before and rounded(before, scale)):
		return replace(line, discount_percentage=implied)
	discounted = line.price_list_rate * (1.0 - line.discount_percentage / 100.0)
	return replace(line, rate=scale.round(discounted, scale.rate))


def rounded(line: Line, scale: Scale) -> Line:
	"""Return the line in the decimal places that its fields have."""
	return Line(
		quantity=scale.round(line.quantity, scale.quantity),
		rate=scale.round(line.rate, scale.rate),
		price_list_rate=scale.round(line.price_list_rate, scale.rate),
		discount_percentage=scale.round(line.discount_percentage, scale.percent),
	)


def implied_discount(line: Line, scale: Scale) -> float:
	"""Return the percentage by which the rate is below the list price; 0 where it is above.

	Never the whole 100 while there is a rate: ERPNext takes a full discount for a gift.
	"""
	discount = scale.round((1.0 - line.rate / line.price_list_rate) * 100.0, scale.percent)
	largest = 100.0 - 10.0**-scale.percent if line.rate else 100.0
	return min(max(0.0, discount), scale.round(largest, scale.percent))


def rate_is_newer(line: Line, before: Line | None) -> bool:
	"""Tell whether somebody typed the rate: of a stored line it alone changed, a new one came without a discount."""
	if before is None:
		return not line.discount_percentage
	unchanged = (before.price_list_rate, before.discount_percentage)
	return line.rate != before.rate and (line.price_list_rate, line.discount_percentage) == unchanged


def line_amount(line: Line, scale: Scale) -> float:
	"""Return rate times quantity, in the deal's currency."""
	return scale.round(line.rate * line.quantity, scale.amount)


def base(amount: float, conversion_rate: float, scale: Scale) -> float:
	"""Return an amount of the deal's currency in the company's."""
	return scale.round(scale.round(amount, scale.amount) * conversion_rate, scale.base_amount)


def worth(
	amounts: Sequence[float], discount_percentage: float, conversion_rate: float, scale: Scale
) -> Worth:
	"""Add up the lines' amounts less the additional discount (percent of their sum), as ERPNext does on the net total."""
	total = scale.round(sum(amounts), scale.amount)
	discount = scale.round(total * discount_percentage / 100, scale.amount)
	nets = spread_discount(amounts, total, discount, scale) if discount and total else list(amounts)
	return Worth(
		amount=scale.round(sum(nets), scale.amount),
		base_amount=scale.round(sum(base(net, conversion_rate, scale) for net in nets), scale.base_amount),
		discount_amount=discount,
	)


def spread_discount(amounts: Sequence[float], total: float, discount: float, scale: Scale) -> list[float]:
	"""Return each line's amount less its share of the discount; what rounding loses goes to the line where it shows."""
	nets: list[float] = []
	exact = spread = 0.0
	for amount in amounts:
		share = amount - discount * amount / total
		exact += share
		net = scale.round(share, scale.amount)
		lost = scale.round(exact - (spread + net), scale.amount)
		net = scale.round(net + lost, scale.amount) if lost else net
		spread += net
		nets.append(net)
	return nets


def problems(
	amount: float, discount_percentage: float, conversion_rate: float, lines: Sequence[Line] = ()
) -> tuple[Problem, ...]:
	"""Return what is wrong with a deal's numbers, empty where nothing is."""
	found = [Problem(code, row) for row, line in enumerate(lines, 1) for code in line_codes(line)]
	if not is_percentage(discount_percentage):
		found.append(Problem("discount_range"))
	if not math.isfinite(conversion_rate) or not SMALLEST_RATE <= conversion_rate <= LARGEST:
		found.append(Problem("conversion_rate"))
	if amount < 0:
		found.append(Problem("negative_amount"))
	if not abs(amount) <= LARGEST or not abs(amount * conversion_rate) <= LARGEST:
		found.append(Problem("too_large"))
	return tuple(found)


def line_codes(line: Line) -> list[str]:
	"""Return the codes of what is wrong with one line."""
	checks = (
		("quantity", 0 < line.quantity <= LARGEST),
		("negative_rate", line.rate >= 0 and line.price_list_rate >= 0),
		("discount_range", is_percentage(line.discount_percentage)),
		("too_large", max(line.rate, line.price_list_rate, line.rate * line.quantity) <= LARGEST),
	)
	return [code for code, right in checks if not right]


def is_percentage(value: float) -> bool:
	"""Tell whether a number lies in 0 to 100."""
	return 0 <= value <= 100
