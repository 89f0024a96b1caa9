"""An agent's list in a tree of 200 people, beside the Administrator's: what the row rule costs.

The tree stands aside while anything else is measured: without the setting nobody is limited by it.
"""

from collections.abc import Callable
from typing import Any

import frappe
from bulk import PREFIX, put, stamp
from frappe.utils import now_datetime
from listing import DEAL, desk_count, desk_list
from measuring import Case, Operation
from people import USERS

PEOPLE, IN_A_TEAM = 200, 10
SETTING = "deal_visibility"
TEAM = f"{PREFIX}TEAM"
AGENT, LEADER = "rep27@bench.test", "rep01@bench.test"
BY_AMOUNT = {"sort": "amount"}
OPEN = {"filters": [["status", "=", "Open"]]}


def agent_cases() -> list[Case]:
	"""Return the lists of an agent and of a team's leader, each beside the same list of the Administrator."""
	make_tree()
	asked: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
		("list: 20 deals", desk_list, {}),
		("list: 20 open deals", desk_list, OPEN),
		("list: 20 deals by amount", desk_list, BY_AMOUNT),
		("count: all deals", desk_count, {}),
	]
	return [
		Case(
			as_user(user, f"{title}, {words}", call, more),
			as_user("Administrator", f"{title}, Administrator", call, more),
			administrator_only=True,
		)
		for user, words in ((AGENT, "an agent of 200"), (LEADER, "a leader of 10"))
		for title, call, more in asked
	]


def as_user(user: str, title: str, call: Callable[..., Any], more: dict[str, Any]) -> Operation:
	"""Return the asking of something as somebody, while the setting says Team."""

	def run(_nothing: Any) -> Any:
		frappe.set_user(user)
		return call(DEAL, **more)

	return Operation(title, run, limit_to_teams)


def limit_to_teams() -> None:
	"""Let everybody see the deals of those whom he leads and his own."""
	choose("Team")


def stand_aside() -> None:
	"""Let everybody see all again."""
	choose("Everyone")


def choose(value: str) -> None:
	"""Put the setting in force."""
	if frappe.db.get_single_value("CRM Plus Settings", SETTING) != value:
		frappe.db.set_single_value("CRM Plus Settings", SETTING, value)
		frappe.clear_document_cache("CRM Plus Settings", "CRM Plus Settings")
		frappe.db.commit()


def make_tree() -> None:
	"""Insert the people who are missing of 200 and their teams, once; the first of each team leads it."""
	if frappe.db.exists("Revenue Team", {"team_name": f"{TEAM} 01"}):
		return
	names = [f"rep{number:02d}@bench.test" for number in range(1, USERS + 1)]
	more = [f"tree{number:03d}@bench.test" for number in range(1, PEOPLE - USERS + 1)]
	now = now_datetime()
	put("User", ({**stamp("", now, "Administrator"), **person(name)} for name in more))
	put(
		"Has Role",
		(
			{
				**stamp(f"ROLE-{name}", now, "Administrator"),
				**{"parent": name, "parenttype": "User", "parentfield": "roles", "role": "Sales User"},
			}
			for name in (*names, *more)
		),
	)
	everybody = names + more
	root = insert_team(f"{TEAM} all", "", [], is_group=1)
	teams = PEOPLE // IN_A_TEAM
	for number in range(teams):
		insert_team(f"{TEAM} {number + 1:02d}", root, everybody[number::teams])
	frappe.db.commit()
	frappe.clear_cache()


def person(name: str) -> dict[str, Any]:
	"""Return the columns of a user who does not log in."""
	first = name.split("@")[0].title()
	known = {"name": name, "email": name, "enabled": 1, "user_type": "System User"}
	return {**known, "first_name": first, "full_name": f"{first} Rep"}


def insert_team(name: str, parent: str, users: list[str], is_group: int = 0) -> str:
	"""Insert one team."""
	members = [{"user": user, "is_leader": int(place == 0)} for place, user in enumerate(users)]
	team = {"team_name": name, "parent_revenue_team": parent, "is_group": is_group, "members": members}
	return frappe.get_doc({"doctype": "Revenue Team", **team}).insert().name
