"""A follow-up and the ToDo by which Frappe shows and tells its assignment: each follows the other, none runs in circles.

The ToDo is written here as Frappe's own assignment writes it, but for the share that it gives to whoever may not read the
document: nobody like that is assigned. A share that came with an assignment made in the Desk goes when the assignment does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.desk.form.assign_to import notify_assignment
from frappe.utils import escape_html

from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import next_steps, notices, site_clock

DOCTYPE = "Follow Up"
OPEN, DONE, CLOSED, CANCELLED = "Open", "Done", "Closed", "Cancelled"
PRIORITY = {"Urgent": "High", "High": "High", "Low": "Low"}
FLAG = "crm_plus_writes_todos"


def keep(doc: Any) -> None:
	"""Bring the ToDos of a follow-up in step: one for who is to do it while it is open, none open else."""
	wanted = doc.assigned_to if doc.status == OPEN else None
	found = None
	for todo in _open_todos(doc):
		if wanted and todo.allocated_to == wanted and not found:
			found = todo
		else:
			_close(todo.name, CLOSED if doc.status == DONE else CANCELLED)
			_left(doc, todo)
	if found:
		_refresh(doc, found)
	elif wanted:
		_assign(doc)


def _open_todos(doc: Any) -> list[Any]:
	of_doc = {"reference_type": DOCTYPE, "reference_name": doc.name, "status": OPEN}
	fields = ["name", "allocated_to", "assigned_by", "description", "date", "priority"]
	return [] if doc.flags.in_insert else frappe.get_all("ToDo", of_doc, fields, order_by="creation")


def _values(doc: Any) -> dict[str, Any]:
	return {
		"description": escape_html(doc.subject),
		"date": site_clock.on_wall(doc.due_on, doc.assigned_to).date(),
		"priority": PRIORITY.get(doc.priority, "Medium"),
	}


def _assign(doc: Any) -> None:
	todo = {"doctype": "ToDo", "reference_type": DOCTYPE, "reference_name": doc.name, "status": OPEN}
	values = {**_values(doc), "allocated_to": doc.assigned_to, "assigned_by": frappe.session.user}
	with _our_own():
		frappe.get_doc({**todo, **values}).insert(
			ignore_permissions=True  # safe: as Frappe's own assignment does; who saves the follow-up assigns it
		)
	notify_assignment(
		frappe.session.user,
		doc.assigned_to,
		DOCTYPE,
		doc.name,
		action="ASSIGN",
		description=values["description"],
	)


def _refresh(doc: Any, todo: Any) -> None:
	values = _values(doc)
	if any(todo.get(name) != value for name, value in values.items()):
		frappe.db.set_value("ToDo", todo.name, values)


def _close(name: str, status: str) -> None:
	todo = frappe.get_doc("ToDo", name)
	todo.status = status
	with _our_own():
		todo.save(ignore_permissions=True)  # safe: follows the follow-up, which its user was allowed to save


def _left(doc: Any, todo: Any) -> None:
	"""Take back what a former assignee got with the assignment, and tell who lost it."""
	if todo.allocated_to == doc.assigned_to:
		return
	unshare(doc.name, todo.allocated_to)
	if todo.allocated_to != frappe.session.user:
		notify_assignment(frappe.session.user, todo.allocated_to, DOCTYPE, doc.name)


def unshare(name: str, user: str) -> None:
	"""Remove a user's share on a follow-up that is no longer assigned to him."""
	shares = {"share_doctype": DOCTYPE, "share_name": name, "user": user}
	for share in frappe.get_all("DocShare", shares, pluck="name"):
		frappe.delete_doc(
			"DocShare",
			share,
			ignore_permissions=True,  # safe: it came with the assignment that has ended
			flags={"ignore_share_permission": True},
		)


def remove(doc: Any) -> None:
	"""Delete the ToDos of a follow-up that is being deleted."""
	of_doc = {"reference_type": DOCTYPE, "reference_name": doc.name}
	frappe.db.delete("ToDo", of_doc)


@contextmanager
def _our_own() -> Iterator[None]:
	"""Mark what is written inside as ours, so that its listener does not answer it."""
	before, frappe.flags[FLAG] = frappe.flags.get(FLAG), True
	try:
		yield
	finally:
		frappe.flags[FLAG] = before


# --- the other way: what happens to a ToDo in the Desk ------------------------------------------------------------


def follow(todo: Any) -> None:
	"""Let a follow-up follow its ToDo: assigned, closed, opened again or taken away in the Desk.

	The rights of the ToDo were asked for by Frappe; the follow-up is written as its assignment is, without more.
	"""
	if frappe.flags.get(FLAG) or todo.reference_type != DOCTYPE:
		return
	if not frappe.db.exists(DOCTYPE, todo.reference_name):
		return
	doc = frappe.get_doc(DOCTYPE, todo.reference_name)
	doc.flags.ignore_permissions = (
		True  # safe: who may assign or close the ToDo, may do so to what it stands for
	)
	before = todo.get_doc_before_save()
	if todo.status == OPEN:
		_follow_open(doc, todo, was_closed=bool(before and before.status != OPEN))
	elif before and before.status == OPEN and todo.allocated_to == doc.assigned_to and doc.status == OPEN:
		_follow_closed(doc, todo)


def _follow_open(doc: Any, todo: Any, *, was_closed: bool) -> None:
	if was_closed and doc.status == DONE:
		doc.update({"status": OPEN, "assigned_to": todo.allocated_to})
		doc.save()
	elif doc.status == OPEN and todo.allocated_to and todo.allocated_to != doc.assigned_to:
		doc.assigned_to = todo.allocated_to  # one person owes it: the newest assignment counts
		doc.save()


def _follow_closed(doc: Any, todo: Any) -> None:
	with _our_own():
		if todo.status == CLOSED:
			doc.status = DONE
			doc.flags.asks_later = True
			doc.save()
			_warn_of_no_next_step(doc)
		else:
			doc.assigned_to = None
			doc.save()
			unshare(doc.name, todo.allocated_to)
	if todo.status == CLOSED:
		_keep_assignee(doc.name, todo.allocated_to)


def _keep_assignee(name: str, user: str) -> None:
	"""Let a closed follow-up say who did it: Frappe's sidebar empties the field after it has closed the ToDo."""

	def restore() -> None:
		if not frappe.db.get_value(DOCTYPE, name, "assigned_to"):
			frappe.db.set_value(DOCTYPE, name, "assigned_to", user, update_modified=False)

	frappe.db.before_commit.add(restore)


def _warn_of_no_next_step(doc: Any) -> None:
	"""A ToDo cannot ask what comes next: a notice does, to whoever closed it too."""
	title = frappe.db.get_value("Deal", {"name": doc.deal or "", "status": OPEN}, "title")
	if title and not next_steps.has_other(doc):
		message = _("{0} has no next step now: plan one.").format(frappe.bold(quoted(title)))
		notices.tell("no_next_step", [doc.assigned_to], "Deal", doc.deal, message, by="")


def forget(todo: Any) -> None:
	"""Let a follow-up know that the ToDo of its assignee was deleted: nobody is assigned any more."""
	if frappe.flags.get(FLAG) or todo.reference_type != DOCTYPE or todo.status != OPEN:
		return
	held_by = {"name": todo.reference_name, "assigned_to": todo.allocated_to, "status": OPEN}
	if frappe.db.exists(DOCTYPE, held_by):
		frappe.db.set_value(DOCTYPE, todo.reference_name, "assigned_to", None)
		unshare(todo.reference_name, todo.allocated_to)
