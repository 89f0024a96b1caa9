"""Personal data in free text: which fields may hold it, and texts without a person in them."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

REDACTED = "[REDACTED]"
# Texts about one person alone: they go whole. Of the rest, only what names the person goes.
WHOLE = {
	"Interaction": ("subject", "summary"),
	"Follow Up": ("subject", "description", "outcome_note", "no_next_reason"),
}
PARTLY = {"Deal": ("title", "next_step", "description", "lost_detail", "snooze_reason")}
SHORTEST = 3


def without(text: str | None, names: Iterable[str]) -> str | None:
	"""Return a text without a person's names and addresses, in whatever case; words that hold one stay."""
	for name in sorted({one.strip() for one in names if one and len(one.strip()) >= SHORTEST}, key=len)[::-1]:
		text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", REDACTED, text or "", flags=re.IGNORECASE)
	return text


def redacted_history(data: str | None, fields: Collection[str] | None, names: Iterable[str]) -> str | None:
	"""Return what Frappe's Version keeps of a change without a person: of `fields` nothing (None: of none), of others no name.

	What cannot be read is emptied.
	"""
	names = list(names)
	try:
		stored = json.loads(data or "{}")
	except ValueError:
		return "{}"
	if not isinstance(stored, dict):
		return "{}"
	stored["changed"] = [_redacted(row, fields or ()) for row in stored.get("changed") or []]
	return json.dumps({key: _walked(value, names) for key, value in stored.items()})


def former_values(data: str | None, fields: Collection[str]) -> list[str]:
	"""Return the texts that stood in some fields before the change that one of Frappe's Versions tells of; none where it cannot be read."""
	try:
		stored = json.loads(data or "{}")
	except ValueError:
		return []
	changed = stored.get("changed") if isinstance(stored, dict) else None
	rows = [row for row in changed or [] if isinstance(row, list) and len(row) > 1 and row[0] in fields]
	return [row[1] for row in rows if isinstance(row[1], str) and row[1] not in ("", REDACTED)]


def _redacted(row: list[Any], fields: Collection[str]) -> list[Any]:
	if not row or row[0] not in fields:
		return row
	return [row[0], *(value and REDACTED for value in row[1:])]


def _walked(value: Any, names: list[str]) -> Any:
	"""Return a value of JSON with its texts redacted; the names of fields stay."""
	if isinstance(value, str):
		return without(value, names)
	if isinstance(value, list):
		return [_walked(one, names) for one in value]
	if isinstance(value, dict):
		return {key: _walked(one, names) for key, one in value.items()}
	return value
