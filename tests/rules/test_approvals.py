"""Limits and approvals, over plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.approvals import AMOUNT, DISCOUNT, Limit, Line, Offer, discount_of, excess, widest

PERCENT = st.floats(0, 100)
VALUE = st.floats(0, 1e9)
LIMITS = st.builds(Limit, PERCENT, st.none() | VALUE)


@pytest.mark.parametrize(
	("offer", "granted", "beyond"),
	[
		(Offer(10, 500), [Limit(10, 500)], ()),
		(Offer(10.01, 500), [Limit(10, 500)], (DISCOUNT,)),
		(Offer(10.001, 500.001), [Limit(10, 500)], ()),
		(Offer(0, 501), [Limit(10, 500)], (AMOUNT,)),
		(Offer(50, 501), [Limit(10, 500)], (DISCOUNT, AMOUNT)),
		(Offer(50, 501), [Limit(10, None)], (DISCOUNT,)),
		(Offer(25, 900), [Limit(10, 500), Limit(25, 900)], ()),
		(Offer(26, 900), [Limit(10, 500), Limit(25, 900)], (DISCOUNT,)),
		(Offer(99, 1e9), [Limit(0, 0), None], ()),
		(Offer(99, 1e9), [], ()),
	],
)
def test_what_goes_beyond(offer: Offer, granted: list[Limit | None], beyond: tuple[str, ...]) -> None:
	assert excess(offer, *granted) == beyond


@given(st.lists(LIMITS, min_size=1), PERCENT, VALUE)
def test_several_limits_allow_what_any_of_them_allows(
	limits: list[Limit], discount: float, amount: float
) -> None:
	offer = Offer(discount, amount)
	together = widest(limits)
	assert together is not None
	for code in (DISCOUNT, AMOUNT):
		alone = all(code in excess(offer, limit) for limit in limits)
		assert (code in excess(offer, together)) == alone


@pytest.mark.parametrize(
	("lines", "additional", "discount"),
	[
		([Line(1, 100, 90, 10)], 0, 10),
		([Line(1, 100, 90, 10), Line(1, 100, 100)], 0, 5),
		([Line(2, 100, 100)], 20, 20),
		([Line(1, 100, 90, 10)], 50, 55),
		([Line(1, 0.99, 0.89, 10)], 0, 10),  # the rate alone would say 10.1 %
		([Line(1, 100, 70, 0)], 0, 29.995),  # stated nowhere, and yet given
		([Line(1, 100, 120)], 0, 0),  # a surcharge
		([Line(1, 0, 50)], 0, 0),  # without a list price there is nothing to be off from
		([Line(1, 0, 0)], 0, 0),
		([Line(1, 100, 0, 100)], 0, 100),
		([], 15, 15),
	],
)
def test_the_discount_of_all_lines_together(lines: list[Line], additional: float, discount: float) -> None:
	assert discount_of(lines, additional) == pytest.approx(discount, abs=1e-9)


@given(
	st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 10**7), PERCENT), min_size=1, max_size=20),
	PERCENT,
)
def test_what_the_money_says(rows: list[tuple[int, int, float]], additional: float) -> None:
	"""Against the sums themselves, in cents; rates rounded to the cent may differ by half a cent each."""
	lines, listed, offered = [], 0, 0.0
	for quantity, cents, percent in rows:
		rate = round(cents * (1 - percent / 100))
		lines.append(Line(quantity, cents / 100, rate / 100, percent))
		listed += quantity * cents
		offered += quantity * rate
	money = 100 * (1 - offered * (1 - additional / 100) / listed)
	rounding = 100 * 0.5 * sum(quantity for quantity, *_rest in rows) / listed
	assert abs(discount_of(lines, additional) - money) <= rounding + 1e-6
