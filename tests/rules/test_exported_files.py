"""Rows of exported files: line breaks and quotes inside a value make none; no formulas in them; and what is said below them."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.exported_files import (
	cell_text,
	line_in_csv,
	rows_in_sheet,
	rows_in_text,
	text_in_csv,
	with_last_row,
	without_formulas,
)

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


RUN = (
	"=1+1",
	'=HYPERLINK("http://elsewhere.example", "open")',
	"@SUM(A1)",
	"+cmd|' /C calc'!A0",
	"-2+A3",
	"\t=1",
)
NOT_RUN = (
	"",
	"a=b",
	"-5.25",
	"-5,25",
	"+49 30 / 90-12",
	"+1 (555) 010-99",
	"-",
	"'=1",
	"5",
	"\n=1",
	'a "=1", b',
)
typed = st.one_of(
	st.sampled_from((*RUN, *NOT_RUN)), st.text(st.sampled_from('=+-@a1,;" \n'), max_size=6), st.integers()
)


@given(
	st.lists(st.lists(typed, min_size=1, max_size=4), max_size=8),
	st.sampled_from(",;\t"),
	st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)),
)
def test_no_value_of_a_csv_file_is_run_and_all_others_stay(
	rows: list[list[object]], delimiter: str, quoting: int
) -> None:
	file = StringIO(newline="")
	csv.writer(file, delimiter=delimiter, quoting=quoting).writerows(rows)
	kept = csv.reader(StringIO(text_in_csv(file.getvalue(), delimiter), newline=""), delimiter=delimiter)
	for line, row in zip(kept, rows, strict=True):
		for value, was in zip(line, map(str, row), strict=True):
			assert value in (was, f"'{was}")
			assert (value == was) or was[0] in "=+-@\t"
			assert not value.startswith(("=", "@", "\t"))


def test_what_is_run_and_what_is_not() -> None:
	for value in RUN:
		assert next(csv.reader([text_in_csv('"' + value.replace('"', '""') + '"')])) == ["'" + value]
	for value in NOT_RUN:
		quoted = '"' + value.replace('"', '""') + '"'
		assert text_in_csv(quoted) == quoted
	assert text_in_csv("=1,-5,=2\r\n+a,b\r\n") == "'=1,-5,'=2\r\n'+a,b\r\n"


def test_a_sentence_below_the_rows() -> None:
	assert next(csv.reader([line_in_csv('The first "5", of 7')])) == ['The first "5", of 7']
	sheet = b'<x><sheetData><row r="1"></row><row r="2"></row></sheetData><y/></x>'
	said = with_last_row(sheet, "5 < 7 & more")
	assert rows_in_sheet(said) == 3
	last = b'<row r="3"><c r="A3" t="inlineStr"><is><t>5 &lt; 7 &amp; more</t></is></c></row></sheetData><y/></x>'
	assert said.endswith(last)


def test_a_text_that_a_spreadsheet_would_run_has_an_apostrophe_before_it() -> None:
	for value in ("=1+1", "@SUM(A1)", "-2+a", "+cmd"):
		assert cell_text(value) == f"'{value}"
	for value in ("Plain", "+49 30", "-12.5", "", None, 5, -2.5):
		assert cell_text(value) == value
