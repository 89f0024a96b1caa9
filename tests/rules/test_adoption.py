"""What becomes of what another module kept: profiles, stages, amounts, and what undoing must leave alone."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.adoption import (
	CHANGED_SINCE,
	CREATED,
	HAS_NEW_LINKS,
	ITEMS_AS_TEXT,
	ITEMS_DIFFER,
	MERGED,
	NEW,
	ORGANIZATION,
	PERSON,
	SAME_IDENTITY,
	SAME_PARTY,
	SECOND_OF_PARTY,
	Candidate,
	Line,
	Progress,
	Remains,
	Row,
	Side,
	Standing,
	compare,
	differs,
	place,
	stage_for,
	type_of,
	value_of,
	why_kept,
)
from crm_plus.rules.deal_stages import LOST, OPEN, WON, Stage
from crm_plus.rules.duplicates import Identity

STAGES = [
	Stage("P-New", "New", "P", 1, OPEN, 10),
	Stage("P-Qualified", "Qualified", "P", 2, OPEN, 40),
	Stage("P-Offered", "Offered", "P", 3, OPEN, 60, advance_on="Quotation Submitted"),
	Stage("P-Old", "Old", "P", 4, OPEN, 70, is_retired=True),
	Stage("P-Talks", "Talks", "P", 5, OPEN, 80),
	Stage("P-Won", "Won", "P", 6, WON, 100),
	Stage("P-Lost", "Lost", "P", 7, LOST, 0),
	Stage("P-Gone", "Gone Quiet", "P", 8, LOST, 0),
]
TYPICAL = {"prospecting": 10.0, "needs analysis": 45.0}


@pytest.mark.parametrize(
	("standing", "stage"),
	[
		(Standing(), "P-New"),
		(Standing(step=" qualified "), "P-Qualified"),
		(Standing(step="Talks/Review", probability=10), "P-Talks"),
		(Standing(step="Talkative", probability=10), "P-New"),
		(Standing(step="/", probability=40), "P-Qualified"),
		(Standing(step="Qualified", probability=80), "P-Qualified"),
		(Standing(step="Elsewhere", probability=75), "P-Talks"),
		(
			Standing(step="Elsewhere", probability=50),
			"P-Qualified",
		),  # as near to 40 as to 60: the earlier one
		(Standing(step="Old"), "P-New"),  # retired
		(Standing(step="Prospecting", probability=100), "P-New"),  # 100 of an open sale is nobody's estimate
		(Standing(step="Prospecting", probability=75), "P-Talks"),
		(Standing(step="Needs Analysis", probability=0), "P-Qualified"),
		(Standing(step="Prospecting", probability=100, is_quoted=True), "P-Offered"),
		(Standing(step="Talks", is_quoted=True), "P-Talks"),  # further on than the offer
		(Standing(WON, step="Qualified", probability=40), "P-Won"),
		(Standing(LOST, step="Talks", probability=80), "P-Lost"),
		(Standing(LOST, step="gone quiet"), "P-Gone"),
	],
)
def test_a_sale_finds_its_stage(standing: Standing, stage: str) -> None:
	found = stage_for(STAGES, standing, TYPICAL)
	assert found is not None
	assert found.name == stage


def test_a_pipeline_without_the_outcome_has_no_stage() -> None:
	assert stage_for([stage for stage in STAGES if stage.outcome != WON], Standing(WON), {}) is None


@given(
	st.sampled_from([OPEN, WON, LOST]),
	st.sampled_from(["", "New", "Won", "Lost", "Prospecting", "?"]),
	st.booleans(),
	st.floats(0, 100),
)
def test_the_outcome_is_never_changed(outcome: str, step: str, is_quoted: bool, probability: float) -> None:
	found = stage_for(STAGES, Standing(outcome, step, is_quoted, probability), TYPICAL)
	assert found is not None
	assert found.outcome == outcome
	assert not found.is_retired


ADA = Identity("ada byron", "ada@example.com", "+493012345678")
ENGINE = Identity("engine")


def organization(name: str = "PROF-1", identity: Identity = ENGINE, *, is_taken: bool = False) -> Candidate:
	return Candidate(name, ORGANIZATION, identity, is_taken)


def test_a_party_joins_the_profile_of_what_names_it() -> None:
	placement = place(PERSON, ADA, [organization()], [])
	assert (placement.action, placement.reason, placement.profile) == (MERGED, SAME_PARTY, "PROF-1")


def test_a_second_person_belongs_to_the_organization_that_has_one_already() -> None:
	placement = place(PERSON, ADA, [organization(is_taken=True)], [])
	assert (placement.action, placement.reason, placement.organization) == (
		CREATED,
		SECOND_OF_PARTY,
		"PROF-1",
	)


def test_a_second_organization_belongs_to_nobody() -> None:
	placement = place(ORGANIZATION, ENGINE, [organization(is_taken=True)], [])
	assert (placement.action, placement.organization) == (CREATED, "")


def test_a_company_that_names_a_person_leaves_the_person_beside_its_namesake() -> None:
	known = organization(identity=Identity("engine", "office@example.com"))
	placement = place(ORGANIZATION, Identity("engine", "ada@example.com"), [], [known], names_person=True)
	assert (placement.action, placement.organization, placement.as_person) == (CREATED, "PROF-1", True)
	assert place(ORGANIZATION, Identity("engine", "ada@example.com"), [], [known]).organization == ""


def test_an_organization_is_the_same_by_its_name_a_person_is_not() -> None:
	assert place(ORGANIZATION, ENGINE, [], [organization()]).reason == SAME_IDENTITY
	namesake = Candidate("PROF-2", PERSON, Identity("ada byron"))
	assert place(PERSON, ADA, [], [namesake]).action == CREATED


def test_a_person_is_the_same_by_name_and_mail() -> None:
	twin = Candidate("PROF-2", PERSON, Identity("ada byron", "ada@example.com"))
	assert place(PERSON, ADA, [], [twin]).profile == "PROF-2"


@pytest.mark.parametrize(
	"twin",
	[
		Candidate("PROF-2", PERSON, ADA, is_taken=True),
		Candidate("PROF-2", ORGANIZATION, ADA),
		Candidate("PROF-2", PERSON, Identity("charles babbage", "ada@example.com")),
	],
)
def test_what_is_not_the_same_stays_apart(twin: Candidate) -> None:
	assert place(PERSON, ADA, [], [twin]).action == CREATED


def test_a_record_whose_only_name_is_the_organizations_is_one() -> None:
	assert type_of("Engine Ltd", "ENGINE LTD") == ORGANIZATION
	assert type_of("Ada Byron", "Engine Ltd") == PERSON
	assert type_of("Ada Byron", "") == PERSON


GOOD = Row(True, 2, 50)


@pytest.mark.parametrize(
	("typed", "rows", "total", "amount", "takes_rows", "reason"),
	[
		(500, [], 0, 500, False, NEW),
		(-500, [], 0, 0, False, NEW),
		(0, [GOOD], 100, 100, True, NEW),
		(100, [GOOD], 100, 100, True, NEW),
		(90, [GOOD], 100, 100, True, ITEMS_DIFFER),
		(90, [Row(False, 2, 50)], 100, 90, False, ITEMS_AS_TEXT),
		(0, [Row(False, 2, 50)], 100, 100, False, ITEMS_AS_TEXT),
		(90, [Row(True, 0, 50)], 0, 90, False, ITEMS_AS_TEXT),
		(90, [Row(True, 1, -5)], -5, 90, False, ITEMS_AS_TEXT),
		(90, [Row(True, 1, 0)], 0, 90, False, ITEMS_AS_TEXT),
		(0, [Row(True, 1, 0)], 0, 0, True, NEW),
	],
)
def test_the_value_of_a_sale(
	typed: float, rows: list[Row], total: float, amount: float, takes_rows: bool, reason: str
) -> None:
	value = value_of(typed, rows, total)
	assert (value.amount, value.takes_rows, value.reason) == (amount, takes_rows, reason)


def test_undoing_leaves_what_people_changed_or_built_upon() -> None:
	then, later = datetime(2026, 1, 1), datetime(2026, 1, 2)
	assert why_kept(Remains(then, then)) == ""
	assert why_kept(Remains(then, later)) == CHANGED_SINCE
	assert why_kept(Remains(then, then, new_links=1)) == HAS_NEW_LINKS


def test_two_countings_are_put_side_by_side() -> None:
	there = {("ada", "EUR"): Side(2, 10.0)}
	lines = compare(there, {("ada", "EUR"): Side(2, 10.01), ("eve", "EUR"): Side(1, 5.0)})
	assert lines == [Line("ada", 2, 2, 10.0, 10.01, "EUR"), Line("eve", 0, 1, 0.0, 5.0, "EUR")]
	assert [differs(line) for line in lines] == [False, True]


def test_sums_that_agree_by_chance_are_seen_through() -> None:
	both = {("ada", "EUR"): Side(1, 4.0, off=1).plus(Side(1, 6.0, off=1))}
	assert both == {("ada", "EUR"): Side(2, 10.0, off=2)}
	assert differs(compare(both, both)[0])


def test_progress_is_what_was_seen_of_all() -> None:
	assert Progress([100, 300], [100, 100]).percent == 50
	assert Progress([], []).percent == 100
	assert Progress([10], [12]).percent == 100
