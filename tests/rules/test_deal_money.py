"""Shares of documents and the amounts of a deal, against exact fractions."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm_plus.rules.deal_money import (
	BilledDocument,
	DealAmounts,
	Journal,
	Kind,
	closed_order_part,
	deal_amounts,
	is_payment_journal,
	milestones,
	net_amounts,
	shares,
)

cents = st.integers(-10_000_000, 10_000_000).map(lambda value: Decimal(value).scaleb(-2))
weights = st.dictionaries(st.sampled_from(["", "A", "B", "C", "D", "E"]), cents, min_size=1)
positive_weights = st.dictionaries(
	st.sampled_from(["", "A", "B", "C", "D"]),
	st.integers(1, 10_000_000).map(lambda value: Decimal(value).scaleb(-2)),
	min_size=1,
)


@given(cents, weights)
def test_shares_add_up_to_the_total_exactly(total, parts):
	assert sum(shares(total, parts, 2).values()) == total


@given(cents, positive_weights)
def test_each_share_is_within_one_cent_of_the_exact_fraction(total, parts):
	whole = sum(Fraction(weight) for weight in parts.values())
	for key, share in shares(total, parts, 2).items():
		exact = Fraction(total) * Fraction(parts[key]) / whole
		assert abs(Fraction(share) - exact) < Fraction(1, 100)


@given(cents, weights)
def test_the_order_of_rows_does_not_matter(total, parts):
	backwards = dict(reversed(parts.items()))
	assert shares(total, parts, 2) == shares(total, backwards, 2)


@given(cents)
def test_a_lone_deal_takes_the_whole_document(total):
	assert shares(total, {"A": Decimal("12.34")}, 2) == {"A": total}


def test_equal_parts_of_an_uneven_cent_go_to_the_first_in_order():
	assert shares(Decimal("0.05"), {"B": Decimal(1), "A": Decimal(1)}, 2) == {
		"A": Decimal("0.03"),
		"B": Decimal("0.02"),
	}


def test_rows_that_cancel_out_count_by_their_size():
	parts = {"A": Decimal(30), "B": Decimal(-30)}
	assert shares(Decimal(10), parts, 2) == {"A": Decimal(5), "B": Decimal(5)}
	assert shares(Decimal(9), {"A": Decimal(0), "B": Decimal(0)}, 0) == {"A": Decimal(5), "B": Decimal(4)}


@given(cents, st.integers(0, 3))
def test_currencies_without_cents_and_with_three_decimals(total, digits):
	whole = total.quantize(Decimal(1).scaleb(-digits))
	parts = {"A": Decimal(1), "B": Decimal(2), "C": Decimal(4)}
	assert sum(shares(whole, parts, digits).values()) == whole


days = st.none() | st.integers(0, 900).map(lambda number: date(2025, 1, 1) + timedelta(days=number))
documents = st.lists(
	st.builds(
		BilledDocument,
		kind=st.sampled_from(Kind),
		name=st.text(min_size=1, max_size=3),
		total=cents,
		weights=weights,
		paid=cents,
		outstanding=cents,
		counted=st.integers(0, 4).map(lambda quarters: Decimal(quarters) / 4),
		day=days,
		last_paid_on=days,
		is_return=st.booleans(),
	),
	max_size=6,
)


def counted(paper):
	return paper.counted if paper.kind is Kind.ORDER else 1


@given(documents, st.sampled_from(["A", "E"]))
def test_without_taxes_a_deal_is_what_its_rows_come_to(papers, deal):
	expected = dict.fromkeys(("quoted", "ordered", "invoiced", "paid", "outstanding"), Fraction(0))
	for paper in papers:
		net = Fraction(paper.weights.get(deal, 0))
		if paper.kind is Kind.INVOICE:
			expected["invoiced"] += net
			for key in ("paid", "outstanding"):
				expected[key] += (
					net * Fraction(getattr(paper, key)) / Fraction(paper.total) if paper.total else 0
				)
		else:
			key = "quoted" if paper.kind is Kind.QUOTATION else "ordered"
			expected[key] += net * Fraction(counted(paper))
	found = net_amounts(deal, papers)
	assert set(found) == set(expected)
	for key, amount in found.items():
		assert abs(Fraction(amount) - expected[key]) < Fraction(1, 10**9)


@given(documents)
def test_the_days_are_those_of_the_documents(papers):
	def of(kind, **also):
		return [
			paper.day
			for paper in papers
			if paper.kind is kind
			and paper.day
			and all(getattr(paper, key) == value for key, value in also.items())
		]

	found, billed = milestones(papers), sorted(of(Kind.INVOICE))
	paid = sorted(paper.last_paid_on for paper in papers if paper.last_paid_on)
	assert found.first_ordered_on == next(iter(sorted(of(Kind.ORDER))), None)
	assert found.first_invoiced_on == next(iter(sorted(of(Kind.INVOICE, is_return=False))), None)
	assert found.last_paid_on == (paid[-1] if paid else None)
	assert (found.billed_from, found.billed_until) == ((billed[0], billed[-1]) if billed else (None, None))


@given(documents)
def test_the_amounts_of_all_deals_add_up_to_the_documents(papers):
	totals = [deal_amounts(deal, papers, 2) for deal in ["", "A", "B", "C", "D", "E"]]
	invoices = [paper for paper in papers if paper.kind is Kind.INVOICE]
	assert sum(amounts.invoiced for amounts in totals) == sum(paper.total for paper in invoices)
	assert sum(amounts.paid for amounts in totals) == sum(paper.paid for paper in invoices)
	assert sum(amounts.outstanding for amounts in totals) == sum(paper.outstanding for paper in invoices)
	for kind, name in ((Kind.QUOTATION, "quoted"), (Kind.ORDER, "ordered")):
		posted = [paper.total * counted(paper) for paper in papers if paper.kind is kind]
		expected = sum(amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN) for amount in posted)
		assert sum(getattr(amounts, name) for amounts in totals) == expected


@pytest.mark.parametrize(
	("amounts", "status"),
	[
		({}, "Not Billed"),
		({"ordered": 100}, "Not Billed"),
		({"ordered": 100, "invoiced": 40, "outstanding": 40}, "Partly Billed"),
		({"ordered": 100, "invoiced": 100, "outstanding": 100}, "Billed"),
		({"ordered": 100, "invoiced": 100, "paid": 30, "outstanding": 70}, "Partly Paid"),
		({"ordered": 100, "invoiced": 100, "paid": 100}, "Paid"),
		({"ordered": 100, "invoiced": 40, "paid": 40}, "Partly Paid"),
		({"invoiced": 40, "paid": 40}, "Paid"),
		({"quoted": 100, "invoiced": 40, "outstanding": 40}, "Partly Billed"),
		({"ordered": 100, "invoiced": 100}, "Paid"),
		({"ordered": 100, "invoiced": 0, "outstanding": -20}, "Not Billed"),
	],
)
def test_billing_status_by_hand(amounts, status):
	values = {key: Decimal(value) for key, value in amounts.items()}
	assert DealAmounts(**values).billing_status == status


@given(cents, cents, cents)
def test_a_closed_order_counts_for_no_more_than_it_was(total, net, billed):
	assume(total >= 0)
	counted = total * closed_order_part(net, billed)
	assert 0 <= counted <= total
	if net > 0 and 0 <= billed <= net:
		assert abs(Fraction(counted) - Fraction(total) * Fraction(billed) / Fraction(net)) < Fraction(
			1, 10**9
		)


@pytest.mark.parametrize(
	("voucher_type", "bank", "payment", "moves_money"),
	[
		("Bank Entry", True, False, True),
		("Bank Entry", False, False, True),
		("Journal Entry", True, False, True),
		("Journal Entry", False, True, False),
		("Write Off Entry", True, False, False),
		("Credit Note", True, False, False),
		("Exchange Gain Or Loss", False, True, True),
		("Exchange Gain Or Loss", False, False, False),
		("Contra Entry", True, False, True),
	],
)
def test_which_journals_move_money(voucher_type, bank, payment, moves_money):
	assert is_payment_journal(Journal(voucher_type, bank, payment)) is moves_money
