"""Whose unmatched mail a user sees: what came to a mailbox of his or of those he leads, and what they sent from it.

A mailbox is theirs whose User record names it, as Frappe has it. What came to a mailbox that is nobody's alone waits for
managers. Who sees all records sees all mail.
"""

from typing import Any

import frappe

from crm_plus.access.conditions import all_of, any_of, one_of
from crm_plus.access.rows import holds_for
from crm_plus.access.teams import sight_of
from crm_plus.setup.compatibility import is_asked_for_a_joined_table, no_objection

TRAY = "Unmatched Mail"
# They find a place for what is nobody's.
TRIAGE = "Sales Manager"
MAILBOX = "`tabCommunication`.`email_account`"


def condition(user: str | None = None, doctype: str = TRAY) -> str:
	"""Return the condition that a user's lists of unmatched mail take, "" where he sees all."""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table() or sight_of(user).all:
		return ""
	people = {user, *sight_of(user).led}
	boxes = frappe.get_all("User Email", {"parenttype": "User"}, ["parent", "email_account"])
	theirs = {box.email_account for box in boxes if box.parent in people}
	sent = all_of(
		["`tabCommunication`.`sent_or_received` = 'Sent'", one_of("`tabCommunication`.`owner`", people)]
	)
	seen = [_is_a_message(any_of([sent, one_of(MAILBOX, theirs)]))]
	if TRIAGE in frappe.get_roles(user):
		seen.append(f"not {_is_a_message(one_of(MAILBOX, {box.email_account for box in boxes} - theirs))}")
	return any_of(seen)


def may_see(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a user sees a message of the tray; None has no objection, where Frappe asks so."""
	limited = condition(user)
	return no_objection() if not limited or holds_for(doc, limited) else False


def _is_a_message(where: str) -> str:
	"""Return the condition that a row of the tray stands for such a message."""
	names = f"select `tabCommunication`.`name` from `tabCommunication` where {where}"
	return f"`tab{TRAY}`.`source_name` in ({names})"
