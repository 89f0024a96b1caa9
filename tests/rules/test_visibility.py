"""Who sees whose records, against a plain walk through the tree."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.visibility import CHOICES, EVERYONE, PRIVATE, TEAM, Sight, Team, sight

PEOPLE = ["ann", "ben", "cem", "dea", "eva"]


@st.composite
def trees(draw):
	"""Random parents, members and disabled teams: {name: (parent, members, disabled)}."""
	size = draw(st.integers(1, 6))
	found = {}
	for number in range(size):
		parent = draw(st.sampled_from([None, *found])) if found else None
		members = draw(st.dictionaries(st.sampled_from(PEOPLE), st.booleans(), max_size=4))
		found[f"T{number}"] = (parent, members, draw(st.booleans()))
	return found


def as_teams(tree):
	"""Number the tree as a nested set."""
	found, count = [], 0

	def visit(name):
		nonlocal count
		count += 1
		left = count
		for child in [each for each, (parent, _members, _disabled) in tree.items() if parent == name]:
			visit(child)
		count += 1
		if name:
			found.append(Team(name, left, count, tree[name][1], tree[name][2]))

	visit(None)
	return found


def above(tree, name):
	"""Return a team and all that stand over it."""
	return [] if name is None else [name, *above(tree, tree[name][0])]


@given(trees(), st.sampled_from(PEOPLE))
def test_a_leader_sees_his_branch_and_a_member_his_team(tree, user):
	seen = sight(user, ["Sales User"], as_teams(tree))
	led = {name for name, (_parent, members, disabled) in tree.items() if members.get(user) and not disabled}
	own = {name for name, (_parent, members, disabled) in tree.items() if user in members and not disabled}
	assert not seen.all
	assert seen.led == {one for name in tree if led & set(above(tree, name)) for one in tree[name][1]}
	assert seen.mates == {one for name in own for one in tree[name][1]}


@given(trees(), st.sampled_from(PEOPLE), st.sampled_from(["Sales Manager", "Support Team", "Marketing User"]))
def test_who_works_with_everybody_sees_all_unless_he_has_a_place_in_the_tree(tree, user, role):
	has_place = any(user in members and not disabled for _parent, members, disabled in tree.values())
	assert sight(user, ["Sales User", role], as_teams(tree)).all is not has_place
	assert sight(user, [role, "System Manager"], as_teams(tree)).all


@given(st.frozensets(st.sampled_from(PEOPLE)), st.frozensets(st.sampled_from(PEOPLE)))
def test_each_choice_shows_no_less_than_the_one_before(led, mates):
	own = Sight(led=led, mates=mates)
	assert CHOICES == (PRIVATE, TEAM, EVERYONE)
	assert own.owners("ann", PRIVATE) == {"ann"} | led
	assert own.owners("ann", TEAM) == {"ann"} | led | mates
	assert own.owners("ann", EVERYONE) is None
	assert Sight(all=True).owners("ann", PRIVATE) is None
