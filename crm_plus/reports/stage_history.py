"""A deal's way through its stages."""

from typing import Any

import frappe
from frappe.utils import get_datetime, now_datetime


def visits(deal: str) -> list[dict[str, Any]]:
	"""Return each visit of a deal to a stage, oldest first; the caller has checked that the user may read the deal.

	A visit has `stage` (record), `stage_name`, `entered_on` and `left_on` (site's time zone; None: still there),
	`seconds`, and of the move that began it `changed_by`, `cause`, `cause_doctype`, `cause_name`, `note`. The seconds
	add up to the deal's age.
	"""
	moves = frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal", "reference_name": deal},
		fields=["to_stage", "changed_on", "changed_by", "cause", "cause_doctype", "cause_name", "note"],
		order_by="changed_on asc, creation asc",
	)
	names = _stage_names({move.to_stage for move in moves})
	ends = [move.changed_on for move in moves[1:]] + [None]
	now = now_datetime()
	return [
		{
			"stage": move.to_stage,
			"stage_name": names.get(move.to_stage, move.to_stage),
			"entered_on": move.changed_on,
			"left_on": end,
			"seconds": max(0, int(((end or now) - get_datetime(move.changed_on)).total_seconds())),
			**{key: move[key] for key in ("changed_by", "cause", "cause_doctype", "cause_name", "note")},
		}
		for move, end in zip(moves, ends, strict=True)
	]


def _stage_names(stages: set[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"Pipeline Stage", filters={"name": ["in", list(stages) or [""]]}, fields=["name", "stage_name"]
	)
	return {row.name: row.stage_name for row in rows}
