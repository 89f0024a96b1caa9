"""What clients send as JSON, read back: one sentence for what cannot be read."""

import json
from typing import Any

import frappe
from frappe import _


def mapping(value: object) -> dict[str, Any]:
	"""Return a set of names and values, empty for nothing. Raises frappe.ValidationError for anything else."""
	return _parsed(value, dict) or {}


def several(value: object) -> list[Any]:
	"""Return a list, empty for nothing. Raises frappe.ValidationError for anything else."""
	return _parsed(value, list) or []


def _parsed(value: object, kind: type) -> Any:
	try:
		parsed = json.loads(value) if isinstance(value, str) and value else value
	except ValueError:
		parsed = value
	if parsed and not isinstance(parsed, kind):
		frappe.throw(_("The page sent what cannot be read; reload it and try again."))
	return parsed
