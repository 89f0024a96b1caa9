"""Records that go from one person to another: some of them, or the whole book of somebody who leaves.

Each record is saved as its form would save it, with the rights of who hands it over, so that rules, history and what
follows the record (a follow-up's ToDo, a meeting's Event) are kept. What the former owner had besides goes too: his share,
his assignment, his subscription; Frappe leaves a share behind where an assignment ends.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.desk.form import assign_to

from crm_plus.access.teams import sight_of
from crm_plus.access.visibility import KINDS
from crm_plus.rules.quoted_text import quoted
from crm_plus.workflows import follow_ups, notices

Records = list[tuple[str, str]]
# What is over stays with who did it; a closed deal goes with its customer, or nobody could look it up.
STILL_OPEN = {"Follow Up": {"status": "Open"}, "Interaction": {"status": "Planned"}}
ORDER = ("Customer Profile", "Deal", "Interaction", "Follow Up")


def book_of(person: str) -> Records:
	"""Return all that a person owns and has to do, as (doctype, name), customers first."""
	found: Records = []
	for doctype in ORDER:
		filters = {KINDS[doctype].owner: person, **STILL_OPEN.get(doctype, {})}
		found += [(doctype, name) for name in frappe.get_all(doctype, filters, pluck="name", order_by="name")]
	return found


def elsewhere(person: str) -> Records:
	"""Return what a person is assigned to besides our records, tickets for example, as far as the user may write it."""
	return [one for one in _assigned(person, "not in") if _may_write(*one)]


def _assigned(person: str, operator: str = "in") -> Records:
	assigned = {"allocated_to": person, "status": "Open", "reference_type": [operator, [*KINDS, ""]]}
	rows = frappe.get_all("ToDo", assigned, ["reference_type", "reference_name"], order_by="creation")
	return list(dict.fromkeys((row.reference_type, row.reference_name) for row in rows if row.reference_name))


def _may_write(doctype: str, name: str) -> bool:
	exists = frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, name)
	return bool(exists and frappe.has_permission(doctype, "write", doc=name))


def check(person: str, successor: str) -> None:
	"""Make sure that the user may hand over a person's whole book to a successor.

	He leads the person, or sees everybody's records. Raises frappe.PermissionError, frappe.ValidationError.
	"""
	check_leads(person)
	user = frappe.session.user
	if person == user and not sight_of(user).all:
		# He would step out of the tree of teams that binds him.
		frappe.throw(_("Ask somebody who leads you to hand over what you have."), frappe.PermissionError)
	if person == successor:
		frappe.throw(_("{0} has these records already: choose somebody else.").format(quoted(successor)))
	check_successor(successor, "Deal")


def check_leads(person: str) -> None:
	"""Raise frappe.PermissionError unless the user leads a person, or is a manager who sees everybody's records."""
	user = frappe.session.user
	manages = {"System Manager", "Sales Manager", "Administrator"} & set(frappe.get_roles(user))
	own = sight_of(user)
	if not (person in own.led or (manages and own.all)):
		frappe.throw(
			_("You do not lead {0}: ask somebody who does.").format(quoted(person)), frappe.PermissionError
		)
	if not frappe.db.exists("User", person):
		frappe.throw(_("There is no user {0}: choose somebody else.").format(quoted(person)))


def check_successor(user: str, doctype: str) -> None:
	"""Raise frappe.ValidationError where a user cannot work with records of a DocType."""
	if not (
		frappe.db.get_value("User", user, "enabled") and frappe.has_permission(doctype, "write", user=user)
	):
		frappe.throw(
			_("{0} is no active user who may write {1}: choose somebody else.").format(
				quoted(user), _(doctype)
			)
		)


def hand_over(doctype: str, name: str, successor: str) -> None:
	"""Give one record to a successor, and take from its former owner what he had besides.

	Raises frappe.PermissionError, frappe.ValidationError.
	"""
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("write")
	if doctype == "Follow Up":
		follow_ups.check_open(doc)
	former = doc.get(KINDS[doctype].owner)
	if former != successor:
		doc.set(KINDS[doctype].owner, successor)
		doc.save(ignore_version=False)
		_give_calendar_entry(doc, former, successor)
	if former:
		withdraw(former, doctype, name)


