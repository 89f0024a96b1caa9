"""Whose sales quotas a user knows: his own, and those of the people and the teams that he leads; all where he sees all records."""

from typing import Any

import frappe

from crm_plus.access.conditions import any_of, one_of
from crm_plus.access.rows import holds_for
from crm_plus.access.teams import sight_of, teams_led_by
from crm_plus.setup.compatibility import is_asked_for_a_joined_table, no_objection

QUOTA = "Sales Quota"


def condition(user: str | None = None, doctype: str = QUOTA) -> str:
	"""Return the condition that a user's lists of quotas take, "" where he knows all."""
	user = user or frappe.session.user
	if user == "Administrator" or is_asked_for_a_joined_table() or sight_of(user).all:
		return ""
	of_people = one_of(f"`tab{QUOTA}`.`user`", _people(user))
	return any_of([of_people, one_of(f"`tab{QUOTA}`.`team`", teams_led_by(user))])


def known_people(user: str) -> set[str] | None:
	"""Return the people whose quotas a user may know, None where he knows everybody's."""
	if not frappe.has_permission(QUOTA, "read", user=user):
		return {user}
	return _people(user) if condition(user) else None


def may_see(doc: Any, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Tell whether a user knows a quota as it is stored, or may set a new one; None has no objection, where Frappe asks so."""
	user = user or frappe.session.user
	limited = condition(user)
	if limited and not (_may_set(doc, user) if doc.is_new() else holds_for(doc, limited)):
		return False
	return no_objection()


def _may_set(doc: Any, user: str) -> bool:
	"""Tell whether a new quota is for somebody whom the user leads, or for nobody yet."""
	named = {doc.get("user"), doc.get("team")} - {None, ""}
	return named <= {*_people(user), *teams_led_by(user)}


def _people(user: str) -> set[str]:
	return {user, *sight_of(user).led}
