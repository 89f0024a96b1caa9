"""What a file holds that somebody took away: its rows, counted in the file itself, no formula that people wrote as text, and
that its rows are not all where they are not.
"""

import re
from html import escape
from typing import Any

# The ways to take rows away, as the Access Log names them.
LIST, REPORT, FOR_IMPORT, RECORDS = "List", "Report", "For Import", "Data Export"
WAYS = (LIST, REPORT, FOR_IMPORT, RECORDS)
FORMULA = re.compile(rb'<c r="(\w+)"([^>]*)><f>(.*?)</f>(?:<v ?/>|<v>[^<]*</v>)?</c>', re.DOTALL)
KIND = re.compile(rb' t="\w+"')
# What spreadsheets run of a CSV file, which cannot say that a value is text; numbers and telephone numbers begin like it.
RUN = re.compile(r"[=@\t\r]|[+-](?![\d\s()./,:+-]*$)")
AS_TEXT = "'"
LAST_ROW = b"</sheetData>"


def rows_in_text(text: str) -> int:
	"""Return the lines of a CSV file; a line break inside quotes begins none."""
	outside = text.split('"')[::2]
	return sum(part.count("\n") for part in outside) + int(bool(text) and not text.endswith("\n"))


def rows_in_sheet(sheet: bytes) -> int:
	"""Return the rows of a sheet of an Excel file, as its XML has them."""
	return sheet.count(b"<row ")


def without_formulas(sheet: bytes) -> bytes:
	"""Return a sheet of an Excel file in which what begins with "=" is text, as it was typed, and nothing is reckoned."""

	def as_text(cell: re.Match[bytes]) -> bytes:
		place, style, typed = cell.groups()
		kept = KIND.sub(b"", style)
		return b'<c r="%b"%b t="inlineStr"><is><t xml:space="preserve">=%b</t></is></c>' % (
			place,
			kept,
			typed,
		)

	return FORMULA.sub(as_text, sheet)


def text_in_csv(text: str, delimiter: str = ",") -> str:
	"""Return a CSV file in which a value that a spreadsheet would run has an apostrophe before it; all else as it is."""
	apart = re.escape(delimiter)
	value = re.compile(rf'"((?:[^"]|"")*)"|([^{apart}\r\n"]+)')

	def harmless(found: re.Match[str]) -> str:
		quoted, bare = found.groups()
		typed = bare if quoted is None else quoted
		if not RUN.match(typed):
			return found[0]
		return f'"{AS_TEXT}{quoted}"' if bare is None else AS_TEXT + bare

	return value.sub(harmless, text)


def cell_text(value: Any) -> Any:
	"""Return a value of a row as a file may hold it: a text that a spreadsheet would run with an apostrophe before it."""
	return AS_TEXT + value if isinstance(value, str) and RUN.match(value) else value


def line_in_csv(sentence: str) -> str:
	"""Return a sentence as a line of a CSV file."""
	return '"' + sentence.replace('"', '""') + '"\r\n'


def with_last_row(sheet: bytes, sentence: str) -> bytes:
	"""Return a sheet of an Excel file with a sentence in a row below its last one."""
	number = rows_in_sheet(sheet) + 1
	cell = f'<c r="A{number}" t="inlineStr"><is><t>{escape(sentence, quote=False)}</t></is></c>'
	row = f'<row r="{number}">{cell}</row>'.encode()
	before, end, after = sheet.rpartition(LAST_ROW)
	return before + row + end + after