def _give_calendar_entry(doc: Any, former: str | None, successor: str) -> None:
	"""Let a planned meeting stand in the successor's calendar: a private entry is shown to its owner alone."""
	event = doc.get("event")
	if event and frappe.db.get_value("Event", event, "owner") == former:
		frappe.db.set_value("Event", event, "owner", successor, update_modified=False)


def hand_over_book(records: Iterable[tuple[str, str]], successor: str) -> list[dict[str, str]]:
	"""Hand over the records of a leaver without news of each, as `hand_over_each` does: `finish` tells of them all."""
	before, frappe.flags.crm_plus_silent = frappe.flags.crm_plus_silent, True
	try:
		return hand_over_each(records, successor)
	finally:
		frappe.flags.crm_plus_silent = before


def hand_over_each(records: Iterable[tuple[str, str]], successor: str) -> list[dict[str, str]]:
	"""Hand records over one by one; returns those that could not be, with the sentence that says why."""
	left = []
	for doctype, name in records:
		messages = list(frappe.local.message_log)
		frappe.db.savepoint("crm_plus_hand_over")
		try:
			hand_over(doctype, name, successor)
		except (frappe.ValidationError, frappe.PermissionError) as refusal:
			frappe.db.rollback(save_point="crm_plus_hand_over")
			frappe.local.message_log = messages
			why = str(refusal) or _("You have no permission to write it.")
			left.append({"doctype": doctype, "name": name, "message": why})
	return left


def take_leave(person: str, successor: str) -> None:
	"""End what a leaver still has beside his own records: assignments go to the successor, shares and teams end."""
	for doctype, name in [*_assigned(person), *elsewhere(person)]:
		_assign_instead(doctype, name, person, successor)
	for share in frappe.get_all("DocShare", {"user": person}, ["name", "share_doctype", "share_name"]):
		if share.share_doctype not in KINDS and _may_write(share.share_doctype, share.share_name):
			frappe.db.delete("DocShare", {"name": share.name})
	frappe.db.delete("DocShare", {"user": person, "share_doctype": ["in", list(KINDS)]})
	frappe.db.delete("Document Follow", {"user": person, "ref_doctype": ["in", list(KINDS)]})
	for team in frappe.get_all("Revenue Team Member", {"user": person}, pluck="parent", distinct=True):
		doc = frappe.get_doc("Revenue Team", team)
		doc.members = [row for row in doc.members if row.user != person]
		doc.save(ignore_permissions=True)  # safe: `check` asked whether the user leads the person


def withdraw(person: str, doctype: str, name: str) -> None:
	"""Take from a person the share, the assignment and the subscription that he has on a record."""
	here = {"reference_type": doctype, "reference_name": name, "status": "Open", "allocated_to": person}
	for todo in frappe.get_all("ToDo", here, pluck="name"):
		doc = frappe.get_doc("ToDo", todo)
		doc.status = "Cancelled"
		doc.save(ignore_permissions=True)  # safe: whoever gives the record away was allowed to write it
	frappe.db.delete("DocShare", {"share_doctype": doctype, "share_name": name, "user": person})
	frappe.db.delete("Document Follow", {"ref_doctype": doctype, "ref_docname": name, "user": person})


def finish(person: str, successor: str, count: int, left: list[dict[str, str]]) -> None:
	"""End what the leaver has besides, unless records of his are left, and tell the successor and who asked for it."""
	if not left:
		take_leave(person, successor)
	moved, whose = count - len(left), frappe.bold(_name(person))
	told = {successor: _("{0} records of {1} are yours now.").format(moved, whose)}
	told[frappe.session.user] = _("{0} records of {1} were handed over, {2} could not be.").format(
		moved, whose, len(left)
	)
	for user, words in told.items():
		notices.tell("deal_assigned", [user], "User", person, words, by="")
	if left:
		frappe.log_error(title=f"CRM Plus: hand-over of {person}", message=frappe.as_json(left))


def _assign_instead(doctype: str, name: str, person: str, successor: str) -> None:
	owner = frappe.db.get_value(doctype, name, KINDS[doctype].owner) if doctype in KINDS else None
	withdraw(person, doctype, name)
	if owner != successor and frappe.db.exists(doctype, name):
		# safe: `check` asked whether the user leads the person whose assignment it is
		assign_to.add({"doctype": doctype, "name": name, "assign_to": [successor]}, ignore_permissions=True)


def _name(user: str) -> Any:
	return frappe.utils.escape_html(frappe.utils.get_fullname(user))
