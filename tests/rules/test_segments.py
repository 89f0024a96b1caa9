import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.segments import (
	NOBODY,
	NOT_READABLE,
	TOO_MANY,
	UNKNOWN_FIELD,
	UNKNOWN_OPERATOR,
	Fault,
	parsed,
	without_person,
)

FIELDS = {"territory", "creation"}
JSON = st.recursive(
	st.none()
	| st.booleans()
	| st.integers()
	| st.text(max_size=9)
	| st.sampled_from(["territory", "=", "Profile"]),
	lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
	max_leaves=12,
)


def read(value: object) -> object:
	return parsed(json.dumps(value), "Profile", FIELDS)


def test_the_ways_that_frappe_writes_them() -> None:
	plain = ["territory", "=", "North"]
	assert read([plain]) == read([["Profile", *plain]]) == read([["Profile", *plain, False]]) == [plain]
	assert parsed(None, "Profile", FIELDS) == parsed("", "Profile", FIELDS) == read([]) == []
	assert read([["creation", "Between", ["2026-01-01", "2026-02-01"]]]) == [
		["creation", "Between", ["2026-01-01", "2026-02-01"]]
	]


@pytest.mark.parametrize(
	("value", "code"),
	[
		({}, NOT_READABLE),
		(["territory"], NOT_READABLE),
		([["territory", "="]], NOT_READABLE),
		([["territory", "=", {"a": 1}]], NOT_READABLE),
		([["territory", "in", [["a"]]]], NOT_READABLE),
		([["secret", "=", "x"]], UNKNOWN_FIELD),
		([["Other", "territory", "=", "x"]], UNKNOWN_FIELD),
		([["territory", "or 1=1", "x"]], UNKNOWN_OPERATOR),
		([["territory", "=", "x"]] * 51, TOO_MANY),
	],
)
def test_what_is_none(value: object, code: str) -> None:
	found = read(value)
	assert isinstance(found, Fault)
	assert found.code == code


@given(JSON)
def test_whatever_comes_is_known_or_refused(value: object) -> None:
	found = read(value)
	if not isinstance(found, Fault):
		assert all(field in FIELDS for field, _operator, _value in found)


@given(st.text())
def test_what_is_no_json(text: str) -> None:
	parsed(text, "Profile", FIELDS)


NUMBER = "+4915123456789"


@pytest.mark.parametrize(
	"named",
	[
		["full_name", "=", "ada lovelace"],
		["email", "like", "%Ada@X.example%"],
		["email", "in", ["ada@x.example"]],
		["phone", "=", "0151 2345-6789"],
		["phone_e164", "=", NUMBER],
		["phone_reversed", "like", "987654321%"],
		["phone", "like", "%5123456789%"],
		["phone", "in", "0049 151 23456789"],
		["phone", "=", 15123456789],
	],
)
def test_a_condition_that_names_a_person_asks_for_nobody(named: list[object]) -> None:
	other = ["territory", "=", "Adams 2026-01-01 10:00:00"]
	left = json.loads(
		without_person(json.dumps([other, named]), ["Ada Lovelace", "ada@x.example"], [NUMBER], "DE") or ""
	)
	assert left[0] == other
	assert left[1][:2] == named[:2]
	assert NOBODY in str(left[1][2])
	assert not {"ada", "123456789", "2345-6789", "987654321"} & {
		word for word in str(left[1][2]).lower().split("%")
	}
	assert without_person(json.dumps(left), ["Ada Lovelace"], [NUMBER], "DE") == json.dumps(left)


def test_of_several_the_others_stay_and_so_does_what_names_nobody() -> None:
	text = '[["Profile","email","in","bob@x.example, ada@x.example",false]]'
	left = json.loads(without_person(text, ["ada@x.example"], [NUMBER], "DE") or "")
	assert left == [["Profile", "email", "in", f"bob@x.example, {NOBODY}", False]]
	for text in (
		'[["email","=","bob@x.example"]]',
		'[["score",">",1234567890]]',
		'[["phone","=","+43 151 23456780"]]',
	):
		assert without_person(text, ["ada@x.example"], [NUMBER], "DE") == text
	assert without_person(None, ["ada"], [NUMBER], "DE") is None
	assert without_person("no JSON of ada", ["ada"], [NUMBER], "DE") == "no JSON of [REDACTED]"
