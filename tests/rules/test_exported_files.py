"""Rows of exported files: line breaks and quotes inside a value make none."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.exported_files import rows_in_sheet, rows_in_text

values = st.one_of(st.text(st.sampled_from('a",;\r\n'), max_size=8), st.integers(), st.none())


@given(st.lists(st.lists(values, min_size=1, max_size=4), max_size=12), st.sampled_from(",;\t"))
def test_as_many_as_were_written(rows: list[list[object]], delimiter: str) -> None:
	file = StringIO(newline="")
	csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
	assert rows_in_text(file.getvalue()) == len(rows)


def test_an_empty_file_and_one_without_a_last_break() -> None:
	assert rows_in_text("") == 0
	assert rows_in_text("a,b\n1,2") == 2


def test_a_sheet() -> None:
	cell = b'<c t="inlineStr"><is><t>a &lt;row b</t></is></c>'
	assert rows_in_sheet(b'<sheetData><row r="1">' + cell + b'</row><row r="2"/></sheetData>') == 2
