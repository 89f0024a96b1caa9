"""Limits and approvals, over plain values."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.approvals import (
	Limit,
	Line,
	Offer,
	costliest_choice,
	discount_of,
	is_granted,
	percent_beyond,
	together,
	widest,
	with_earlier,
)

PERCENT = st.floats(0, 100)
VALUE = st.floats(0, 1e9)
# Few and near each other, so that offers fall beside a limit and not only far from all.
TENTHS, EUROS = st.integers(0, 1000), st.integers(0, 30)
GRANTS = st.lists(st.none() | st.tuples(TENTHS, st.none() | EUROS), max_size=5)


@pytest.mark.parametrize(
	("offer", "grants", "granted"),
	[
		(Offer(10, 500), [Limit(10, 500)], True),
		(Offer(10.01, 500), [Limit(10, 500)], False),
		(Offer(10.001, 500.001), [Limit(10, 500)], True),
		(Offer(0, 501), [Limit(10, 500)], False),
		(Offer(10, 1e9), [Limit(10, None)], True),
		(Offer(25, 900), [Limit(10, 500), Limit(25, 900)], True),
		(Offer(30, 700_000), [Limit(10, None), Limit(30, 700)], False),
		(Offer(99, 1e9), [Limit(0, 0), None], True),
		(Offer(0, 0), [], False),
	],
)
def test_what_is_granted(offer: Offer, grants: list[Limit | None], granted: bool) -> None:
	assert is_granted(offer, *grants) == granted


@given(GRANTS, TENTHS, EUROS)
def test_an_offer_goes_out_only_where_somebody_granted_one_at_least_as_large(
	grants: list[tuple[int, int | None] | None], discount: int, amount: int
) -> None:
	"""Whole offers against whole grants, in integers: nothing may follow from two grants that follows from neither."""
	somebody_did = False
	for grant in grants:
		if grant is None or (discount <= grant[0] and (grant[1] is None or amount <= grant[1])):
			somebody_did = True
	limits = [grant and Limit(grant[0] / 10, grant[1]) for grant in grants]
	assert is_granted(Offer(discount / 10, amount), *limits) == somebody_did


@given(GRANTS.map(lambda grants: [grant for grant in grants if grant]), TENTHS, EUROS)
def test_roles_of_one_person_add_up(grants: list[tuple[int, int | None]], discount: int, amount: int) -> None:
	"""Each side of an offer is within the widest limit if some role's limit has it within."""
	limit = widest(Limit(percent / 10, most) for percent, most in grants)
	enough = any(discount <= percent for percent, _most in grants) and any(
		most is None or amount <= most for _percent, most in grants
	)
	assert is_granted(Offer(discount / 10, amount), limit) == (enough or not grants)


