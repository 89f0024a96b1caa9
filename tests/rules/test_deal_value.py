"""A deal's worth, against an oracle that counts in exact fractions; crm_plus/tests/test_quoting.py asks ERPNext itself."""

import math
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from crm_plus.rules import deal_value as rules
from crm_plus.rules.deal_value import Line, Problem, Scale


def commercially(value: float, places: int) -> float:
	return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


SCALE = Scale(round=commercially)
cents = st.integers(0, 10**8).map(lambda value: value / 100)
percents = st.integers(0, 100_000).map(lambda value: value / 1000)
quantities = st.integers(1, 10**6).map(lambda value: value / 1000)
lines = st.builds(Line, quantity=quantities, rate=cents, price_list_rate=cents, discount_percentage=percents)


def test_a_discount_makes_the_rate() -> None:
	assert rules.price(Line(3, 0, 19.99, 10), None, SCALE) == Line(3, 17.99, 19.99, 10)


def test_a_typed_rate_makes_the_discount() -> None:
	assert rules.price(Line(1, 80, 100), None, SCALE) == Line(1, 80, 100, 20)


def test_a_rate_above_the_list_price_stands_without_a_discount() -> None:
	assert rules.price(Line(1, 120, 100), None, SCALE) == Line(1, 120, 100, 0)


def test_a_discount_on_a_typed_rate_takes_it_for_the_list_price() -> None:
	assert rules.price(Line(1, 100, 0, 10), None, SCALE) == Line(1, 90, 100, 10)


def test_of_a_stored_line_what_changed_wins() -> None:
	stored = Line(1, 90, 100, 10)
	assert rules.price(replace(stored, rate=75), stored, SCALE) == Line(1, 75, 100, 25)
	assert rules.price(replace(stored, discount_percentage=30), stored, SCALE) == Line(1, 70, 100, 30)
	assert rules.price(replace(stored, discount_percentage=0), stored, SCALE) == Line(1, 100, 100, 0)
	assert rules.price(replace(stored, price_list_rate=200), stored, SCALE) == Line(1, 180, 200, 10)
	assert rules.price(replace(stored, quantity=5), stored, SCALE) == Line(5, 90, 100, 10)


def test_a_gift_is_a_full_discount() -> None:
	gift = rules.price(Line(2, 50, 50, 100), None, SCALE)
	assert gift == Line(2, 0, 50, 100)
	assert rules.price(gift, gift, SCALE) == gift


def test_a_rate_that_is_next_to_nothing_is_no_gift() -> None:
	assert rules.price(Line(1, 0.01, 2000), None, SCALE) == Line(1, 0.01, 2000, 99.999)


@given(lines, st.none() | lines)
def test_pricing_again_changes_nothing(line: Line, before: Line | None) -> None:
	once = rules.price(line, before, SCALE)
	assert rules.price(once, once, SCALE) == once
	assert rules.price(once, None, SCALE) == once


@given(lines, st.none() | lines)
def test_rate_discount_and_list_price_agree(line: Line, before: Line | None) -> None:
	priced = rules.price(line, before, SCALE)
	assume(priced.price_list_rate and priced.rate <= priced.price_list_rate)
	exact = Fraction(priced.price_list_rate) * (1 - Fraction(priced.discount_percentage) / 100)
	# Half a cent of the rate, or the last place of the percentage.
	tolerance = max(0.005, priced.price_list_rate * 0.00001) * 1.001
	assert abs(float(exact) - priced.rate) <= tolerance


@given(st.lists(cents, max_size=40), percents, st.integers(1, 10**7).map(lambda value: value / 10**5))
def test_the_whole_is_the_sum_less_its_discount(amounts: list[float], discount: float, rate: float) -> None:
	worth = rules.worth(amounts, discount, rate, SCALE)
	total = sum(Fraction(str(amount)) for amount in amounts)
	exact_discount = total * Fraction(str(discount)) / 100
	assert abs(Fraction(str(worth.discount_amount)) - exact_discount) <= Fraction(51, 10000)
	assert Fraction(str(worth.amount)) == total - Fraction(str(worth.discount_amount))


@given(st.lists(cents, max_size=40), percents, st.integers(1, 10**7).map(lambda value: value / 10**5))
def test_the_base_amount_is_within_a_rounding_a_line(
	amounts: list[float], discount: float, rate: float
) -> None:
	worth = rules.worth(amounts, discount, rate, SCALE)
	assert (
		abs(worth.base_amount - worth.amount * rate)
		<= 0.0051 * max(1, len(amounts)) + worth.base_amount * 1e-12
	)


@given(st.lists(cents, min_size=1, max_size=20))
def test_without_a_discount_and_in_one_currency_both_amounts_are_the_sum(amounts: list[float]) -> None:
	worth = rules.worth(amounts, 0, 1, SCALE)
	exact = float(sum(Decimal(str(amount)) for amount in amounts))
	assert (worth.amount, worth.base_amount, worth.discount_amount) == (exact, exact, 0)


def test_a_discount_of_everything_leaves_nothing() -> None:
	assert rules.worth([0.01, 33.33, 66.67], 100, 1.7, SCALE).amount == 0


def test_what_rounding_loses_is_given_to_a_line() -> None:
	"""Three times 33.33 less 10%: each would round to 30.00, the sum is 89.99."""
	assert rules.spread_discount([33.33, 33.33, 33.33], 99.99, 10.0, SCALE) == [30.0, 29.99, 30.0]


def test_what_no_deal_may_hold() -> None:
	found = rules.problems(-1, 101, 0, [Line(0), Line(1, -1), Line(1, 1, 1, 200), Line(2, 10**12)])
	assert found == (
		Problem("quantity", 1),
		Problem("negative_rate", 2),
		Problem("discount_range", 3),
		Problem("too_large", 4),
		Problem("discount_range"),
		Problem("conversion_rate"),
		Problem("negative_amount"),
	)


def test_what_is_no_number_is_refused() -> None:
	for number in (math.nan, math.inf, -math.inf):
		assert rules.problems(number, 0, 1)
		assert rules.problems(1, number, 1)
		assert rules.problems(1, 0, number)
		assert rules.problems(1, 0, 1, [Line(number, 1)])
		assert rules.problems(1, 0, 1, [Line(1, number)])


@given(st.floats(0, rules.LARGEST), percents, st.just(1.0), st.lists(lines, max_size=3))
def test_ordinary_numbers_are_no_problem(
	amount: float, discount: float, rate: float, some: list[Line]
) -> None:
	assert rules.problems(amount, discount, rate, some) == ()
