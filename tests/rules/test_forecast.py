"""The forecast, also by hand: what three deals of 100,000 promise."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.forecast import Thresholds, add_up, forecast, gap, percent

DEALS = st.lists(
	st.tuples(st.sampled_from(["Open", "Won", "Lost"]), st.integers(0, 10**6), st.integers(0, 100))
)


def test_by_hand() -> None:
	june, july, august = (
		forecast(add_up([("Open", 100_000, likely)], Thresholds())).weighted for likely in (50, 50, 100)
	)
	assert (june, july, august) == (50_000, 50_000, 100_000)


def test_a_lost_deal_is_nothing() -> None:
	assert forecast(add_up([("Lost", 100_000, 100)], Thresholds())) == forecast(add_up([], Thresholds()))


@given(DEALS)
def test_the_figures_stand_in_order(deals: list) -> None:
	found = forecast(add_up(deals, Thresholds()))
	assert found.won <= found.commit <= found.best_case <= found.won + found.open + 1e-6
	assert found.won <= found.weighted <= found.won + found.open + 1e-6


def test_percent_and_gap() -> None:
	assert percent(1, 0) is None and percent(1, 4) == 25
	assert (gap(100, 60), gap(100, 120)) == (40, 0)