@pytest.mark.parametrize(
	("lines", "additional", "discount"),
	[
		([Line(1, 100, 90, 10)], 0, 10),
		([Line(1, 100, 90, 10), Line(1, 100, 100)], 0, 5),
		([Line(2, 100, 100)], 20, 20),
		([Line(1, 100, 90, 10)], 50, 55),
		([Line(1, 0.99, 0.89, 10)], 0, 10),  # the rate alone would say 10.1 %
		([Line(1, 99, 89, 10, 1)], 0, 10),  # a currency without cents
		([Line(1, 100, 70, 0)], 0, 30),  # stated nowhere, and yet given
		([Line(1, 1000, 100, 10)], 0, 90),  # stated of another price than the list's
		([Line(1, 1000, 880, 20)], 0, 12),  # a margin on top, and a discount off both
		([Line(1, 1000, 1050, 30)], 0, 0),
		([Line(1, 100, 120)], 0, 0),  # a surcharge
		([Line(1, 0, 50)], 0, 0),  # without a list price there is nothing to be off from
		([Line(1, 0, 0)], 0, 0),
		([Line(1, 100, 0, 100)], 0, 100),
		([Line(1, 100, 0, 100), Line(3, 100, 100)], 0, 25),  # a gift beside what is paid
		([Line(1, 100, 90, 10)], -10, 1),
		([Line(1, 100, 100), Line(1, 0, -30)], 0, 30),  # a row that takes off what the others cost
		([Line(1, 100, 100), Line(-3, 10, 10)], 0, 30),
		([Line(1, 100, 100), Line(-1, 0, -30)], 0, 0),  # below zero twice brings nothing
		([Line(1, 100, -30, 0)], 0, 130),
		([Line(1, 0, -30)], 0, 100),
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


@pytest.mark.parametrize(
	("parts", "whole"), [((), 0), ((10,), 10), ((50, 50), 75), ((0, 100), 100), ((20, 10, 0), 28)]
)
def test_discounts_one_after_the_other(parts: tuple[float, ...], whole: float) -> None:
	assert together(parts) == pytest.approx(whole)


CHOICE = st.lists(
	st.tuples(st.integers(1, 50), st.integers(1, 500), st.integers(0, 500)), min_size=1, max_size=3
)


@given(st.lists(CHOICE, min_size=1, max_size=4))
def test_no_choice_among_alternatives_gives_more(groups: list[list[tuple[int, int, int]]]) -> None:
	"""Against all that a customer may choose, in fractions."""

	def discount(rows: tuple[tuple[int, int, int], ...]) -> Fraction:
		listed = sum(quantity * max(price, rate) for quantity, price, rate in rows)
		return 1 - Fraction(sum(quantity * rate for quantity, _price, rate in rows), listed)

	most = max(discount(rows) for rows in product(*groups))
	chosen = costliest_choice([Line(*row) for row in options] for options in groups)
	assert discount_of(chosen, 0) == pytest.approx(float(100 * most), abs=1e-6)


LIMIT = Limit(10, 1000)
SMALL, LARGE, NONE = Offer(5, 950, 1000), Offer(25, 750, 1000), Offer()


@pytest.mark.parametrize(
	("sold", "of_limit", "of_approval"),
	[
		([], 0, 0),
		([(SMALL, SMALL)], 1000, 0),
		([(LARGE, LARGE)], 0, 1000),
		([(NONE, LARGE)], 0, 1000),
		([(NONE, SMALL)], 0, 0),
		([(SMALL, LARGE), (SMALL, SMALL)], 2000, 1000),
	],
)
def test_neither_a_limit_nor_an_approval_holds_twice(
	sold: list[tuple[Offer, Offer]], of_limit: float, of_approval: float
) -> None:
	now = Offer(7, 93, 100)
	within, whole = with_earlier((now, now), sold, LIMIT)
	assert (within.listed - 100, whole.listed - 100) == (of_limit, of_approval)
	assert within.discount == whole.discount == 7
	assert within.amount == pytest.approx(93 + of_limit * 0.95)


# --- what comes off a whole document beyond what the company gives -----------------------------------------------------

CENTS = st.integers(1, 10**9)


@pytest.mark.parametrize(
	("taken", "given", "whole", "beyond"),
	[
		(25, 25, 100, 0),
		(20, 25, 100, 0),
		(40, 25, 100, 20),
		(40, 0, 100, 40),
		(-5, 0, 100, -5),
		(-5, 25, 100, -5),
		(0.25, 0.25, 0.99, 0),
		(0.26, 0.25, 0.99, 100 / 74),
		(5, 0, 0, 100),
		(100, 100, 100, 0),
	],
)
def test_what_comes_off_beyond_what_others_give(
	taken: float, given: float, whole: float, beyond: float
) -> None:
	assert percent_beyond(taken, given, whole) == pytest.approx(beyond)


@given(st.tuples(CENTS, CENTS, CENTS).map(sorted))
def test_both_together_come_to_what_is_taken(amounts: list[int]) -> None:
	given, taken, whole = (Fraction(cents, 100) for cents in amounts)
	both = [float(100 * given / whole), percent_beyond(*map(float, (taken, given, whole)))]
	assert together(both) == pytest.approx(float(100 * taken / whole), abs=1e-6)


@given(CENTS, CENTS, CENTS, CENTS)
def test_who_gives_more_leaves_less_beyond_it(taken: int, given: int, more: int, whole: int) -> None:
	"""And nobody's gift makes a discount larger than it is, or a surcharge of one."""
	whole = max(taken, whole)
	alone, less, least = (percent_beyond(taken, of, whole) for of in (0, given, given + more))
	assert 100 * taken / whole == pytest.approx(alone)
	assert alone + 1e-9 >= less and less + 1e-9 >= least >= 0
	assert percent_beyond(taken, taken + more, whole) == 0
