"""What clients send, taken in: read back from JSON, and one sentence for what cannot be read or is refused."""

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import frappe
from frappe import _

Answer = Callable[..., Any]
REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


def mapping(value: object) -> dict[str, Any]:
	"""Return a set of names and values, empty for nothing. Raises frappe.ValidationError for anything else."""
	return _parsed(value, dict) or {}


def several(value: object) -> list[Any]:
	"""Return a list, empty for nothing. Raises frappe.ValidationError for anything else."""
	return _parsed(value, list) or []


def _parsed(value: object, kind: type) -> Any:
	parsed = _read(value)
	if parsed and not isinstance(parsed, kind):
		frappe.throw(_("The page sent what cannot be read; reload it and try again."))
	return parsed


def _read(value: object) -> Any:
	try:
		return json.loads(value) if isinstance(value, str) and value else value
	except (ValueError, RecursionError):
		return value


def refusing(function: Answer) -> Answer:
	"""Let a function refuse with one sentence what Frappe's own breaks on; what that refuses stays, its markup shown as text."""

	@functools.wraps(function)
	def guarded(*args: Any, **kwargs: Any) -> Any:
		try:
			return function(*args, **kwargs)
		except REFUSALS as refusal:
			_quote(refusal, [*args, *kwargs.values()])
			raise
		except Exception:
			frappe.logger("crm_plus").warning(function.__name__, exc_info=True)
			frappe.throw(_("The page sent what cannot be read; reload it and try again."))

	return guarded


def _quote(refusal: Exception, sent: list[Any]) -> None:
	"""Show as text what Frappe's own sentences repeat of what was sent: a page would take it for its own markup."""
	markup = sorted({text for text in _texts(sent) if "<" in text}, key=len, reverse=True)
	for text in markup:
		shown = frappe.utils.escape_html(text)
		refusal.args = tuple(
			said.replace(text, shown) if isinstance(said, str) else said for said in refusal.args
		)
		for message in frappe.local.message_log:
			message["message"] = str(message.get("message") or "").replace(text, shown)


def _texts(sent: list[Any]) -> Iterator[str]:
	"""Yield each text in what was sent, and in what is written in it as JSON."""
	parts = list(sent)
	while parts:
		part = parts.pop()
		if isinstance(part, str):
			yield part
			read = _read(part)
			part = read if isinstance(read, list | dict) else None
		if isinstance(part, dict):
			parts += [*part, *part.values()]
		elif isinstance(part, list | tuple):
			parts += part
