"""How many rows a file has that somebody took away: counted in the file itself, whatever it was asked for with."""

# The ways to take rows away, as the Access Log names them.
LIST, REPORT, FOR_IMPORT, RECORDS = "List", "Report", "For Import", "Data Export"
WAYS = (LIST, REPORT, FOR_IMPORT, RECORDS)


def rows_in_text(text: str) -> int:
	"""Return the lines of a CSV file; a line break inside quotes begins none."""
	outside = text.split('"')[::2]
	return sum(part.count("\n") for part in outside) + int(bool(text) and not text.endswith("\n"))


def rows_in_sheet(sheet: bytes) -> int:
	"""Return the rows of a sheet of an Excel file, as its XML has them."""
	return sheet.count(b"<row ")
