"""What a person or a team is to sell: a quota's months, and how the quotas of a tree of teams add up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from crm_plus.rules.periods import Period, month_of, months, next_month

LENGTHS = {"Month": 1, "Quarter": 3}
PERSON, TEAM = "Person", "Team"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Quota:
	"""A quota for one person or team (`kind`, `who`) over whole months; the amount is in the currency of its company."""

	kind: str
	who: str
	company: str
	first: date
	last: date
	amount: float
	name: str = ""


@dataclass(frozen=True)
class Team:
	"""A node of the tree of teams: those below it and the users in it."""

	name: str
	children: tuple[str, ...] = ()
	members: frozenset[str] = field(default_factory=frozenset)


def bounds(starts_on: date, length: str) -> tuple[date, date]:
	"""Return the first and the last day of a quota that begins in the month of `starts_on`."""
	first = starts_on.replace(day=1)
	return first, month_of(next_month(first, LENGTHS[length] - 1)).last


def by_month(quota: Quota) -> dict[str, float]:
	"""Return a quota's share of each of its months, equal to the cent; what is left over falls to the last one."""
	keys = [month.key for month in months(quota.first, quota.last)]
	whole = Decimal(str(quota.amount))
	share = (whole / len(keys)).quantize(CENT)
	shares = [share] * (len(keys) - 1)
	return dict(zip(keys, map(float, [*shares, whole - share * len(shares)]), strict=True))


def counted_for(team: str, teams: Mapping[str, Team], own: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Return whose quotas make up a team's: its own where it has one, else those of its members and the teams below.

	`own` holds (kind, who) of all quotas of the time in question. Somebody in two teams counts once.
	"""
	known = set(own)
	if (TEAM, team) in known:
		return {(TEAM, team)}
	node = teams.get(team, Team(team))
	found = {(PERSON, user) for user in node.members if (PERSON, user) in known}
	return found.union(*(counted_for(child, teams, known) for child in node.children))


def topmost(teams: Mapping[str, Team]) -> list[str]:
	"""Return the teams that are below no other, in their order."""
	below = {child for team in teams.values() for child in team.children}
	return [name for name in teams if name not in below]


def counted_for_all(teams: Mapping[str, Team], own: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Return whose quotas make up those of everybody: the topmost teams' and those of people in no team."""
	known = set(own)
	in_teams = {user for team in teams.values() for user in team.members}
	alone = {(kind, who) for kind, who in known if kind == PERSON and who not in in_teams}
	return alone.union(*(counted_for(name, teams, known) for name in topmost(teams)))


def overlaps(one: Quota, other: Quota) -> bool:
	"""Tell whether two quotas are for the same and meet in time."""
	same = (one.kind, one.who, one.company) == (other.kind, other.who, other.company)
	return same and one.first <= other.last and other.first <= one.last


def months_wanted(quotas: Iterable[Quota], periods: Iterable[Period]) -> dict[str, list[tuple[Quota, float]]]:
	"""Return for each month the quotas that have a share in it, with the share."""
	found: dict[str, list[tuple[Quota, float]]] = {period.key: [] for period in periods}
	for quota in quotas:
		for key, share in by_month(quota).items():
			if key in found:
				found[key].append((quota, share))
	return found
