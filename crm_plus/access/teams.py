"""The tree of teams as the row rule asks for it: read once a request, and anew when a team changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import frappe

from crm_plus.access import standing
from crm_plus.rules.visibility import Sight, Team, sight

TEAM, MEMBER = "Revenue Team", "Revenue Team Member"
ALL_TEAMS = """
	SELECT team.name, team.lft, team.rgt, team.disabled, member.user, member.is_leader
	FROM `tabRevenue Team` team
	LEFT JOIN `tabRevenue Team Member` member ON member.parent = team.name AND member.parenttype = 'Revenue Team'
"""


def sight_of(user: str) -> Sight:
	"""Return whose records a user sees, by his roles and his place in the tree of teams."""
	if not is_known(user):
		remember(user, standing.read(user, teams=True)[standing.TEAMS])
	return _known()[user]


def is_known(user: str) -> bool:
	"""Tell whether this request has read the user's teams already."""
	return user in _known()


def remember(user: str, rows: standing.Rows) -> None:
	"""Keep for this request what the teams around a user say, as `standing.read` tells of them."""
	if rows:
		frappe.local.crm_plus_people = rows[0][-1]
	_known()[user] = sight(user, frappe.get_roles(user), _teams(row[:-1] for row in rows))


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
	return _teams(frappe.db.sql(ALL_TEAMS))


def teams_led_by(user: str) -> list[str]:
	"""Return the teams of the branches that a user leads, disabled ones in them included."""
	team, top = frappe.qb.DocType(TEAM), frappe.qb.DocType(TEAM).as_("top")
	member = frappe.qb.DocType(MEMBER)
	return (
		frappe.qb.from_(member)
		.join(top)
		.on((top.name == member.parent) & (top.disabled == 0))
		.join(team)
		.on((team.lft >= top.lft) & (team.rgt <= top.rgt))
		.select(team.name)
		.distinct()
		.where((member.user == user) & (member.is_leader == 1) & (member.parenttype == TEAM))
		.run(pluck=True)
	)


def _teams(rows: Iterable[Sequence[Any]]) -> list[Team]:
	heads, members = {}, defaultdict(dict)
	for name, lft, rgt, disabled, user, is_leader in rows:
		heads[name] = (lft, rgt, bool(disabled))
		if user:
			members[name][user] = bool(is_leader)
	return [Team(name, lft, rgt, members[name], disabled) for name, (lft, rgt, disabled) in heads.items()]
