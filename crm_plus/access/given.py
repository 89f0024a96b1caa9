"""Which records were given to a user, beyond his own: assigned to him, or shared with him."""

from dataclasses import dataclass

import frappe
from pypika.terms import ValueWrapper


@dataclass(frozen=True)
class Given:
	"""The names of one DocType's records that a user has by assignment, and by a share that lets him read."""

	assigned: tuple[str, ...]
	shared: tuple[str, ...]


def given_to(doctype: str, user: str) -> Given:
	"""Return what was given to a user, in one query: an open assignment, or a share with him or with everyone."""
	todo, share = frappe.qb.DocType("ToDo"), frappe.qb.DocType("DocShare")
	assigned = (
		frappe.qb.from_(todo)
		.select(todo.reference_name, ValueWrapper(1))
		.where((todo.allocated_to == user) & (todo.reference_type == doctype) & (todo.status == "Open"))
	)
	people = (share.user == user) | (share.everyone == 1) if user != "Guest" else share.user == user
	shared = (
		frappe.qb.from_(share)
		.select(share.share_name, ValueWrapper(0))
		.where((share.share_doctype == doctype) & (share.read == 1) & people)
	)
	rows = (assigned * shared).run()
	return Given(
		tuple(name for name, by_assignment in rows if by_assignment),
		tuple(name for name, by_assignment in rows if not by_assignment),
	)
