"""The tree of Revenue Teams filled from ERPNext's Sales Persons and employees, after somebody has seen what that will do."""

import hashlib
from collections import defaultdict
from typing import Any

import frappe
from frappe import _

from crm_plus.access.teams import all_teams
from crm_plus.rules import team_filling as rules
from crm_plus.rules.team_filling import Change, Employee, Seller, Team

TEAM = "Revenue Team"
NO_RECORDS = (
	"Neither Sales Persons nor managers of employees have an active user: link employees to users first."
)


def preview() -> dict[str, Any]:
	"""Return what filling would do: {"teams": [...], "left_out": [...], "seen": mark, "message": why there is nothing}.

	A team is {title, parent, is_new, added: [{user, name, leads}], made_leaders, beyond: [{user, name}], stands_below}.
	"""
	sellers, employees = _sellers(), _employees()
	found = _changes(sellers, employees)
	names = _full_names(found)
	labels = {rules.NO_EMPLOYEE: _("no employee"), rules.NO_USER: _("no active user who may work with deals")}
	labels[rules.LEFT] = _("no longer active")
	return {
		"teams": [_shown(change, names) for change in found],
		"left_out": [{"person": who, "why": labels[why]} for who, why in rules.left_out(sellers, employees)],
		"seen": _mark(found),
		"message": "" if found else _(NO_RECORDS),
	}


def fill(seen: str, take_out: bool = False) -> dict[str, int]:
	"""Make the teams and give them their people, as `preview` said it; returns how many of each.

	With `take_out`, those leave whom a team has beyond the records. Raises frappe.ValidationError where something has changed
	since it was looked at, and what a team's own rules refuse.
	"""
	found = _changes(_sellers(), _employees())
	if _mark(found) != seen:
		frappe.throw(_("Teams or employees have changed meanwhile: look at the preview again."))
	done = {"teams": 0, "people": 0, "taken_out": 0}
	parents = {change.parent for change in found}
	for change in found:
		if change.does_something() or (take_out and change.beyond):
			_fill_one(change, take_out, change.title in parents)
			done["teams"] += int(change.is_new)
			done["people"] += len(change.added) + len(change.made_leaders)
			done["taken_out"] += len(change.beyond) if take_out else 0
	return done


def _fill_one(change: Change, take_out: bool, has_teams_below: bool) -> None:
	team = frappe.new_doc(TEAM) if change.is_new else frappe.get_doc(TEAM, change.title)
	if change.is_new:
		team.update({"team_name": change.title, "parent_revenue_team": change.parent})
	team.is_group = int(team.is_group or has_teams_below)
	team.filled_from = change.key
	for row in team.members:
		row.is_leader = int(row.is_leader or row.user in change.made_leaders)
	if take_out:
		team.members = [row for row in team.members if row.user not in change.beyond]
	for user, leads in change.added.items():
		team.append("members", {"user": user, "is_leader": int(leads)})
	team.save()


def _changes(sellers: list[Seller], employees: dict[str, Employee]) -> list[Change]:
	rows = frappe.get_all(TEAM, fields=["name", "filled_from", "parent_revenue_team"])
	parents = {row.name: row.parent_revenue_team or "" for row in rows}
	existing = [
		Team("", team.name, parents.get(team.name, ""), dict(team.members))
		for team in sorted(all_teams(), key=lambda team: team.lft)
	]
	filled = {row.name: row.filled_from or "" for row in rows}
	return rules.changes(rules.teams_of(sellers, employees), existing, filled)


def _sellers() -> list[Seller]:
	fields = ["name", "parent_sales_person", "is_group", "employee", "enabled"]
	return [
		Seller(
			row.name, row.parent_sales_person or "", bool(row.is_group), row.employee or "", bool(row.enabled)
		)
		for row in frappe.get_all("Sales Person", fields=fields, order_by="lft")
	]


def _employees() -> dict[str, Employee]:
	fields = ["name", "employee_name", "user_id", "reports_to", "status"]
	rows = frappe.get_all("Employee", fields=fields, order_by="name")
	workers = _who_may_work({row.user_id for row in rows if row.user_id})
	return {
		row.name: Employee(
			*(row.name, row.employee_name or row.name),
			user=row.user_id if row.user_id in workers else "",
			manager=row.reports_to or "",
			is_active=row.status == "Active",
		)
		for row in rows
	}


def _who_may_work(users: set[str]) -> set[str]:
	"""Return the active users among these who have a role by which deals are read: a team shows nothing to others."""
	roles = set(frappe.get_all("DocPerm", {"parent": "Deal", "read": 1, "permlevel": 0}, pluck="role"))
	custom = frappe.get_all("Custom DocPerm", {"parent": "Deal", "read": 1, "permlevel": 0}, pluck="role")
	where = {"parenttype": "User", "role": ["in", list(custom or roles)], "parent": ["in", list(users)]}
	with_role = frappe.get_all("Has Role", where, pluck="parent", distinct=True) if users else []
	return set(frappe.get_all("User", {"name": ["in", with_role], "enabled": 1}, pluck="name"))


def _full_names(found: list[Change]) -> dict[str, str]:
	users = {user for change in found for user in (*change.added, *change.made_leaders, *change.beyond)}
	rows = frappe.get_all("User", {"name": ["in", list(users)]}, ["name", "full_name"]) if users else []
	return defaultdict(str, {row.name: row.full_name for row in rows})


def _shown(change: Change, names: dict[str, str]) -> dict[str, Any]:
	def people(users: Any) -> list[dict[str, Any]]:
		return [{"user": user, "name": names[user] or user} for user in users]

	added = [{**one, "leads": change.added[one["user"]]} for one in people(change.added)]
	return {
		**{"title": change.title, "parent": change.parent, "is_new": change.is_new, "added": added},
		**{"made_leaders": people(change.made_leaders), "beyond": people(change.beyond)},
		"stands_below": change.stands_below,
	}


def _mark(found: list[Change]) -> str:
	"""Return a mark of what was looked at: another one where anything is different."""
	text = frappe.as_json([_shown(change, defaultdict(str)) for change in found])
	return hashlib.sha256(text.encode()).hexdigest()[:16]
