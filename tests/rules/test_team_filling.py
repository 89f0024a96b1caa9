"""Teams of the records: a person's place, who leads, and that a second run has nothing to do."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.team_filling import (
	LEFT,
	NO_EMPLOYEE,
	NO_USER,
	Change,
	Employee,
	Seller,
	Team,
	changes,
	left_out,
	teams_of,
)

ANNA, BEN, CARL, DORA = (Employee(f"E{at}", name, f"{name}@x") for at, name in enumerate("abcd"))


def book(*people: Employee) -> dict[str, Employee]:
	return {one.name: one for one in people}


def sellers(*more: Seller) -> list[Seller]:
	return [Seller("Sales", is_group=True), Seller("North", "Sales", is_group=True), *more]


def applied(found: list[Change], existing: list[Team], names: dict[str, str]) -> list[Team]:
	"""Do what is to be done, as the site does."""
	teams = {team.title: team for team in existing}
	for change in found:
		if change.is_new:
			teams[change.title] = Team(change.key, change.title, change.parent)
		names[change.title] = change.key
		teams[change.title].members |= {**change.added, **dict.fromkeys(change.made_leaders, True)}
	return list(teams.values())


def test_groups_are_teams_and_their_own_person_leads() -> None:
	leading = Seller("North", "Sales", is_group=True, employee="E1")
	tree = [
		Seller("Sales", is_group=True),
		leading,
		Seller("a", "North", employee="E0"),
		Seller("c", "Sales", employee="E2"),
	]
	top, north = teams_of(tree, book(ANNA, BEN, CARL))
	assert (top.title, top.parent, top.members) == ("Sales", "", {"c@x": False})
	assert (north.title, north.parent) == ("North", "Sales Person: Sales")
	assert north.members == {"a@x": False, "b@x": True}


def test_a_team_nobody_leads_gets_the_one_they_all_report_to() -> None:
	people = book(
		Employee("E0", "a", "a@x", manager="E3"), Employee("E1", "b", "b@x", manager="E3"), CARL, DORA
	)
	tree = sellers(Seller("a", "North", employee="E0"), Seller("b", "North", employee="E1"))
	_top, north = teams_of(tree, people)
	assert north.members == {"a@x": False, "b@x": False, "d@x": True}
	people["E1"] = Employee("E1", "b", "b@x", manager="E2")
	assert not any(teams_of(tree, people)[1].members.values()), "they report to two"


def test_a_manager_who_stands_in_the_team_leads_it() -> None:
	people = book(
		Employee("E0", "a", "a@x", manager="E1"), Employee("E1", "b", "b@x", manager="E3"), CARL, DORA
	)
	tree = sellers(Seller("a", "North", employee="E0"), Seller("b", "North", employee="E1"))
	assert teams_of(tree, people)[1].members == {"a@x": False, "b@x": True}


def test_who_gets_no_place_is_said() -> None:
	tree = sellers(
		Seller("a", "North", employee="E0"),
		Seller("b", "North"),
		Seller("c", "North", employee="E2"),
		Seller("d", "North", employee="E3"),
		Seller("off", "North", employee="E0", enabled=False),
	)
	people = book(ANNA, Employee("E2", "c"), Employee("E3", "d", "d@x", is_active=False))
	said = [("b", NO_EMPLOYEE), ("c", NO_USER), ("d", LEFT), ("off", LEFT)]
	assert left_out(tree, people) == said
	assert [team.members for team in teams_of(tree, people)] == [{}, {"a@x": False}]


def test_teams_without_anybody_are_none() -> None:
	tree = sellers(Seller("South", "Sales", is_group=True), Seller("a", "North", employee="E0"))
	assert [team.title for team in teams_of(tree, book(ANNA))] == ["Sales", "North"]
	assert teams_of(sellers(), book(CARL)) == []


def test_without_sales_persons_those_who_report_to_one_are_a_team() -> None:
	people = book(
		Employee("E0", "a", "a@x", manager="E1"),
		Employee("E1", "b", "b@x", manager="E3"),
		Employee("E2", "c", manager="E1"),
		DORA,
	)
	top, below = teams_of(sellers(), people)
	assert (top.title, top.members) == ("d", {"d@x": True, "b@x": False})
	assert (below.parent, below.members) == (top.key, {"b@x": True, "a@x": False})


def test_who_reports_in_a_circle_hangs_nothing_up() -> None:
	people = book(Employee("E0", "a", "a@x", manager="E1"), Employee("E1", "b", "b@x", manager="E0"))
	assert {team.title for team in teams_of([], people)} == {"a", "b"}


def test_what_was_done_by_hand_stays_and_is_said() -> None:
	tree = sellers(Seller("a", "North", employee="E0"), Seller("b", "North", employee="E1"))
	by_hand = [Team("", "North", "Elsewhere", {"z@x": True, "a@x": True})]
	_top, north = changes(teams_of(tree, book(ANNA, BEN)), by_hand, {})
	assert (north.is_new, north.added, north.beyond) == (False, {"b@x": False}, ("z@x",))
	assert (north.stands_below, north.made_leaders) == ("Elsewhere", ())


def test_a_team_that_got_another_name_is_found_again() -> None:
	tree = sellers(Seller("a", "North", employee="E0"))
	wanted = teams_of(tree, book(ANNA))
	names = {"Everybody": "Sales Person: Sales", "Up There": "Sales Person: North"}
	there = [Team("", "Everybody"), Team("", "Up There", "Everybody", {"a@x": False})]
	assert [change.does_something() for change in changes(wanted, there, names)] == [False, False]


def test_a_name_that_another_filled_team_has_is_not_taken_away_from_it() -> None:
	wanted = [Team("Employee: E1", "North", members={"a@x": False})]
	(change,) = changes(wanted, [Team("", "North")], {"North": "Sales Person: North"})
	assert (change.is_new, change.title) == (True, "North (Employee: E1)")


names_of_people = st.sampled_from(["", *(f"E{at}" for at in range(6))])


@st.composite
def records(draw: st.DrawFn) -> tuple[list[Seller], dict[str, Employee]]:
	"""Trees of Sales Persons and employees as they come, circles of managers included."""
	people = {}
	for at in range(6):
		user = draw(st.sampled_from(["", f"u{at}@x"]))
		manager, active = draw(names_of_people), draw(st.booleans())
		people[f"E{at}"] = Employee(f"E{at}", f"Label {at}", user, manager, active)
	tree: list[Seller] = []
	for at in range(draw(st.integers(0, 8))):
		parent = draw(st.sampled_from(["", *(one.name for one in tree if one.is_group)]))
		tree.append(Seller(f"S{at}", parent, draw(st.booleans()), draw(names_of_people), draw(st.booleans())))
	return tree, people


@given(records())
def test_nobody_without_a_user_is_in_a_team_and_a_second_run_does_nothing(
	given_records: tuple[list[Seller], dict[str, Employee]],
) -> None:
	tree, people = given_records
	wanted = teams_of(tree, people)
	assert not [team for team in wanted if "" in team.members]
	assert all(
		not team.parent or team.parent in [one.key for one in wanted[:at]] for at, team in enumerate(wanted)
	)
	names: dict[str, str] = {}
	made = applied(changes(wanted, [], names), [], names)
	again = changes(teams_of(tree, people), made, names)
	assert not [change for change in again if change.does_something() or change.beyond]
	assert not [change for change in again if change.stands_below is not None]
