"""The row rule against an oracle in plain Python, over random trees, owners, shares, assignments and User Permissions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import frappe
from hypothesis import HealthCheck, given, settings

from crm_plus.access.rows import readable_rows
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.factories_teams import assign, bare, make_team, no_teams, share, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.visibility_oracle import OWNER, ROLES, SETTING, Oracle, worlds


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
