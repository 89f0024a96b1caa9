"""What a file holds that somebody took away: its rows, counted in the file itself, and no formula that people wrote as text."""

import re

# The ways to take rows away, as the Access Log names them.
LIST, REPORT, FOR_IMPORT, RECORDS = "List", "Report", "For Import", "Data Export"
WAYS = (LIST, REPORT, FOR_IMPORT, RECORDS)
FORMULA = re.compile(rb'<c r="(\w+)"([^>]*)><f>(.*?)</f>(?:<v ?/>|<v>[^<]*</v>)?</c>', re.DOTALL)
KIND = re.compile(rb' t="\w+"')


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
