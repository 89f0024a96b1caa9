"""The row rule against an oracle in plain Python, over random trees, owners, shares, assignments and User Permissions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import frappe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_plus.access.rows import readable_rows
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.factories_teams import assign, bare, make_team, no_teams, share, show
from crm_plus.tests.request_case import user_with

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


class VisibilityCase(CRMPlusTestCase):
	"""Builds worlds, and takes them away again."""

	users: ClassVar[list[str]]

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.users = [sales_person(role, number) for number, role in enumerate(ROLES)]
		cls.companies = [factories.company(), factories.make_company2()]
		group = frappe.get_all("Territory", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
		cls.lands = [
			factories.make("Territory", territory_name=factories.unique("Land"), parent_territory=group).name
			for _ in range(2)
		]
		frappe.db.commit()

	@contextmanager
	def built(self, world: dict[str, Any]) -> Iterator[dict[str, list[str]]]:
		"""Build a world, hand out the names of its records by their kind, and take it away."""
		frappe.set_user("Administrator")
		try:
			yield self.build(world)
		finally:
			frappe.set_user("Administrator")
			frappe.db.rollback()
			for user in self.users:
				frappe.clear_cache(user=user)

	def build(self, world: dict[str, Any]) -> dict[str, list[str]]:
		no_teams()
		use_settings(**{SETTING[kind]: choice for kind, choice in world["choices"].items()})
		teams: list[str] = []
		for parent, disabled, members in world["teams"]:
			rows = {leads: [self.users[one] for one in members if members[one] == leads] for leads in (0, 1)}
			above = None if parent is None else teams[parent]
			teams.append(make_team(rows[0], rows[1], above, disabled=int(disabled)))
		names = self.records(world)
		for kind, number, person in world["shares"]:
			share(kind, names[kind][number], self.users[person])
		for kind, number, person in world["assignments"]:
			assign(kind, names[kind][number], self.users[person])
		self.bind(world["bound_to_territory"], "Territory", self.lands[0])
		self.bind(world["bound_to_company"], "Company", self.companies[0])
		return names

	def bind(self, person: int | None, allow: str, value: str) -> None:
		if person is not None:
			factories.make("User Permission", user=self.users[person], allow=allow, for_value=value)

	def records(self, world: dict[str, Any]) -> dict[str, list[str]]:
		names: dict[str, list[str]] = {}
		for kind in OWNER:
			names[kind] = []
			for number, (owner, profile, deal) in enumerate(world["records"][kind]):
				values = {OWNER[kind]: None if owner is None else self.users[owner]}
				if kind == "Customer Profile":
					land = world["territories"][number]
					values["territory"] = None if land is None else self.lands[land]
				else:
					values["customer_profile"] = (
						None if profile is None else names["Customer Profile"][profile]
					)
				if kind == "Deal":
					values["company"] = self.companies[world["companies"][number]]
				elif deal is not None:
					values["deal"] = names["Deal"][deal]
				names[kind].append(bare(kind, **values).name)
		return names


class TestVisibility(VisibilityCase):
	@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
	@given(worlds())
	def test_lists_and_single_records_show_what_the_oracle_says(self, world: dict[str, Any]) -> None:
		with self.built(world) as names:
			oracle = Oracle(world)
			for person, user in enumerate(self.users):
				for kind in OWNER:
					expected = {
						name for number, name in enumerate(names[kind]) if oracle.sees(person, kind, number)
					}
					self.compare(user, kind, names[kind], expected)

	def compare(self, user: str, kind: str, names: list[str], expected: set[str]) -> None:
		table = frappe.qb.DocType(kind)
		with self.as_user(user):
			listed = frappe.get_list(kind, {"name": ["in", names]}, pluck="name")
			opened = {name for name in names if frappe.has_permission(kind, "read", doc=name)}
			query = frappe.qb.from_(table).select(table.name).where(table.name.isin(names))
			readable = query.where(readable_rows(kind)).run(pluck=True)
		self.assertEqual(set(listed), expected, (user, kind))
		self.assertEqual(opened, expected, (user, kind))
		self.assertEqual(set(readable), expected, (user, kind))


def sales_person(role: str, number: int | str) -> str:
	"""Return the user of a number with one role."""
	email = f"team-{frappe.scrub(str(number))}@example.com"
	if not frappe.db.exists("User", email):
		rows = [{"role": role}]
		factories.make("User", email=email, first_name=f"Team {number}", send_welcome_email=0, roles=rows)
	return email


class TestWhatARuleMustNotAllow(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.mine, self.theirs = sales_person("Sales User", 0), sales_person("Sales User", 1)
		self.deal = factories.make_deal(deal_owner=self.theirs)

	def test_nobody_takes_a_record_by_saying_that_it_is_his(self) -> None:
		with self.as_user(self.mine):
			taken = frappe.get_doc("Deal", self.deal.name)
			taken.deal_owner = self.mine
			with self.assertRaises(frappe.PermissionError):
				taken.save()

	def test_a_share_gives_no_more_than_it_says(self) -> None:
		share("Deal", self.deal.name, self.mine)
		with self.as_user(self.mine):
			self.assertTrue(frappe.has_permission("Deal", "read", self.deal.name))
			self.assertFalse(frappe.has_permission("Deal", "write", self.deal.name))
			self.assertFalse(frappe.has_permission("Deal", "delete", self.deal.name))

	def test_a_finished_assignment_shows_nothing(self) -> None:
		assign("Deal", self.deal.name, self.mine, status="Closed")
		with self.as_user(self.mine):
			self.assertFalse(frappe.has_permission("Deal", "read", self.deal.name))

	def test_who_sells_to_a_customer_sees_him_and_may_promise_him_something(self) -> None:
		profile = factories.make_profile(profile_owner=self.mine).name
		promise = {"subject": "Call", "due_on": "2090-01-01 10:00:00", "customer_profile": profile}
		with self.as_user(self.theirs), self.assertRaises(frappe.PermissionError):
			factories.make("Follow Up", **promise)
		deal = factories.make_deal(customer_profile=profile, deal_owner=self.theirs)
		with self.as_user(self.theirs):
			self.assertTrue(frappe.has_permission("Customer Profile", "read", profile))
			self.assertTrue(factories.make("Follow Up", **promise).name)
		deal.db_set("deal_owner", self.mine)
		with self.as_user(self.theirs):
			self.assertFalse(frappe.get_list("Customer Profile", {"name": profile}))

	def test_who_is_assigned_the_deal_may_name_its_customer_with_it_and_no_other(self) -> None:
		profile = factories.make_profile(profile_owner=self.mine).name
		deal = factories.make_deal(customer_profile=profile, deal_owner=self.mine).name
		assign("Deal", deal, self.theirs)
		promise = {"subject": "Call", "due_on": "2090-01-01 10:00:00", "customer_profile": profile}
		with self.as_user(self.theirs):
			self.assertFalse(frappe.has_permission("Customer Profile", "read", profile))
			self.assertTrue(factories.make("Follow Up", **promise, deal=deal).name)
			logged = {"interaction_type": "Call", "subject": "Called", "customer_profile": profile}
			self.assertTrue(factories.make("Interaction", **logged, deal=deal).name)
			with self.assertRaises(frappe.PermissionError):
				factories.make("Follow Up", **promise)
		with self.as_user(sales_person("Sales User", 2)), self.assertRaises(frappe.PermissionError):
			factories.make("Follow Up", **promise, deal=deal)

	def test_without_a_choice_everybody_sees_everything(self) -> None:
		show("Everyone")
		with self.as_user(self.mine):
			self.assertTrue(frappe.get_list("Deal", {"name": self.deal.name}))

	def test_a_manager_without_a_place_in_the_tree_sees_all_and_one_with_a_place_his_branch(self) -> None:
		manager = user_with("Sales Manager")
		with self.as_user(manager):
			self.assertTrue(frappe.get_list("Deal", {"name": self.deal.name}))
		top = make_team(leaders=[manager])
		with self.as_user(manager):
			self.assertFalse(frappe.get_list("Deal", {"name": self.deal.name}))
		make_team([self.theirs], parent=top)
		with self.as_user(manager):
			self.assertTrue(frappe.get_list("Deal", {"name": self.deal.name}))
