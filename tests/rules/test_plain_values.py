from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.plain_values import CHECKS, Field, as_day, problem

ANYTHING = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
	max_leaves=5,
)


@given(fieldtype=st.sampled_from(sorted(CHECKS)), value=ANYTHING)
def test_whatever_is_sent_has_an_answer(fieldtype: str, value: object) -> None:
	found = problem(Field(fieldtype), value)
	if isinstance(value, (list, dict)):
		assert found == "not_single"
	if value is None or value == "":
		assert not found


@pytest.mark.parametrize(
	("field", "value", "code"),
	[
		(Field("Data"), "x" * 140, ""),
		(Field("Data"), "x" * 141, "too_long"),
		(Field("Data", length=10), "x" * 11, "too_long"),
		(Field("Data"), "😀" * 140, ""),
		(Field("Data"), "\ud83d", "not_storable"),
		(Field("Data", "URL"), "https://example.com/me", ""),
		(Field("Data", "URL"), "javascript://example.com/%0aalert(1)", "not_web"),
		(Field("Data", "URL"), 'https://example.com/" onclick="x', "not_web"),
		(Field("Data", "Phone"), "+49 30 <b>1</b>", "not_phone"),
		(Field("Data", "Phone"), "+49 30 12", ""),
		(Field("Small Text"), "x" * 65_535, ""),
		(Field("Small Text"), "😀" * 16_384, "too_long"),
		(Field("Text Editor"), "x" * 100_000, ""),
		(Field("Link"), "Acme & Söhne", ""),
		(Field("Link"), "<img src=x>", "no_such"),
		(Field("Link"), "x" * 141, "no_such"),
		(Field("Select"), "<b>", "no_such"),
		(Field("Select"), "made up by a script", ""),
		(Field("Select", "\nDaily\nWeekly"), "Weekly ", ""),
		(Field("Select", "\nDaily\nWeekly"), "Hourly", "no_such"),
		(Field("Attach Image"), "/files/it's me.png", ""),
		(Field("Attach Image"), 'x" onerror="alert(1)', "not_picture"),
		(Field("Attach Image"), "javascript:alert(1)", "not_picture"),
		(Field("Currency"), "1,234.50", ""),
		(Field("Currency"), "NaN", "not_number"),
		(Field("Currency"), "-Infinity", "not_number"),
		(Field("Percent"), "1e400", "not_number"),
		(Field("Float"), "abc", "not_number"),
		(Field("Int"), 2**31, "too_large"),
		(Field("Int"), "7", ""),
		(Field("Date"), "1900-01-01", ""),
		(Field("Date"), "2999-12-31", ""),
		(Field("Date"), date(2026, 1, 1), ""),
		(Field("Date"), "2026-02-30", "not_date"),
		(Field("Date"), "0000-00-00", "not_date"),
		(Field("Date"), "10000-01-01", "not_date"),
		(Field("Date"), "5", "not_date"),
		(Field("Date"), 5, "not_date"),
		(Field("Datetime"), "2026-01-01 10:00:00.5", ""),
		(Field("Table"), {"a": 1}, "not_single"),
	],
)
def test_what_is_refused(field: Field, value: object, code: str) -> None:
	assert problem(field, value) == code


def test_days() -> None:
	assert as_day("2026-03-04 23:00:00") == date(2026, 3, 4)
	assert as_day(datetime(2026, 3, 4, 5)) == date(2026, 3, 4)
	assert as_day("<b>") is None
	assert as_day(None) is None
