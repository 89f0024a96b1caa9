"""Who sees whose records: the tree of teams, and what a site's settings call common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

PRIVATE, TEAM, EVERYONE = "Private", "Team", "Everyone"
CHOICES = (PRIVATE, TEAM, EVERYONE)

UNLIMITED_ROLES = frozenset({"Administrator", "System Manager"})
# Their work is with every customer: only who stands in the tree of teams is bound by it.
ROLES_OVER_ALL = frozenset({"Sales Manager", "Support Team", "Marketing User"})


@dataclass(frozen=True)
class Team:
	"""One team of the tree: a nested set, whose members lead it (True) or not."""

	name: str
	lft: int
	rgt: int
	members: Mapping[str, bool] = field(default_factory=dict)
	disabled: bool = False


@dataclass(frozen=True)
class Sight:
	"""Whose records a user sees: all, those of the people he leads, and those of his team mates where that is common."""

	all: bool = False
	led: frozenset[str] = frozenset()
	mates: frozenset[str] = frozenset()

	def owners(self, user: str, choice: str) -> frozenset[str] | None:
		"""Return whose records the user sees under a site's choice; None means everybody's, nobody's included."""
		if self.all or choice == EVERYONE:
			return None
		return self.led | {user} | (self.mates if choice == TEAM else frozenset())


def sight(user: str, roles: Iterable[str], teams: Iterable[Team]) -> Sight:
	"""Return whose records a user sees.

	A leader sees his whole branch, disabled teams in it included, so that nobody's records are lost. A disabled team
	itself gives its people nothing.
	"""
	roles, teams = set(roles), list(teams)
	own = [team for team in teams if user in team.members and not team.disabled]
	if roles & UNLIMITED_ROLES or (roles & ROLES_OVER_ALL and not own):
		return Sight(all=True)
	led = [team for team in own if team.members[user]]
	branch = [team for team in teams if any(top.lft <= team.lft and team.rgt <= top.rgt for top in led)]
	return Sight(led=_people(branch), mates=_people(own))


def _people(teams: Iterable[Team]) -> frozenset[str]:
	return frozenset(user for team in teams for user in team.members)
