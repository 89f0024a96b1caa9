"""What an interaction may say, and who took part in it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import interactions as rules
from crm_plus.rules.interactions import Facts, Participant

NOW = datetime(2026, 5, 4, 12, 0)


@pytest.mark.parametrize(
	("facts", "codes"),
	[
		(Facts("Done", NOW), []),
		(Facts("Done", NOW + timedelta(minutes=59)), []),
		(Facts("Done", NOW + timedelta(minutes=61)), ["not_yet"]),
		(Facts("No Show", NOW + timedelta(days=1)), ["not_yet"]),
		(Facts("Planned", NOW + timedelta(days=1)), []),
		(Facts("Cancelled", NOW + timedelta(days=1)), []),
		(Facts("Planned", datetime(1900, 1, 1)), ["out_of_range"]),
		(Facts("Planned", datetime(2999, 1, 1)), ["out_of_range"]),
		(Facts("Done", NOW, duration=-1), ["too_long"]),
		(Facts("Done", NOW, duration=32 * 86400), ["too_long"]),
		(Facts("Done", NOW, customer_profile="A", deal_profiles=("A",)), []),
		(Facts("Done", NOW, customer_profile="A", deal_profiles=("B",)), ["foreign_deal"]),
		(Facts("Done", NOW, outcome_types=("Call",), interaction_type="Call"), []),
		(Facts("Done", NOW, outcome_types=("Call",), interaction_type="Visit"), ["foreign_outcome"]),
	],
)
def test_problems(facts: Facts, codes: list[str]) -> None:
	assert rules.problems(facts, NOW) == codes


def test_the_status_follows_the_time_where_it_is_not_said() -> None:
	assert rules.status_for(NOW - timedelta(days=1), NOW) == "Done"
	assert rules.status_for(NOW + timedelta(days=1), NOW) == "Planned"


names = st.sampled_from(["", "A", "B", "C"])
rows = st.builds(Participant, names, names, names, names)


@given(st.lists(rows), st.sampled_from(["A", "B"]))
def test_participants_hold_the_customer_and_nobody_twice(given_rows: list[Participant], main: str) -> None:
	found = rules.participants(given_rows, main)
	assert found[0].customer_profile == main
	assert len({row.key for row in found}) == len(found)
	assert {row.customer_profile for row in given_rows} - {""} <= {row.customer_profile for row in found}
	assert rules.participants(found, main) == found


def test_a_bare_row_gives_way_to_somebody_of_the_same_customer() -> None:
	found = rules.participants([Participant("A"), Participant("A", "Ann")], "A")
	assert found == [Participant("A", "Ann")]


def test_moving_takes_the_bare_row_along() -> None:
	rows = [Participant("A"), Participant("A", "Ann"), Participant("B")]
	assert rules.moved_to(rows, "A", "C") == [Participant("C"), Participant("A", "Ann"), Participant("B")]


def test_ends() -> None:
	assert rules.ends_on(NOW, 0) == NOW + timedelta(minutes=30)
	assert rules.ends_on(NOW, 60) == NOW + timedelta(minutes=1)


def test_subjects() -> None:
	assert rules.subject_of("  two\nlines ", "Call", "Reached", 140) == "two lines"
	assert rules.subject_of("", "Call", "Reached", 140) == "Call – Reached"
	assert rules.subject_of("", "Call", "", 140) == "Call"
	assert len(rules.subject_of("x" * 300, "Call", "", 140)) == 140


def test_outcomes_offered_for_a_type() -> None:
	outcomes = [("Reached", ["Call"]), ("Interested", []), ("Solved", ["Support"])]
	assert rules.offered(outcomes, "Call") == ["Reached", "Interested"]
