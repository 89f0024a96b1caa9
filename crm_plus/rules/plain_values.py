"""What one field may be given, whatever road the value comes by: a form, a file, another program.

Frappe and the database refuse the rest only when they stumble over it, with a traceback or with all of the value repeated.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from dateutil import parser

LONGEST_LINE = 140
# What fits into a text column however many bytes a character takes; the column itself counts bytes.
LONGEST_TEXT, TEXT_BYTES = 16_000, 65_535
LARGEST_WHOLE = 2**31 - 1
MARKUP = re.compile(r"[<>\0]")
DAY_FIRST = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
PICTURE = re.compile(r"(/|https?://)[^<>\"]*", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
	"""A field's type, its options (what a line of text is: "Phone", "URL" ...; what a Select offers) and its longest text."""

	fieldtype: str
	options: str = ""
	length: int = LONGEST_LINE


def problem(field: Field, value: object) -> str:
	"""Return the code of what is wrong with a value, "" where nothing is. An empty value is never wrong here."""
	if value is None or value == "":
		return ""
	if isinstance(value, (list, tuple, dict, set)):
		return "not_single"
	check = CHECKS.get(field.fieldtype)
	return check(field, value) if check else ""


def _line(field: Field, value: object) -> str:
	text = str(value)
	if not is_storable(text):
		return "not_storable"
	if len(text) > field.length:
		return "too_long"
	if field.options == "URL" and not WEB_ADDRESS.fullmatch(text.strip()):
		return "not_web"
	return "not_phone" if field.options == "Phone" and MARKUP.search(text) else ""


def _text(field: Field, value: object) -> str:
	text = str(value)
	if not is_storable(text):
		return "not_storable"
	return "too_long" if len(text.encode()) > TEXT_BYTES else ""


def _long_text(field: Field, value: object) -> str:
	return "" if is_storable(str(value)) else "not_storable"


def _name(field: Field, value: object) -> str:
	text = str(value)
	return "no_such" if len(text) > LONGEST_LINE or MARKUP.search(text) or not is_storable(text) else ""


def _choice(field: Field, value: object) -> str:
	choices = [choice.strip() for choice in field.options.split("\n")]
	known = not any(choices) or str(value).strip() in choices
	return _name(field, value) or ("" if known else "no_such")


def _picture(field: Field, value: object) -> str:
	text = str(value)
	return "" if is_storable(text) and PICTURE.fullmatch(text.strip()) else "not_picture"


def _number(field: Field, value: object) -> str:
	try:
		number = float(str(value).replace(",", ""))
	except ValueError:
		return "not_number"
	return "" if math.isfinite(number) else "not_number"


def _whole(field: Field, value: object) -> str:
	found = _number(field, value)
	return found or ("too_large" if abs(float(str(value).replace(",", ""))) > LARGEST_WHOLE else "")


def _moment(field: Field, value: object) -> str:
	return "" if as_moment(value) else "not_date"


def is_storable(text: str) -> bool:
	"""Tell whether a text has no half of a character, as broken programs send them, which no database takes."""
	try:
		text.encode()
	except UnicodeEncodeError:
		return False
	return True


def as_moment(value: object) -> date | None:
	"""Return the day, or day and time, that a value says (year first), None where it says none."""
	if isinstance(value, date):
		return value
	if not isinstance(value, str) or not DAY_FIRST.match(value.strip()):
		return None
	try:
		return parser.parse(value)
	except (ValueError, OverflowError):
		return None


def as_day(value: object) -> date | None:
	"""Return the day that a value says, None where it says none."""
	moment = as_moment(value)
	return moment.date() if isinstance(moment, datetime) else moment


CHECKS: dict[str, Callable[[Field, object], str]] = {
	"Data": _line,
	"Autocomplete": _line,
	"Small Text": _text,
	"Text": _text,
	"Long Text": _long_text,
	"Text Editor": _long_text,
	"Link": _name,
	"Dynamic Link": _name,
	"Select": _choice,
	"Attach Image": _picture,
	"Currency": _number,
	"Float": _number,
	"Percent": _number,
	"Int": _whole,
	"Date": _moment,
	"Datetime": _moment,
}
