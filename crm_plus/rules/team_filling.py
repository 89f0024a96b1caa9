"""Revenue Teams as ERPNext's records have them: its tree of Sales Persons, or who reports to whom, and what is missing yet.

Nothing is ever taken away here: what the teams have beyond the records is said, for somebody to decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SELLER, EMPLOYEE = "Sales Person", "Employee"
# Why somebody of the records gets no place.
NO_EMPLOYEE, NO_USER, LEFT = "no employee", "no user", "left"


@dataclass(frozen=True)
class Seller:
	"""A node of the tree of Sales Persons, parents before children; a group is a team."""

	name: str
	parent: str = ""
	is_group: bool = False
	employee: str = ""
	enabled: bool = True


@dataclass(frozen=True)
class Employee:
	"""Somebody who works here; `user` is his active user that may work with deals, "" where he has none."""

	name: str
	label: str
	user: str = ""
	manager: str = ""
	is_active: bool = True


@dataclass
class Team:
	"""A team as the records have it, or as it is: its people, and whether they lead it."""

	key: str
	title: str
	parent: str = ""
	members: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
	"""What is to be done with one team; `stands_below` is where it was put by hand, other than the records say."""

	key: str
	title: str
	parent: str
	is_new: bool
	added: Mapping[str, bool]
	made_leaders: tuple[str, ...] = ()
	beyond: tuple[str, ...] = ()
	stands_below: str | None = None

	def does_something(self) -> bool:
		"""Tell whether the team is made or gets anybody."""
		return bool(self.is_new or self.added or self.made_leaders)


def teams_of(sellers: Iterable[Seller], employees: Mapping[str, Employee]) -> list[Team]:
	"""Return the teams of the records, parents first: of the Sales Persons, else of who reports to whom.

	A team without people in it and below it is none.
	"""
	known = list(sellers)
	if any(_user_of(seller, employees) for seller in known):
		return _with_people(_by_sellers(known, employees))
	return _with_people(_by_managers(employees))


def left_out(sellers: Iterable[Seller], employees: Mapping[str, Employee]) -> list[tuple[str, str]]:
	"""Return the Sales Persons who get no place, and why; a group without an employee is no person."""
	found = []
	for seller in sellers:
		employee = employees.get(seller.employee)
		if seller.is_group and not seller.employee:
			continue
		if employee is None:
			found.append((seller.name, NO_EMPLOYEE))
		elif not (seller.enabled and employee.is_active):
			found.append((seller.name, LEFT))
		elif not employee.user:
			found.append((seller.name, NO_USER))
	return found


def _by_sellers(sellers: list[Seller], employees: Mapping[str, Employee]) -> list[Team]:
	teams = {one.name: Team(_key(SELLER, one.name), one.name, one.parent) for one in sellers if one.is_group}
	for seller in sellers:
		user = _user_of(seller, employees)
		team = teams.get(seller.name if seller.is_group else seller.parent)
		if user and team:
			team.members[user] = team.members.get(user, False) or seller.is_group
	for team in teams.values():
		team.parent = _key(SELLER, team.parent) if team.parent in teams else ""
		_promote_the_common_manager(team, employees)
	return list(teams.values())


def _promote_the_common_manager(team: Team, employees: Mapping[str, Employee]) -> None:
	"""Give a team without a leader the one to whom all its people report."""
	if any(team.members.values()):
		return
	managers = set()
	for employee in employees.values():
		if employee.user in team.members and employee.manager in employees:
			managers.add(employees[employee.manager].user)
	# He may be one of them himself, and then reports to somebody else.
	inside = managers & set(team.members)
	chosen = inside if len(inside) == 1 else managers
	if len(chosen) == 1 and "" not in chosen:
		team.members[chosen.pop()] = True


def _by_managers(employees: Mapping[str, Employee]) -> list[Team]:
	teams: dict[str, Team] = {}
	for employee in employees.values():
		manager = employees.get(employee.manager)
		if not (employee.user and manager and manager.user and employee.is_active and manager.is_active):
			continue
		key = _key(EMPLOYEE, manager.name)
		above = _key(EMPLOYEE, manager.manager) if manager.manager else ""
		team = teams.setdefault(key, Team(key, manager.label, above, {manager.user: True}))
		team.members.setdefault(employee.user, False)
	for team in teams.values():
		team.parent = team.parent if team.parent in teams else ""
	return _parents_first(teams)


def _parents_first(teams: dict[str, Team]) -> list[Team]:
	ordered: dict[str, Team] = {}
	waiting = dict(teams)
	while waiting:
		ready = [key for key, team in waiting.items() if not team.parent or team.parent in ordered]
		for key in ready or list(waiting):  # who reports to himself in a circle stands at the top
			team = waiting.pop(key)
			team.parent = team.parent if team.parent in ordered else ""
			ordered[key] = team
	return list(ordered.values())


def _with_people(teams: list[Team]) -> list[Team]:
	wanted: set[str] = set()
	for team in reversed(teams):
		if team.members or team.key in wanted:
			wanted |= {team.key, team.parent}
	return [team for team in teams if team.key in wanted]


def changes(wanted: Iterable[Team], existing: Iterable[Team], names: Mapping[str, str]) -> list[Change]:
	"""Return what is to be done for each team of the records.

	`names` tells which existing team (by its title) was filled from which key; one of the same title that was filled from
	nothing is taken as well, for somebody has made it by hand.
	"""
	by_title = {team.title: team for team in existing}
	by_key = {key: by_title[title] for title, key in names.items() if key and title in by_title}
	titles: dict[str, str] = {}
	found = []
	for team in wanted:
		there = by_key.get(team.key) or _of_same_title(team, by_title, names)
		titles[team.key] = there.title if there else _free_title(team, by_title)
		found.append(_change(team, there, titles))
	return found


def _of_same_title(team: Team, by_title: Mapping[str, Team], names: Mapping[str, str]) -> Team | None:
	return None if names.get(team.title) else by_title.get(team.title)


def _free_title(team: Team, by_title: Mapping[str, Team]) -> str:
	return f"{team.title} ({team.key})" if team.title in by_title else team.title


def _change(team: Team, there: Team | None, titles: Mapping[str, str]) -> Change:
	title, parent = titles[team.key], titles.get(team.parent, "")
	if there is None:
		return Change(team.key, title, parent, True, dict(team.members))
	added = {user: leads for user, leads in team.members.items() if user not in there.members}
	leaders = (user for user, leads in team.members.items() if leads and there.members.get(user) is False)
	beyond = tuple(sorted(set(there.members) - set(team.members)))
	elsewhere = there.parent if there.parent != parent else None
	return Change(team.key, title, parent, False, added, tuple(sorted(leaders)), beyond, elsewhere)


def _user_of(seller: Seller, employees: Mapping[str, Employee]) -> str:
	employee = employees.get(seller.employee)
	return employee.user if employee and employee.is_active and seller.enabled else ""


def _key(kind: str, name: str) -> str:
	return f"{kind}: {name}"
