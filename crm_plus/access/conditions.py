"""Parts of conditions as text, which Frappe takes into a list's query: columns are ours, values are escaped."""

from collections.abc import Iterable

import frappe

NOTHING = "1 = 0"


def one_of(column: str, values: Iterable[str]) -> str:
	"""Return the condition that a column has one of these values."""
	known = sorted({str(value) for value in values if value is not None})
	if not known:
		return NOTHING
	return "{} in ({})".format(column, ", ".join(text(value) for value in known))


def text(value: str) -> str:
	"""Return a value as SQL text without a %-sign: Frappe's versions differ in who doubles it, and for the driver it is special."""
	if "%" not in value:
		return str(frappe.db.escape(value, percent=False))
	return f"_utf8mb4 0x{value.encode().hex()}"


def any_of(conditions: list[str]) -> str:
	"""Join conditions of which one must hold; what never holds is left out, unless nothing else is there."""
	parts = [one for one in conditions if one != NOTHING] or [NOTHING]
	return parts[0] if len(parts) == 1 else "(" + " or ".join(parts) + ")"


def all_of(conditions: Iterable[str]) -> str:
	"""Join conditions that must all hold, without those that always do."""
	parts = [one for one in conditions if one]
	return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")" if parts else ""
