"""Rows of exported files: line breaks and quotes inside a value make none; and no formulas in them."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.exported_files import rows_in_sheet, rows_in_text, without_formulas

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


def test_a_formula_becomes_the_text_that_was_typed() -> None:
	number, plain = b'<c r="A1" t="n"><v>5</v></c>', b'<c r="B1" t="inlineStr"><is><t>&lt;f&gt;</t></is></c>'
	for formula in (
		b"<f>1+1</f><v></v>",
		b"<f>1+1</f><v/>",
		b"<f>1+1</f><v />",
		b"<f>1+1</f><v>2</v>",
		b"<f>1+1</f>",
	):
		for kind in (b"", b' s="3" t="str"', b' t="n" s="3"'):
			sheet = number + b'<c r="C1"' + kind + b">" + formula + b"</c>" + plain
			style = b' s="3"' if kind else b""
			text = b'<c r="C1"' + style + b' t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>'
			assert without_formulas(sheet) == number + text + plain
	assert without_formulas(number + plain) == number + plain
