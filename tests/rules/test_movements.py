"""Every way of a deal has one name, and the waterfall ends where the pipeline does."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules import movements as rules
from crm_plus.rules.movements import Course, Day, movement, steps

HERE, AWAY, OUTSIDE, CLOSED = Day(True, True, True), Day(True, False, True), Day(True, True, False), Day()
days = st.builds(Day, st.booleans(), st.booleans(), st.booleans())
courses = st.builds(
	lambda then, now, change, later, born, fate: Course(then, now, change, later, born, fate),
	days,
	days,
	st.sampled_from((-10.0, 0.0, 10.0)),
	st.booleans(),
	st.booleans(),
	st.sampled_from(("Won", "Lost", "")),
)


@pytest.mark.parametrize(
	("course", "expected"),
	[
		(Course(CLOSED, HERE, born=True), "New"),
		(Course(CLOSED, HERE), "Reopened"),
		(Course(AWAY, HERE), "Moved Here"),
		(Course(OUTSIDE, HERE), "Pulled In"),
		(Course(OUTSIDE, HERE, later=True), "Slipped In"),
		(Course(HERE, HERE, change=5.0), "Grown"),
		(Course(HERE, HERE, change=-5.0), "Shrunk"),
		(Course(HERE, HERE), "Unchanged"),
		(Course(HERE, OUTSIDE, later=True), "Slipped"),
		(Course(HERE, OUTSIDE), "Brought Forward"),
		(Course(HERE, AWAY), "Moved Away"),
		(Course(HERE, CLOSED, fate="Won"), "Won"),
		(Course(HERE, CLOSED, fate="Lost"), "Lost"),
		(Course(HERE, CLOSED), "Gone"),
		(Course(OUTSIDE, AWAY), ""),
	],
)
def test_each_way(course: Course, expected: str) -> None:
	assert movement(course) == expected


@given(courses)
def test_a_deal_moves_in_one_way_only_where_it_counts(course: Course) -> None:
	found = movement(course)
	assert bool(found) == (course.then.counts() or course.now.counts())
	if not course.then.counts() and course.now.counts():
		assert found in rules.UPWARDS
	if course.then.counts() and not course.now.counts():
		assert found in rules.DOWNWARDS


@given(st.lists(st.tuples(courses, st.integers(0, 1000), st.integers(0, 1000)), max_size=30))
def test_the_start_and_all_movements_are_the_end(lives: list[tuple[Course, int, int]]) -> None:
	start = end = 0
	sums: dict[str, float] = defaultdict(float)
	for course, then, now in lives:
		before, after = then * course.then.counts(), now * course.now.counts()
		start, end = start + before, end + after
		one = Course(course.then, course.now, after - before, course.later, course.born, course.fate)
		sums[movement(one)] += after - before
	assert sums[""] == sums[rules.UNCHANGED] == 0
	bars = steps(start, [sums[name] for name in rules.MOVEMENTS])
	assert (bars[0].whole, bars[-1].whole) == (start, end)
	assert all(bar.base >= 0 for bar in bars)
	assert len(bars) == len(rules.MOVEMENTS) + 2
