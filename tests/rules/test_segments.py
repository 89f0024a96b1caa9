import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.segments import (
	NOT_READABLE,
	TOO_MANY,
	UNKNOWN_FIELD,
	UNKNOWN_OPERATOR,
	Fault,
	parsed,
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
