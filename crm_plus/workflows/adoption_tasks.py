"""Tasks that another module kept become follow-ups, as they stand: who has promised what, by when, and whether it is done.

Written as they are, without hooks: nobody is told again of what was on his list already. Times are in the site's time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.utils import cstr, get_datetime, strip_html

from crm_plus.workflows import next_steps
from crm_plus.workflows.adoption_ledger import (
	ASSIGNMENT,
	DEAL,
	FOLLOW_UP,
	Book,
	insert_rows,
	new_name,
)

Holders = Mapping[str, tuple[str, str]]
OPEN, DONE = "Open", "Done"


@dataclass(frozen=True)
class TaskTable:
	"""A DocType whose records become follow-ups, and its fields; a status that is not named here is open."""

	doctype: str
	holder_doctype: str = "reference_doctype"
	holder: str = "reference_docname"
	title: str = "title"
	description: str = "description"
	assigned_to: str = "assigned_to"
	due_on: str = "due_date"
	priority: str = "priority"
	status: str = "status"
	statuses: Mapping[str, str] = field(default_factory=dict)
	priorities: Mapping[str, str] = field(default_factory=dict)


# It may be missing, like every table that adoption reads.
TASK_TABLES = (
	TaskTable(
		"CRM Task",
		statuses={"Done": "Done", "Canceled": "Cancelled"},
		priorities={"Low": "Low", "Medium": "Medium", "High": "High"},
	),
)


def take_tasks(book: Book, doctype: str, holders: Holders) -> None:
	"""Give each holder, a (DocType, name) by source name, the tasks of its source as follow-ups. The caller commits."""
	for table in TASK_TABLES:
		if frappe.db.exists("DocType", table.doctype):
			_take(book, table, doctype, holders)


def _take(book: Book, table: TaskTable, doctype: str, holders: Holders) -> None:
	where = {table.holder_doctype: doctype, table.holder: ["in", list(holders)]}
	tasks = frappe.get_all(table.doctype, where, ["*"], order_by="creation asc, name asc")
	profiles = _profiles_of(holder for kind, holder in holders.values() if kind == DEAL) if tasks else {}
	people = _able({task.get(table.assigned_to) for task in tasks})
	made, todos = [], []
	for task in tasks:
		holder = holders[task[table.holder]]
		follow_up = _follow_up(table, task, holder, profiles, people)
		made.append(follow_up)
		source = (table.doctype, str(task.name))
		book.hangs(FOLLOW_UP, source, ("Follow Up", follow_up["name"]), holder)
		if follow_up["status"] == OPEN and follow_up["assigned_to"]:
			todos.append(_todo(follow_up))
			book.hangs(ASSIGNMENT, source, ("ToDo", todos[-1]["name"]), holder)
	insert_rows("Follow Up", made)
	insert_rows("ToDo", todos)
	_keep_next_steps(made)


def _follow_up(
	table: TaskTable, task: Any, holder: tuple[str, str], profiles: Mapping[str, str], people: set[str]
) -> dict[str, Any]:
	text = strip_html(cstr(task.get(table.description))).strip()
	status = table.statuses.get(task.get(table.status), OPEN)
	assigned_to = task.get(table.assigned_to)
	return {
		"name": new_name(),
		**{key: task.get(key) for key in ("owner", "creation", "modified", "modified_by")},
		"subject": (cstr(task.get(table.title)).strip() or text or table.doctype)[:140],
		"description": text,
		"due_on": get_datetime(task.get(table.due_on) or task.creation).replace(microsecond=0),
		"assigned_to": assigned_to if assigned_to in people else None,
		"priority": table.priorities.get(task.get(table.priority), "Medium"),
		"status": status,
		"completed_on": task.modified.replace(microsecond=0) if status == DONE else None,
		"deal": holder[1] if holder[0] == DEAL else None,
		"customer_profile": profiles[holder[1]] if holder[0] == DEAL else holder[1],
	}


def _todo(follow_up: dict[str, Any]) -> dict[str, Any]:
	"""Return the ToDo by which Frappe shows an assignment."""
	return {
		"name": new_name(),
		**{"reference_type": "Follow Up", "reference_name": follow_up["name"], "status": OPEN},
		**{"allocated_to": follow_up["assigned_to"], "assigned_by": follow_up["owner"]},
		"description": frappe.utils.escape_html(follow_up["subject"]),
		"date": follow_up["due_on"].date(),
		"priority": "High" if follow_up["priority"] in ("High", "Urgent") else follow_up["priority"],
	}


def _profiles_of(deals: Any) -> dict[str, str]:
	rows = frappe.get_all("Deal", {"name": ["in", list(deals)]}, ["name", "customer_profile"])
	return {row.name: row.customer_profile for row in rows}


def _able(users: set[str | None]) -> set[str]:
	"""Return those users who may work on follow-ups: what others have left to do waits for somebody."""
	enabled = frappe.get_all(
		"User", {"name": ["in", [user for user in users if user]], "enabled": 1}, pluck="name"
	)
	return {user for user in enabled if frappe.has_permission("Follow Up", "read", user=user)}


def _keep_next_steps(follow_ups: list[dict[str, Any]]) -> None:
	concerned = {
		(doctype, row[column])
		for doctype, column in next_steps.COLUMNS.items()
		for row in follow_ups
		if row["status"] == OPEN and row[column]
	}
	for doctype, name in next_steps.with_organizations(sorted(concerned)):
		due_on = next_steps.earliest(doctype, name)
		frappe.db.set_value(doctype, name, next_steps.FIELD, due_on, update_modified=False)
