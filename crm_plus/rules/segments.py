"""What a segment's conditions look like, whoever wrote them: Frappe's filter widget, an import, a client."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crm_plus.rules import contact_points
from crm_plus.rules.personal_data import REDACTED, without

OPERATORS = frozenset(
	{
		*("=", "!=", ">", "<", ">=", "<=", "like", "not like", "in", "not in", "is", "between", "timespan"),
		*("descendants of", "not descendants of", "ancestors of", "not ancestors of"),
	}
)
MOST_CONDITIONS = 50
# Stands for who was erased: of the profiles that are left none is called so, not even another erased one.
NOBODY = "[REDACTED PERSON]"
NOT_READABLE, TOO_MANY, UNKNOWN_FIELD, UNKNOWN_OPERATOR = "not_readable", "too_many", "field", "operator"


@dataclass(frozen=True)
class Fault:
	"""What is wrong with conditions, and with which word of them."""

	code: str
	word: str = ""


def parsed(text: str | None, doctype: str, fields: Collection[str]) -> list[list[Any]] | Fault:
	"""Return conditions as [field, operator, value], all of which must hold; of `doctype` and its `fields` alone.

	Each may be written with the DocType before and the widget's own mark behind it, as Frappe does.
	"""
	try:
		rows = json.loads(text or "[]")
	except ValueError:
		return Fault(NOT_READABLE)
	if not isinstance(rows, list) or len(rows) > MOST_CONDITIONS:
		return Fault(TOO_MANY if isinstance(rows, list) else NOT_READABLE)
	conditions = []
	for row in rows:
		condition = _condition(row, doctype, fields)
		if isinstance(condition, Fault):
			return condition
		conditions.append(condition)
	return conditions


def without_person(
	text: str | None, names: Collection[str], numbers: Collection[str], country: str
) -> str | None:
	"""Return stored conditions that ask for nobody where they asked for a person, by his names or his numbers (E.164).

	A condition never goes: the rest alone would ask for more people than before. What names nobody stays as it is written.
	"""
	try:
		rows = json.loads(text or "[]")
	except ValueError:
		return without(text, names)
	if not isinstance(rows, list):
		return without(text, names)
	left = [
		[_unnamed(part, names, numbers, country) for part in row] if isinstance(row, list) else row
		for row in rows
	]
	return text if left == rows else json.dumps(left)


def _unnamed(value: Any, names: Collection[str], numbers: Collection[str], country: str) -> Any:
	if isinstance(value, list):
		return [_unnamed(one, names, numbers, country) for one in value]
	if isinstance(value, bool) or not isinstance(value, str | int):
		return value
	parts = [NOBODY if _is_number(part, numbers, country) else part for part in str(value).split(",")]
	changed = (without(",".join(parts), names) or "").replace(REDACTED, NOBODY)
	return value if changed == str(value) else changed


def _is_number(text: str, numbers: Collection[str], country: str) -> bool:
	"""Tell whether a text is one of the numbers, or a piece that tells whose it is, also back to front as profiles keep it."""
	typed = text.strip().strip("%")
	piece = contact_points.digits(typed).lstrip("0")
	if any(map(str.isalpha, typed)) or len(piece) < contact_points.TAIL_DIGITS:
		return False
	known = {contact_points.digits(number) for number in numbers}
	is_whole = contact_points.e164(typed, country) in numbers
	return is_whole or any(piece in number or piece in number[::-1] for number in known)


def _condition(row: Any, doctype: str, fields: Collection[str]) -> list[Any] | Fault:
	if not isinstance(row, list) or len(row) not in (3, 4, 5):
		return Fault(NOT_READABLE)
	of = doctype if len(row) == 3 else row[0]
	field, operator, value = row[:3] if len(row) == 3 else row[1:4]
	if of != doctype or not isinstance(field, str) or field not in fields:
		return Fault(UNKNOWN_FIELD, str(field))
	if not isinstance(operator, str) or operator.lower() not in OPERATORS:
		return Fault(UNKNOWN_OPERATOR, str(operator))
	if not _is_plain(value):
		return Fault(NOT_READABLE)
	return [field, operator, value]


def _is_plain(value: Any) -> bool:
	"""Tell whether a value is one that a filter takes: a text, a number, nothing, or a list of texts and numbers."""
	if isinstance(value, list):
		return all(isinstance(one, str | int | float) for one in value)
	return value is None or isinstance(value, str | int | float)
