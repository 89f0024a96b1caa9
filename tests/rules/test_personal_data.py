"""Texts without a person: every spelling of the name goes, words around it stay, history can still be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.personal_data import REDACTED, former_values, redacted_history, without

NAMES = ["Ada Lovelace", "ada@x.example"]


def test_names_and_addresses_go_in_any_case() -> None:
	text = "Call ADA LOVELACE (Ada@X.example), not Ada Lovelaces or Adam"
	assert without(text, NAMES) == f"Call {REDACTED} ({REDACTED}), not Ada Lovelaces or Adam"


def test_nothing_to_redact() -> None:
	assert without(None, NAMES) == ""
	assert without("as it is", ["", " ", "is"]) == "as it is"


def test_the_longer_name_goes_first() -> None:
	assert without("Ada Lovelace King", ["Ada Lovelace", "Ada Lovelace King"]) == REDACTED


@given(st.text(max_size=60), st.text(min_size=3, max_size=8).filter(lambda name: len(name.strip()) > 2))
def test_a_name_that_stands_alone_is_gone(text: str, name: str) -> None:
	left = without(f"{text} | {name} | {text}", [name]) or ""
	assert f"| {name.strip()} |" not in left


def test_history_of_a_text_about_the_person_goes_whole() -> None:
	change = {"changed": [["summary", "", "She is ill"], ["status", "Planned", "Done"]], "added": []}
	kept = json.loads(redacted_history(json.dumps(change), ["summary"], NAMES) or "")
	assert kept["changed"] == [["summary", "", REDACTED], ["status", "Planned", "Done"]]


def test_history_of_other_texts_loses_the_name_alone() -> None:
	change: dict[str, list[list[object]]] = {"changed": [["title", "Offer", "Offer for Ada Lovelace"]]}
	change["row_changed"] = [["items", 0, "x", [["note", "ada@x.example", "y"]]]]
	kept = json.loads(redacted_history(json.dumps(change), None, NAMES) or "")
	assert kept["changed"] == [["title", "Offer", f"Offer for {REDACTED}"]]
	assert kept["row_changed"] == [["items", 0, "x", [["note", REDACTED, "y"]]]]


def test_history_that_cannot_be_read_is_emptied() -> None:
	assert redacted_history("{", ["x"], NAMES) == "{}"
	assert redacted_history("[1]", ["x"], NAMES) == "{}"


@pytest.mark.parametrize(
	("data", "values"),
	[
		('{"changed": [["full_name", "Ada", "Eva"], ["notes", "x", "y"], ["phone", null, "1"]]}', ["Ada"]),
		(
			'{"changed": [["full_name", "[REDACTED]", "Eva"], ["full_name", "", "Ada"], [], ["full_name"]]}',
			[],
		),
		('{"changed": null}', []),
		("[]", []),
		("no JSON", []),
		(None, []),
	],
)
def test_what_somebody_was_called_before(data: str | None, values: list[str]) -> None:
	assert former_values(data, ("full_name", "phone")) == values
