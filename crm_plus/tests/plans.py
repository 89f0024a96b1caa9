"""How the database answers a query: which index it takes depends on how many rows it believes there are, which serves does not."""

import re
from typing import Any

import frappe


def plan(query: str) -> list[dict[str, Any]]:
	"""Return the steps that the database takes for a query, as it explains them."""
	frappe.db._cursor.execute(f"explain {query}")
	names = [column[0] for column in frappe.db._cursor.description]
	return [dict(zip(names, step, strict=True)) for step in frappe.db._cursor.fetchall()]


def step_along(query: str, doctype: str, index: str) -> dict[str, Any]:
	"""Return the step that reads a table which the query names once, were it read along an index."""
	table = f"`tab{doctype}`"
	forced, times = re.subn(
		rf"\b(from|join) {table}", rf"\1 {table} force index (`{index}`)", query, flags=re.I
	)
	assert times == 1, query
	(step,) = [step for step in plan(forced) if step["table"] == f"tab{doctype}"]
	return step
