"""Who may change the tree of teams: whoever is bound by it changes the teams below him with the people in them, never his own place.

A manager who stands in no team sees everybody's records. One who stands in a team could else step out of it, stand higher in
it, or take others in, and see what the tree keeps from him.
"""

from typing import Any

import frappe
from frappe import _

from crm_plus.access.teams import sight_of, teams_led_by
from crm_plus.setup.compatibility import no_objection

CHANGES = ("create", "write", "delete")


def may_change(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a user may make, change or delete a team; None has no objection, where Frappe asks so."""
	user = user or frappe.session.user
	if ptype not in CHANGES or _is_free(user):
		return no_objection()
	if ptype == "create" or not frappe.db.exists(doc.doctype, doc.name):
		allowed = doc.get("parent_revenue_team") in teams_led_by(user)
	else:
		allowed = doc.name in teams_led_by(user) and not (ptype == "delete" and _stands_in(doc.name, user))
	return no_objection() if allowed else False


def check(team: Any) -> None:
	"""Refuse what changes the place of who saves a team, or puts people into it whom he does not lead.

	Raises frappe.PermissionError.
	"""
	user = frappe.session.user
	if team.flags.ignore_permissions or _is_free(user):
		return
	before = team.get_doc_before_save()
	known = {row.user: bool(row.is_leader) for row in before.members} if before else {}
	now = {row.user: bool(row.is_leader) for row in team.members}
	moves = not before or before.parent_revenue_team != team.parent_revenue_team
	if known.get(user) != now.get(user) or (user in known and before.disabled != team.disabled):
		_refuse(_("You stand in this team yourself: ask a manager above you to change your place."))
	if moves and team.parent_revenue_team not in teams_led_by(user):
		_refuse(_("You lead no team that this one would stand below: choose another parent team."))
	if set(now) - set(known) - sight_of(user).led:
		_refuse(_("You may put only people into a team whom you lead: ask a manager above you for others."))


def _is_free(user: str) -> bool:
	"""Tell whether the tree binds a user in nothing."""
	return user == "Administrator" or sight_of(user).all


def _stands_in(team: str, user: str) -> bool:
	return bool(frappe.db.exists("Revenue Team Member", {"parent": team, "user": user}))


def _refuse(sentence: str) -> None:
	frappe.throw(sentence, frappe.PermissionError)
