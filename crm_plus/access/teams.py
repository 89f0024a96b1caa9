"""The tree of teams as the row rule asks for it: read once a request, and anew when a team changes."""

from collections import defaultdict

import frappe
from pypika.functions import Count
from pypika.terms import Criterion, EmptyCriterion

from crm_plus.rules.visibility import Sight, Team, sight


def sight_of(user: str) -> Sight:
	"""Return whose records a user sees, by his roles and his place in the tree of teams."""
	known = _known()
	if user not in known:
		known[user] = sight(user, frappe.get_roles(user), _teams_of(user))
	return known[user]


def share_of_people(users: int) -> float:
	"""Return how large a part of those in the tree so many users are, as far as this request knows; else 0."""
	people = getattr(frappe.local, "crm_plus_people", None)
	return users / people if people else 0


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


def teams_led_by(user: str) -> list[str]:
	"""Return the teams of the branches that a user leads, disabled ones in them included."""
	team, top = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team").as_("top")
	member = frappe.qb.DocType("Revenue Team Member")
	return (
		frappe.qb.from_(member)
		.join(top)
		.on((top.name == member.parent) & (top.disabled == 0))
		.join(team)
		.on((team.lft >= top.lft) & (team.rgt <= top.rgt))
		.select(team.name)
		.distinct()
		.where((member.user == user) & (member.is_leader == 1) & (member.parenttype == "Revenue Team"))
		.run(pluck=True)
	)


def _teams_of(user: str) -> list[Team]:
	"""Return what a user's sight depends on: the teams that he is in, and those below the ones that he leads."""
	team, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	everybody = frappe.qb.DocType("Revenue Team Member").as_("everybody")
	own = (
		frappe.qb.from_(member)
		.join(team)
		.on(team.name == member.parent)
		.select(team.name, team.lft, team.rgt, member.is_leader)
		.select(frappe.qb.from_(everybody).select(Count("*")))
		.where((member.user == user) & (member.parenttype == "Revenue Team") & (team.disabled == 0))
		.run()
	)
	if not own:
		return []
	frappe.local.crm_plus_people = own[0][-1]
	mine = team.name.isin([name for name, *_place in own])
	below = [team.lft[left:right] for _name, left, right, leads, _people in own if leads]
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
