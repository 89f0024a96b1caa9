"""A manager who stands in the tree of teams is bound by it: he cannot change the tree so that it binds him no more."""

from collections.abc import Callable
from typing import Any

import frappe

from crm_plus.access import team_changes
from crm_plus.access.teams import sight_of
from crm_plus.api import hand_over
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import make_team, no_teams, show
from crm_plus.tests.test_visibility import sales_person

TEAM = "Revenue Team"


class TestTeamKeepers(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		names = ("Chief", "Manager", "Agent", "Stranger")
		people = [sales_person("Sales Manager", f"Keeper {name}") for name in names]
		self.chief, self.manager, self.agent, self.stranger = people
		self.top = make_team(leaders=[self.chief])
		self.own = make_team([self.agent], [self.manager], self.top)
		self.below = make_team(parent=self.own)
		self.other = make_team([self.stranger], parent=self.top)

	def change(self, team: str, how: Callable[[Any], Any]) -> None:
		"""Change a team as the bound manager."""
		with self.as_user(self.manager):
			doc = frappe.get_doc(TEAM, team)
			how(doc)
			doc.save()

	def refused(self, name: str, do: Callable[[], Any]) -> None:
		frappe.db.savepoint("before_team")
		with self.subTest(name), self.assertRaises(frappe.PermissionError), self.as_user(self.manager):
			do()
		frappe.db.rollback(save_point="before_team")
		self.assertFalse(sight_of(self.manager).all)

	def without_me(self, doc: Any) -> None:
		doc.members = [row for row in doc.members if row.user != self.manager]

	def no_leader(self, doc: Any) -> None:
		doc.members[-1].is_leader = 0

	def test_nobody_steps_out_of_what_binds_him(self) -> None:
		changes = {
			"out of the team": self.without_me,
			"no leader": self.no_leader,
			"a disabled team": lambda doc: doc.update({"disabled": 1}),
			"no parent": lambda doc: doc.update({"parent_revenue_team": None}),
			"a parent elsewhere": lambda doc: doc.update({"parent_revenue_team": self.other}),
			"a stranger": lambda doc: doc.append("members", {"user": self.stranger}),
		}
		for name, how in changes.items():
			self.refused(name, lambda how=how: self.change(self.own, how))
		member = {"user": self.manager, "is_leader": 1}
		for team in (self.top, self.other):
			self.refused(team, lambda team=team: self.change(team, lambda doc: doc.append("members", member)))
		self.refused("deleted", lambda: frappe.delete_doc(TEAM, self.own, force=True))
		self.refused("merged", lambda: frappe.rename_doc(TEAM, self.own, self.below, merge=True))
		self.refused("his own leave", lambda: hand_over.leave(self.manager, self.agent))
		for parent in (None, self.top):
			self.refused(f"a new team below {parent}", lambda parent=parent: make_team([], [], parent))

	def test_the_teams_below_are_the_managers_own_business(self) -> None:
		self.change(self.below, lambda doc: doc.append("members", {"user": self.agent, "is_leader": 1}))
		with self.as_user(self.manager):
			new = make_team([self.agent], parent=self.below)
			frappe.delete_doc(TEAM, new)
		self.change(self.own, lambda doc: doc.remove(doc.members[0]))
		self.assertFalse(frappe.db.exists("Revenue Team Member", {"parent": self.own, "user": self.agent}))

	def test_who_is_bound_by_nothing_changes_all(self) -> None:
		free = factories.make_user("Sales Manager").name
		with self.as_user(free):
			doc = frappe.get_doc(TEAM, self.own)
			self.without_me(doc)
			doc.append("members", {"user": self.stranger})
			doc.save()
		self.assertTrue(team_changes.may_change(doc, "write", "Administrator") in (None, True))
