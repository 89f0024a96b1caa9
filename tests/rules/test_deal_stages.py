"""What a move may do: by example, and by properties that no pipeline may break."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import deal_stages as rules
from crm_plus.rules.deal_stages import Move, Problem, Stage

PIPELINE = "Sales"
FIELDS = ("source", "contact", "next_step")


def stage(name: str, position: int, outcome: str = "Open", **values: object) -> Stage:
	return Stage(name=name, stage_name=name, pipeline=PIPELINE, position=position, outcome=outcome, **values)


NEW = stage("New", 1)
QUALIFIED = stage("Qualified", 2, fields_to_leave=("source",))
PROPOSAL = stage("Proposal", 3, fields_to_enter=("expected_close_date",), requires_quotation=True)
DEALING = stage("Dealing", 4, roles=frozenset({"Sales Manager"}))
WON = stage("Won", 5, "Won")
LOST = stage("Lost", 6, "Lost")
STAGES = (NEW, QUALIFIED, PROPOSAL, DEALING, WON, LOST)


def move(start: Stage | None, end: Stage, *filled: str, **values: object) -> Move:
	facts = {"stages": STAGES, "filled": frozenset(filled), **values}
	return Move(pipeline=PIPELINE, from_stage=start, to_stage=end, **facts)


def codes(of: Move) -> list[str]:
	return [problem.code for problem in rules.problems(of)]


def test_a_step_without_rules_is_allowed() -> None:
	assert rules.problems(move(NEW, QUALIFIED)) == ()


def test_a_stage_of_another_pipeline_is_refused_whatever_else_holds() -> None:
	foreign = replace(WON, pipeline="Renewals")
	assert rules.problems(move(NEW, foreign)) == (Problem("other_pipeline", "Won"),)


def test_nothing_enters_a_retired_stage_and_what_stands_there_may_stay() -> None:
	retired = replace(QUALIFIED, is_retired=True)
	assert codes(move(NEW, retired)) == ["retired"]
	assert codes(move(None, retired)) == ["retired"]
	assert codes(move(retired, retired)) == []


def test_skipping_a_stage_does_not_skip_its_gate() -> None:
	assert rules.problems(move(NEW, WON)) == (Problem("missing_to_leave", "Qualified", ("source",)),)
	assert codes(move(NEW, WON, "source")) == []


def test_a_step_back_and_a_loss_pass_no_gate() -> None:
	assert codes(move(QUALIFIED, NEW)) == []
	assert codes(move(QUALIFIED, LOST, "lost_reason")) == []


def test_losing_and_reopening_further_on_cheats_no_gate() -> None:
	assert codes(move(LOST, DEALING, by_system=True)) == ["missing_to_leave"]
	assert codes(move(LOST, NEW)) == []


def test_coming_from_another_pipeline_cheats_no_gate() -> None:
	foreign = replace(NEW, name="Renewals-New", pipeline="Renewals", position=9)
	assert codes(move(foreign, WON)) == ["missing_to_leave"]


def test_a_creation_in_any_stage_meets_only_what_entering_demands() -> None:
	assert codes(move(None, WON)) == []
	assert codes(move(None, PROPOSAL)) == ["missing_to_enter", "no_quotation"]
	assert codes(move(None, PROPOSAL, "expected_close_date", has_quotation=True)) == []


def test_a_role_is_asked_of_people_only() -> None:
	assert rules.problems(move(PROPOSAL, DEALING)) == (Problem("role", "Dealing", ("Sales Manager",)),)
	assert codes(move(PROPOSAL, DEALING, roles=frozenset({"Sales Manager", "All"}))) == []
	assert codes(move(PROPOSAL, DEALING, by_system=True)) == []


def test_the_system_meets_the_fields_too() -> None:
	assert codes(move(NEW, PROPOSAL, by_system=True)) == [
		"missing_to_leave",
		"missing_to_enter",
		"no_quotation",
	]


def test_a_lost_deal_says_why_for_as_long_as_it_is_lost() -> None:
	assert codes(move(NEW, LOST)) == ["no_lost_reason"]
	assert codes(move(None, LOST)) == ["no_lost_reason"]
	assert codes(move(LOST, LOST)) == ["no_lost_reason"]
	assert codes(move(WON, WON)) == []


def test_the_fields_asked_are_those_that_decide() -> None:
	assert rules.fields_asked(move(NEW, PROPOSAL)) == {"source", "expected_close_date", "lost_reason"}
	assert rules.fields_asked(move(PROPOSAL, NEW)) == {"lost_reason"}


def test_a_probability_is_the_stages_unless_kept() -> None:
	half = replace(NEW, probability=50)
	assert rules.probability(half, 80, overridden=True) == 80
	assert rules.probability(half, 80, overridden=False) == 50
	assert rules.probability(half, None, overridden=True) == 0


def test_seconds_are_whole_and_never_negative() -> None:
	start = datetime(2026, 3, 1, 12)
	assert rules.seconds_spent(start, start + timedelta(days=2, seconds=3)) == 172803
	assert rules.seconds_spent(start, start - timedelta(days=1)) == 0
	assert rules.seconds_spent(None, start) == 0


def test_a_deal_rots_on_the_day_after_its_limit() -> None:
	week = replace(NEW, rots_after_days=7)
	entered = datetime(2026, 3, 1, 23, 59)
	assert not rules.is_rotten(week, entered, None, date(2026, 3, 8))
	assert rules.is_rotten(week, entered, None, date(2026, 3, 9))


def test_a_snooze_holds_until_its_day() -> None:
	week = replace(NEW, rots_after_days=7)
	entered, until = datetime(2026, 3, 1), date(2026, 4, 1)
	assert not rules.is_rotten(week, entered, until, date(2026, 3, 31))
	assert rules.is_rotten(week, entered, until, date(2026, 4, 1))


def test_what_never_rots() -> None:
	long_ago, today = datetime(2020, 1, 1), date(2026, 1, 1)
	assert not rules.is_rotten(replace(NEW, rots_after_days=0), long_ago, None, today)
	assert not rules.is_rotten(replace(WON, rots_after_days=7), long_ago, None, today)
	assert not rules.is_rotten(replace(NEW, rots_after_days=7), None, None, today)


def test_the_first_and_the_next_stage_are_in_use() -> None:
	retired = (replace(NEW, is_retired=True), *STAGES[1:])
	assert rules.first_stage(STAGES) == NEW
	assert rules.first_stage(retired) == QUALIFIED
	assert rules.first_stage([WON, LOST]) is None
	assert rules.next_stage(STAGES, "Dealing") == WON
	assert rules.next_stage(STAGES, "Won") is None
	assert rules.next_stage(STAGES, "unknown") is None


def test_successors_are_followed_and_circles_end() -> None:
	a, b = stage("A", 1, is_retired=True, successor="B"), stage("B", 2, is_retired=True, successor="C")
	c = stage("C", 3)
	assert rules.resolve_successor({"A": a, "B": b, "C": c}, "A") == c
	assert rules.resolve_successor({"A": a, "B": replace(b, successor="A")}, "A") is None
	assert rules.resolve_successor({"A": a}, "A") is None
	assert rules.resolve_successor({"C": c}, "C") == c


def test_missing_outcomes_count_stages_in_use() -> None:
	assert rules.missing_outcomes(STAGES) == ()
	assert rules.missing_outcomes([NEW, replace(WON, is_retired=True)]) == ("Won", "Lost")


def numbered(position: int, outcome: str, leave: frozenset[str]) -> Stage:
	return stage(f"S{position}", position, outcome, fields_to_leave=tuple(sorted(leave)))


gates = st.frozensets(st.sampled_from(FIELDS))
pipelines = st.lists(
	st.tuples(st.sampled_from(("Open", "Open", "Open", "Won")), gates), min_size=2, max_size=7
).map(lambda rows: [numbered(position, *row) for position, row in enumerate(rows)])


@given(pipelines, st.data())
def test_no_detour_reaches_what_the_direct_way_refuses(stages: list[Stage], data: st.DataObject) -> None:
	"""Whatever stages a deal visits on its way, and if it is lost between, its empty fields stop it at the same gates."""
	lost = stage("Lost", len(stages), "Lost")
	everything = [*stages, lost]
	filled = data.draw(gates) | {"lost_reason"}
	target = data.draw(st.sampled_from(stages))

	def allowed(start: Stage, end: Stage) -> bool:
		return not rules.problems(
			Move(
				pipeline=PIPELINE, stages=everything, from_stage=start, to_stage=end, filled=frozenset(filled)
			)
		)

	here = stages[0]
	for step in data.draw(st.lists(st.sampled_from(everything), max_size=6)):
		here = step if allowed(here, step) else here
	if (
		target.position > 0
		and here.outcome != "Lost"
		and here.position < target.position
		and allowed(here, target)
	):
		demanded = {
			name for one in stages[: target.position] if one.outcome == "Open" for name in one.fields_to_leave
		}
		assert demanded <= filled


@given(st.permutations(STAGES))
def test_the_order_of_reading_does_not_matter(stages: list[Stage]) -> None:
	assert rules.in_order(stages) == list(STAGES)
	assert rules.problems(move(NEW, WON, stages=stages)) == rules.problems(move(NEW, WON))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_the_visits_add_up_to_the_age(seconds: list[int]) -> None:
	start = datetime(2026, 1, 1)
	times = [start]
	for step in seconds:
		times.append(times[-1] + timedelta(seconds=step))
	spent = [rules.seconds_spent(before, after) for before, after in pairwise(times)]
	assert sum(spent) == (times[-1] - start).total_seconds()


def test_the_furthest_is_the_last_in_order_that_loses_nothing() -> None:
	assert rules.furthest(["Qualified", "New", "Lost", "Proposal", "New"], STAGES) == "Proposal"
	assert rules.furthest(["Lost"], STAGES) == ""
	assert rules.furthest([], STAGES) == ""
	assert rules.furthest(["Elsewhere", "New"], STAGES) == "New"
	turned = [replace(one, position=-one.position) for one in STAGES]
	assert rules.furthest(["Qualified", "New", "Proposal"], turned) == "New"


@given(st.lists(st.sampled_from([*(one.name for one in STAGES), "Elsewhere"])))
def test_the_furthest_so_far_is_all_that_need_be_remembered(names: list[str]) -> None:
	"""What a deal keeps of its past is enough to tell how far it came with its next move."""
	so_far = ""
	for name in names:
		so_far = rules.furthest([so_far, name], STAGES)
	assert so_far == rules.furthest(names, STAGES)
