"""Which deal is proposed for an invoice: worked examples, and what must hold for any invoice and any deals."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.invoice_matching import (
	FITTING_DAYS,
	MAX_CANDIDATES,
	MIN_CONFIDENCE,
	NOTHING,
	Candidate,
	Expected,
	Invoice,
	Reason,
	expect,
	propose,
	relative_gap,
	score,
	shortlist,
)

INVOICE = Invoice("INV-1", "Lumen", "Acme", "EUR", 1190.0, 1000.0, date(2026, 3, 10))
DEAL = Candidate(
	*("DEAL-1", "Lumen", "Acme", "EUR"),
	Expected((1190.0,), (1000.0,), 1190.0),
	date(2026, 1, 5),
	date(2026, 3, 31),
)


def test_the_deal_of_the_same_amount_and_time_is_proposed_with_its_reasons() -> None:
	proposal = propose(INVOICE, [DEAL])
	assert (proposal.deal, proposal.confidence, proposal.rivals) == ("DEAL-1", 100, ())
	assert proposal.reasons == (Reason.AMOUNT_EQUAL, Reason.DATES_MEET, Reason.SAME_CURRENCY)


def test_an_amount_typed_without_taxes_is_compared_with_the_net_total() -> None:
	typed = replace(DEAL, expected=Expected((), (1000.0,)))
	assert Reason.AMOUNT_EQUAL in propose(INVOICE, [typed]).reasons


def test_a_first_instalment_of_the_only_deal_is_proposed() -> None:
	large = replace(DEAL, expected=Expected((9000.0,), (), 9000.0))
	proposal = propose(INVOICE, [large])
	assert proposal.deal == "DEAL-1"
	assert Reason.AMOUNT_FITS in proposal.reasons


def test_an_amount_that_merely_fits_is_enough_near_the_time_of_a_deal_that_is_not_lost() -> None:
	"""The database leaves out the others, and asks the rules about none of them."""
	ended = INVOICE.posted_on - timedelta(days=FITTING_DAYS)
	near = replace(DEAL, expected=Expected((9000.0,), (), 9000.0), closes_on=ended)
	assert score(INVOICE, near).confidence >= MIN_CONFIDENCE
	far = replace(near, opened_on=DEAL.opened_on - timedelta(days=1), closes_on=ended - timedelta(days=1))
	assert score(INVOICE, far).confidence < MIN_CONFIDENCE
	assert score(INVOICE, replace(near, closes_on=None, is_lost=True)).confidence < MIN_CONFIDENCE


def test_an_invoice_larger_than_the_deal_is_not_proposed() -> None:
	assert propose(INVOICE, [replace(DEAL, expected=Expected((500.0,), (400.0,), 500.0))]) == NOTHING


def test_of_two_equal_deals_none_is_preferred_and_both_are_named() -> None:
	proposal = propose(INVOICE, [replace(DEAL, name="DEAL-2"), DEAL])
	assert proposal.deal == ""
	assert proposal.rivals == ("DEAL-1", "DEAL-2")
	assert proposal.confidence == 100


def test_a_deal_that_only_fits_does_not_hide_the_one_that_is_equal() -> None:
	large = replace(DEAL, name="DEAL-2", expected=Expected((9000.0,), (), 9000.0))
	assert propose(INVOICE, [large, DEAL]).deal == "DEAL-1"


@pytest.mark.parametrize("other", [{"party": "Harbour"}, {"company": "Acme USA"}])
def test_another_party_or_company_is_never_proposed(other: dict[str, str]) -> None:
	assert propose(INVOICE, [replace(DEAL, **other)]) == NOTHING
	named = replace(INVOICE, named_deals=frozenset({"DEAL-1"}))
	assert propose(named, [replace(DEAL, **other)]) == NOTHING


def test_an_invoice_of_nobody_has_no_deal() -> None:
	assert propose(replace(INVOICE, party=""), [replace(DEAL, party="")]) == NOTHING


def test_the_deal_of_the_order_behind_it_decides_against_every_amount() -> None:
	named = replace(DEAL, name="DEAL-9", expected=Expected(), is_lost=True)
	proposal = propose(replace(INVOICE, named_deals=frozenset({"DEAL-9"})), [DEAL, named])
	assert (proposal.deal, proposal.confidence, proposal.reasons) == ("DEAL-9", 100, (Reason.NAMED,))


def test_orders_of_two_deals_leave_the_choice_open() -> None:
	both = replace(INVOICE, named_deals=frozenset({"DEAL-1", "DEAL-2"}))
	assert propose(both, [DEAL, replace(DEAL, name="DEAL-2")]).rivals == ("DEAL-1", "DEAL-2")


def test_a_return_follows_its_original_and_nothing_else() -> None:
	returned = replace(INVOICE, total=-1190.0, net_total=-1000.0)
	assert propose(returned, [DEAL]) == NOTHING
	assert propose(replace(returned, named_deals=frozenset({"DEAL-1"})), [DEAL]).deal == "DEAL-1"


def test_a_lost_deal_yields_to_an_open_one() -> None:
	assert propose(INVOICE, [DEAL, replace(DEAL, name="DEAL-2", is_lost=True)]).deal == "DEAL-1"


def test_a_house_account_is_weighed_by_its_newest_deals_and_lost_ones_go_first() -> None:
	many = [replace(DEAL, name=f"DEAL-{n:03}", opened_on=DEAL.opened_on + timedelta(n)) for n in range(100)]
	many.append(replace(DEAL, name="DEAL-LOST", opened_on=DEAL.opened_on + timedelta(500), is_lost=True))
	names = {one.name for one in shortlist(many)}
	assert len(names) == MAX_CANDIDATES
	assert "DEAL-099" in names
	assert "DEAL-000" not in names
	assert "DEAL-LOST" not in names


@pytest.mark.parametrize(
	("amount", "quoted", "ordered", "invoiced", "totals", "net_totals", "unbilled"),
	[
		(1000, 0, 0, 0, (1000, 1000), (1000,), 1000),
		(1000, 1190, 0, 0, (1190, 1000), (1000,), 1190),
		(1000, 1190, 1190, 0, (1190, 1190, 1000), (1000,), 1190),
		(1000, 1190, 1190, 595, (595, 595), (), 595),
		(1000, 0, 0, 400, (600,), (), 600),
		(1000, 1190, 1190, 1190, (), (), 0),
		(0, 0, 0, 0, (), (), 0),
	],
)
def test_what_is_invoiced_is_not_expected_again(
	amount, quoted, ordered, invoiced, totals, net_totals, unbilled
) -> None:
	assert expect(amount, quoted, ordered, invoiced) == Expected(totals, net_totals, unbilled)


amounts = st.floats(-1e12, 1e12, allow_nan=False)
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
parties = st.sampled_from(["", "Lumen", "Harbour"])
companies = st.sampled_from(["Acme", "Acme USA"])
currencies = st.sampled_from(["EUR", "USD"])
deal_names = st.sampled_from([f"DEAL-{n}" for n in range(6)])
invoices = st.builds(
	Invoice,
	st.just("INV-1"),
	parties,
	companies,
	currencies,
	amounts,
	amounts,
	days,
	st.frozensets(deal_names, max_size=2),
)
totals = st.lists(amounts, max_size=3).map(tuple)
candidate = st.builds(
	Candidate,
	deal_names,
	parties,
	companies,
	currencies,
	st.builds(Expected, totals, totals, amounts),
	days,
	st.none() | days,
	st.booleans(),
)
candidates = st.lists(candidate, max_size=6, unique_by=lambda one: one.name)


@given(invoices, candidates)
def test_what_is_proposed_may_be_linked_and_is_likely_enough(
	invoice: Invoice, deals: list[Candidate]
) -> None:
	proposal = propose(invoice, deals)
	possible = {
		one.name
		for one in deals
		if invoice.party and (one.party, one.company) == (invoice.party, invoice.company)
	}
	assert {proposal.deal, *proposal.rivals} - {""} <= possible
	assert not (proposal.deal and proposal.rivals)
	assert len(proposal.rivals) != 1
	if proposal != NOTHING:
		assert MIN_CONFIDENCE <= proposal.confidence <= 100


@given(invoices, candidates, st.data())
def test_the_order_of_the_deals_changes_nothing(invoice, deals, data) -> None:
	shuffled = data.draw(st.permutations(deals))
	assert propose(invoice, shuffled) == propose(invoice, deals)


@given(invoices, candidates, candidate)
def test_the_twin_of_a_proposed_deal_takes_its_lead(
	invoice: Invoice, deals: list[Candidate], more: Candidate
) -> None:
	deals = [*[one for one in deals if one.name != more.name], more]
	proposal = propose(replace(invoice, named_deals=frozenset()), deals)
	if proposal.deal:
		original = next(one for one in deals if one.name == proposal.deal)
		twins = propose(
			replace(invoice, named_deals=frozenset()), [*deals, replace(original, name="DEAL-TWIN")]
		)
		assert twins.deal == ""
		assert {proposal.deal, "DEAL-TWIN"} <= set(twins.rivals)


@given(invoices, candidate)
def test_an_equal_amount_never_makes_a_deal_less_likely(invoice: Invoice, deal: Candidate) -> None:
	expected = replace(deal.expected, totals=(*deal.expected.totals, invoice.total))
	nearer = replace(deal, expected=expected)
	assert score(invoice, nearer).confidence >= score(invoice, deal).confidence


@given(amounts, totals)
def test_a_gap_is_a_part_of_the_larger_amount(amount: float, expected: tuple[float, ...]) -> None:
	assert 0 <= relative_gap(amount, expected) <= 1
	if amount > 0:
		assert relative_gap(amount, (*expected, amount)) == 0
