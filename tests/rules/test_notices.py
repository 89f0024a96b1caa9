"""The catalogue of events, and what a user gets of it."""

import pytest

from crm_plus.rules import notices
from crm_plus.rules.notices import (
	AGENT,
	EMAIL,
	EVENTS,
	IN_APP,
	MANAGER,
	OTHER,
	TEAM,
	Choice,
	Preference,
)


def test_every_default_is_a_choice_that_one_may_make() -> None:
	for code in EVENTS:
		for kind in (MANAGER, AGENT, OTHER):
			assert notices.problem(code, notices.default_choice(code, kind)) == ""


def test_the_team_has_twins_that_share_the_kind() -> None:
	twins = [code for code in EVENTS if code.startswith(TEAM)]
	assert {"team_deal_won", "team_deal_lost", "team_bad_feedback", "team_deal_rotten"} <= set(twins)
	for code in twins:
		assert EVENTS[code].kind == EVENTS[EVENTS[code].own_code].kind
	assert notices.default_choice("team_follow_up_due", MANAGER).channels == frozenset()


@pytest.mark.parametrize(
	("roles", "kind"),
	[
		({"Sales User"}, AGENT),
		({"Sales User", "Sales Manager"}, MANAGER),
		({"Accounts User"}, OTHER),
		(set(), OTHER),
	],
)
def test_roles(roles: set[str], kind: str) -> None:
	assert notices.kind_of(roles) == kind


def test_a_choice_counts_before_the_default() -> None:
	none = Choice()
	preference = Preference("a", kind=AGENT, choices={"deal_won": none})
	assert notices.choice(preference, "deal_won") == none
	assert notices.choice(preference, "deal_assigned").channels == {IN_APP, EMAIL}
	assert notices.choice(Preference("b"), "deal_assigned").channels == {IN_APP}


def test_only_deviations_are_remembered() -> None:
	chosen = {code: notices.default_choice(code, AGENT) for code in EVENTS}
	chosen["deal_won"] = Choice(frozenset({EMAIL}))
	assert notices.deviations(chosen, AGENT) == {"deal_won": Choice(frozenset({EMAIL}))}


@pytest.mark.parametrize(
	("code", "choice", "problem"),
	[
		("nothing", Choice(), "event"),
		("deal_won", Choice(frozenset({"Pigeon"})), "channel"),
		("follow_up_due", Choice(notice=-1), "notice"),
		("follow_up_due", Choice(notice=10**9), "notice"),
		("close_date", Choice(notice=90), "days"),
		("close_date", Choice(notice=2880), ""),
	],
)
def test_bad_choices(code: str, choice: Choice, problem: str) -> None:
	assert notices.problem(code, choice) == problem


def test_who_leads_nobody_is_asked_nothing_about_a_team() -> None:
	assert not [code for code in notices.codes_for(False) if code.startswith(TEAM)]
	assert set(notices.codes_for(True)) == set(EVENTS)


def test_the_longest_notice_finds_what_the_most_careful_user_wants() -> None:
	careful = Preference("a", choices={"team_close_date": Choice(notice=14400)})
	assert notices.longest_notice("close_date", [careful]) == 14400
	assert notices.longest_notice("close_date", []) == EVENTS["close_date"].notice
