"""Where a deal's money is left on its way to the bank."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.deal_to_cash import Leaks, Way, largest, leaks

AMOUNT = st.floats(0, 1e6)


def test_each_leak() -> None:
	assert leaks(Way(100, 0, 0, 0, 0)) == Leaks(100, 0, 0, 0)
	assert leaks(Way(100, 119, 0, 0, 0)) == Leaks(0, 119, 0, 0)
	assert leaks(Way(100, 119, 119, 0, 119)) == Leaks(0, 0, 119, 0)
	assert leaks(Way(100, 119, 119, 100, 0)) == Leaks(0, 0, 0, 19)
	assert leaks(Way(100, 0, 119, 119, 0)) == Leaks(0, 0, 0, 0)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_nothing_is_negative_and_invoices_are_accounted_for(
	won: float, ordered: float, paid: float, outstanding: float
) -> None:
	found = leaks(Way(won, ordered, paid + outstanding + 7, paid, outstanding))
	assert min(vars(found).values()) >= 0
	assert abs(paid + found.not_paid + found.written_off - (paid + outstanding + 7)) < 1e-3


def test_the_largest_is_named() -> None:
	assert largest(Leaks(1, 3, 2, 0)) == "not_invoiced"
	assert largest(Leaks(0, 0, 0, 0)) == ""
