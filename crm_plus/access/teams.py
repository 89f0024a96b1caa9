"""The tree of teams as the row rule asks for it: read once a request, and anew when a team changes."""

from collections import defaultdict

import frappe

from crm_plus.rules.visibility import Sight, Team, sight


def sight_of(user: str) -> Sight:
	"""Return whose records a user sees, by his roles and his place in the tree of teams."""
	known = _known()
	if user not in known:
		known[user] = sight(user, frappe.get_roles(user), all_teams())
	return known[user]


def forget_sights() -> None:
	"""Read the tree anew from here on, and again after a rollback: somebody changed it."""
	frappe.local.crm_plus_sights = None
	frappe.db.after_rollback.add(_forget)


def _forget() -> None:
	frappe.local.crm_plus_sights = None


def _known() -> dict[str, Sight]:
	if getattr(frappe.local, "crm_plus_sights", None) is None:
		frappe.local.crm_plus_sights = {}
	return frappe.local.crm_plus_sights


def all_teams() -> list[Team]:
	"""Return every team of the tree with its members, disabled ones too."""
	team, member = frappe.qb.DocType("Revenue Team"), frappe.qb.DocType("Revenue Team Member")
	rows = (
		frappe.qb.from_(team)
		.left_join(member)
		.on((member.parent == team.name) & (member.parenttype == "Revenue Team"))
		.select(team.name, team.lft, team.rgt, team.disabled, member.user, member.is_leader)
		.run()
	)
	heads, members = {}, defaultdict(dict)
	for name, lft, rgt, disabled, user, is_leader in rows:
		heads[name] = (lft, rgt, bool(disabled))
		if user:
			members[name][user] = bool(is_leader)
	return [Team(name, lft, rgt, members[name], disabled) for name, (lft, rgt, disabled) in heads.items()]
