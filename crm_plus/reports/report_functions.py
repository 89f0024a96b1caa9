"""The few functions of the database that reports need and the query builder does not bring along."""

from pypika import CustomFunction
from pypika.functions import Extract
from pypika.terms import PseudoColumn, Term

SECONDS_IN_DAY = 86_400
_BETWEEN = CustomFunction("TIMESTAMPDIFF", ["unit", "start", "end"])


def seconds_between(start: Term, end: Term | object) -> Term:
	"""The whole seconds from one time to another; nothing where either is missing."""
	return _BETWEEN(PseudoColumn("SECOND"), start, end)


def month_number(day: Term) -> Term:
	"""The month of a date or a time as a number: 202611."""
	return Extract("YEAR_MONTH", day)


def month_text(number: int | None) -> str:
	"""Return such a number as the rules write a month: 2026-11; "" for none."""
	return f"{number // 100}-{number % 100:02d}" if number else ""
