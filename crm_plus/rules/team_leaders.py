"""Who hears of what happens to the people of a team: those who lead it, or a team above it."""

from collections.abc import Iterable

from crm_plus.rules.visibility import Team


def leaders_of(user: str, teams: Iterable[Team]) -> list[str]:
	"""Return who leads a user's teams, or the nearest team above one that nobody else leads; without the user.

	A disabled team counts for nothing.
	"""
	known = [team for team in teams if not team.disabled]
	found: set[str] = set()
	for own in known:
		if user in own.members:
			found |= _nearest(user, own, known)
	return sorted(found)


def _nearest(user: str, own: Team, teams: list[Team]) -> set[str]:
	upwards = sorted(
		(team for team in teams if team.lft <= own.lft and own.rgt <= team.rgt), key=lambda team: -team.lft
	)
	for team in upwards:
		leaders = {member for member, leads in team.members.items() if leads and member != user}
		if leaders:
			return leaders
	return set()


def led_by(leader: str, teams: Iterable[Team]) -> list[str]:
	"""Return of whom a leader hears: those whose teams he leads, or stands above where nobody else leads them."""
	known = list(teams)
	members = {user for team in known for user in team.members}
	return sorted(user for user in members if leader in leaders_of(user, known))


def is_leader(user: str, teams: Iterable[Team]) -> bool:
	"""Tell whether a user leads any team."""
	return any(team.members.get(user) for team in teams if not team.disabled)
