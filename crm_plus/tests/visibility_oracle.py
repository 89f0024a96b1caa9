"""Random worlds of teams and records, and who sees what of them by plain Python."""

from typing import Any

from hypothesis import strategies as st

OWNER = {
	"Customer Profile": "profile_owner",
	"Deal": "deal_owner",
	"Interaction": "interaction_owner",
	"Follow Up": "assigned_to",
}
SETTING = {
	"Customer Profile": "profile_visibility",
	"Deal": "deal_visibility",
	"Interaction": "interaction_visibility",
	"Follow Up": "follow_up_visibility",
}
CHOICES = ("Private", "Team", "Everyone")
ROLES = ("Sales User", "Sales User", "Sales User", "Sales Manager", "Support Team")
PEOPLE = range(len(ROLES))
owners = st.sampled_from([None, *PEOPLE])


@st.composite
def worlds(draw: Any) -> dict[str, Any]:
	"""Teams as (parent, disabled, {person: leads}), records as (owner, profile, deal), and who was given what."""
	teams = []
	for number in range(draw(st.integers(0, 4))):
		parent = draw(st.sampled_from([None, *range(number)]))
		members = draw(st.dictionaries(st.sampled_from(PEOPLE), st.booleans(), max_size=3))
		teams.append((parent, draw(st.integers(0, 4)) == 0, members))
	some = st.sampled_from([None, 0, 1, 2])
	record = {
		"Customer Profile": st.tuples(owners, st.none(), st.none()),
		"Deal": st.tuples(owners, st.sampled_from([0, 1, 2]), st.none()),
		"Interaction": st.tuples(owners, some, some),
		"Follow Up": st.tuples(owners, some, some),
	}
	given_away = st.lists(
		st.tuples(st.sampled_from([*OWNER]), st.sampled_from([0, 1, 2]), st.sampled_from(PEOPLE)), max_size=4
	)
	return {
		"teams": teams,
		"records": {kind: draw(st.lists(one, min_size=3, max_size=3)) for kind, one in record.items()},
		"choices": {kind: draw(st.sampled_from(CHOICES)) for kind in OWNER},
		"shares": draw(given_away),
		"assignments": draw(given_away),
		"territories": draw(st.lists(st.sampled_from([None, 0, 1]), min_size=3, max_size=3)),
		"companies": draw(st.lists(st.sampled_from([0, 1]), min_size=3, max_size=3)),
		"bound_to_territory": draw(st.none() | st.sampled_from(PEOPLE)),
		"bound_to_company": draw(st.none() | st.sampled_from(PEOPLE)),
	}


class Oracle:
	"""Says who sees what by walking through the world, one record at a time."""

	def __init__(self, world: dict[str, Any]) -> None:
		self.world = world

	def sees(self, person: int, kind: str, number: int) -> bool:
		if (kind, number, person) in self.world["shares"]:
			return True
		return self.permitted(person, kind, number) and self.in_sight(person, kind, number)

	def permitted(self, person: int, kind: str, number: int) -> bool:
		_owner, profile, deal = self.world["records"][kind][number]
		if kind == "Customer Profile":
			elsewhere = self.world["territories"][number] == 1
			return not (elsewhere and person == self.world["bound_to_territory"])
		if kind == "Deal" and (self.world["companies"][number], person) == (
			1,
			self.world["bound_to_company"],
		):
			return False
		named = (("Customer Profile", profile), ("Deal", deal))
		return all(one is None or self.permitted(person, each, one) for each, one in named)

	def in_sight(self, person: int, kind: str, number: int) -> bool:
		if self.sees_all(person) or (kind, number, person) in self.world["assignments"]:
			return True
		owner, profile, deal = self.world["records"][kind][number]
		if owner == person or owner in self.led(person):
			return True
		if kind == "Customer Profile" and self.sells_to(person, number):
			return True
		choice = self.world["choices"][kind]
		common = owner is None or choice == "Everyone" or (choice == "Team" and owner in self.mates(person))
		if not common or kind in ("Deal", "Customer Profile"):
			return common
		if deal is not None:
			return self.sees(person, "Deal", deal)
		return profile is None or self.sees(person, "Customer Profile", profile)

	def sells_to(self, person: int, number: int) -> bool:
		deals = self.world["records"]["Deal"]
		return any(
			owner in {person, *self.led(person)} for owner, profile, _deal in deals if profile == number
		)

	def own_teams(self, person: int) -> list[int]:
		return [at for at, (_up, off, who) in enumerate(self.world["teams"]) if person in who and not off]

	def sees_all(self, person: int) -> bool:
		return ROLES[person] in ("Sales Manager", "Support Team") and not self.own_teams(person)

	def mates(self, person: int) -> set[int]:
		return {one for at in self.own_teams(person) for one in self.world["teams"][at][2]}

	def led(self, person: int) -> set[int]:
		top = {at for at in self.own_teams(person) if self.world["teams"][at][2][person]}
		return {
			one for at, team in enumerate(self.world["teams"]) if top & set(self.above(at)) for one in team[2]
		}

	def above(self, at: int | None) -> list[int]:
		return [] if at is None else [at, *self.above(self.world["teams"][at][0])]
