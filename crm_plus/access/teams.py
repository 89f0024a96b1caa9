"""The tree of teams as the row rule asks for it: read once a request, and anew when a team changes."""

from collections import defaultdict

import frappe
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.rules.visibility import Sight, Team, sight


def sight_of(user: str) -> Sight:
	"""Return whose records a user sees, by his roles and his place in the tree of teams."""
	known = _known()
	if user not in known:
		known[user] = sight(user, frappe.get_roles(user), _teams_of(user))
	return known[user]


def people_in_teams() -> int:
	"""Return how many places there are in the tree of teams."""
	if getattr(frappe.local, "crm_plus_people", None) is None:
		frappe.local.crm_plus_people = frappe.db.count("Revenue Team Member")
	return frappe.local.crm_plus_people


def forget_sights() -> None:
	"""Read the tree anew from here on, and again after a rollback: somebody changed it."""
	_forget()
	frappe.db.after_rollback.add(_forget)


def _forget() -> None:
	frappe.local.crm_plus_sights = frappe.local.crm_plus_people = None


def _known() -> dict[str, Sight]:
	if getattr(frappe.local, "crm_plus_sights", None) is None:
		frappe.local.crm_plus_sights = {}
	return frappe.local.crm_plus_sights


def all_teams() -> list[Team]:
	"""Return every team of the tree with its members, disabled ones too."""
	return _teams(EmptyCriterion())


def _teams_of(user: str) -> list[Team]:
	"""Return what a user's sight depends on: the teams that he is in, and those below the ones that he leads."""
	team, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	own = (
		frappe.qb.from_(member)
		.join(team)
		.on(team.name == member.parent)
		.select(team.name, team.lft, team.rgt, member.is_leader)
		.where((member.user == user) & (member.parenttype == "Revenue Team") & (team.disabled == 0))
		.run()
	)
	if not own:
		return []
	mine = team.name.isin([name for name, *_place in own])
	below = [team.lft[left:right] for _name, left, right, leads in own if leads]
	return _teams(Criterion.any([mine, *below]))


def _teams(wanted: Criterion) -> list[Team]:
	team, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	rows = (
		frappe.qb.from_(team)
		.left_join(member)
		.on((member.parent == team.name) & (member.parenttype == "Revenue Team"))
		.select(team.name, team.lft, team.rgt, team.disabled, member.user, member.is_leader)
		.where(wanted)
		.run()
	)
	heads, members = {}, defaultdict(dict)
	for name, lft, rgt, disabled, user, is_leader in rows:
		heads[name] = (lft, rgt, bool(disabled))
		if user:
			members[name][user] = bool(is_leader)
	return [Team(name, lft, rgt, members[name], disabled) for name, (lft, rgt, disabled) in heads.items()]
