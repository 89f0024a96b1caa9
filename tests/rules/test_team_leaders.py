"""Who hears of a team's deals."""

from crm_plus.rules.team_leaders import is_leader, leaders_of, led_by
from crm_plus.rules.visibility import Team

ALL = Team("All", 1, 8, {"boss": True})
NORTH = Team("North", 2, 3, {"nora": True, "nils": False})
SOUTH = Team("South", 4, 5, {"sam": False})
CLOSED = Team("Closed", 6, 7, {"carl": True, "sam": False}, disabled=True)
TEAMS = (ALL, NORTH, SOUTH, CLOSED)


def test_the_nearest_leader_hears_of_it() -> None:
	assert leaders_of("nils", TEAMS) == ["nora"]
	assert leaders_of("sam", TEAMS) == ["boss"]


def test_a_leader_s_own_deals_go_to_the_one_above() -> None:
	assert leaders_of("nora", TEAMS) == ["boss"]
	assert leaders_of("boss", TEAMS) == []


def test_who_is_in_no_team_has_no_leader() -> None:
	assert leaders_of("carl", TEAMS) == []
	assert leaders_of("nobody", TEAMS) == []


def test_who_leads() -> None:
	assert is_leader("nora", TEAMS)
	assert not is_leader("nils", TEAMS)
	assert not is_leader("carl", TEAMS)


def test_of_whom_a_leader_hears() -> None:
	assert led_by("nora", TEAMS) == ["nils"]
	assert led_by("boss", TEAMS) == ["nora", "sam"]
	assert led_by("carl", TEAMS) == led_by("nils", TEAMS) == []
