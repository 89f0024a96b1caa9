"""Teams filled from ERPNext's Sales Persons and employees: seen first, once, and nothing of somebody's hand is lost."""

from typing import Any

import frappe

from crm_plus.api import teams as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import make_team, no_teams, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person


class TestFilling(CRMPlusTestCase):
	"""A tree of Sales Persons (a top with a North below) that two agents and their boss stand in."""

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		frappe.db.delete("Sales Person")
		frappe.db.set_value("Employee", {"name": ["like", "%"]}, "user_id", None)
		self.boss, self.agent, self.other = (sales_person("Sales User", f"fill {at}") for at in range(3))
		self.boss_employee = self.employee("Boss", self.boss)
		self.people = [
			self.employee("Agent", self.agent, self.boss_employee),
			self.employee("Other", self.other, self.boss_employee),
		]
		self.top = self.person("Top", is_group=1)
		self.north = self.person("North", self.top, is_group=1)
		self.sellers = [
			self.person(f"Seller {at}", self.north, employee=name) for at, name in enumerate(self.people)
		]

	def employee(self, first_name: str, user: str | None = None, manager: str | None = None) -> str:
		gender = frappe.get_all("Gender", pluck="name", limit=1)[0]
		return factories.make(
			"Employee",
			**{"first_name": factories.unique(first_name), "company": factories.company(), "gender": gender},
			**{"date_of_birth": "1990-01-01", "date_of_joining": "2020-01-01", "status": "Active"},
			**{"user_id": user, "reports_to": manager, "create_user_permission": 0},
		).name

	def person(self, name: str, parent: str | None = None, **values: Any) -> str:
		doc = frappe.get_doc(
			{"doctype": "Sales Person", "sales_person_name": factories.unique(name), "enabled": 1, **values}
		)
		doc.parent_sales_person = parent
		doc.flags.ignore_mandatory = True
		doc.insert()
		return doc.name

	def fill(self, **values: Any) -> dict[str, int]:
		return api.fill(api.preview()["seen"], **values)

	def members(self, team: str) -> dict[str, bool]:
		rows = frappe.get_all("Revenue Team Member", {"parent": team}, ["user", "is_leader"])
		return {row.user: bool(row.is_leader) for row in rows}

	def test_what_is_shown_is_what_is_done_and_then_there_is_nothing_left(self) -> None:
		shown = api.preview()
		self.assertEqual(frappe.db.count("Revenue Team"), 0, "looking writes nothing")
		self.assertEqual([team["title"] for team in shown["teams"]], [self.top, self.north])
		self.assertEqual(self.fill(), {"teams": 2, "people": 3, "taken_out": 0})
		self.assertEqual(self.members(self.north), {self.agent: False, self.other: False, self.boss: True})
		self.assertEqual(frappe.db.get_value("Revenue Team", self.north, "parent_revenue_team"), self.top)
		before = frappe.get_all("Version", {"ref_doctype": "Revenue Team"}, pluck="name")
		self.assertEqual(self.fill(), {"teams": 0, "people": 0, "taken_out": 0})
		self.assertEqual(frappe.get_all("Version", {"ref_doctype": "Revenue Team"}, pluck="name"), before)

	def test_the_leader_sees_his_branch_at_once(self) -> None:
		deal = factories.make_deal(deal_owner=self.agent).name
		with self.as_user(self.boss):
			self.assertFalse(frappe.has_permission("Deal", "read", doc=deal))
		self.fill()
		with self.as_user(self.boss):
			self.assertTrue(frappe.has_permission("Deal", "read", doc=deal))
		with self.as_user(self.other):
			self.assertFalse(frappe.has_permission("Deal", "read", doc=deal))

	def test_what_somebody_did_by_hand_stays_and_is_said(self) -> None:
		stranger = user_with("Sales User")
		by_hand = make_team([stranger], [self.other])
		make_team([stranger], parent=by_hand, team_name=self.north)
		shown = {team["title"]: team for team in api.preview()["teams"]}[self.north]
		self.assertEqual([one["user"] for one in shown["beyond"]], [stranger])
		self.assertEqual(shown["stands_below"], by_hand)
		self.fill()
		self.assertIn(stranger, self.members(self.north))
		self.assertEqual(self.members(by_hand), {stranger: False, self.other: True})
		self.assertEqual(frappe.db.get_value("Revenue Team", self.north, "parent_revenue_team"), by_hand)
		self.assertEqual(self.fill(take_out=True)["taken_out"], 1)
		self.assertNotIn(stranger, self.members(self.north))
		self.assertIn(stranger, self.members(by_hand))

	def test_a_team_that_was_renamed_is_filled_where_it_is(self) -> None:
		self.fill()
		frappe.rename_doc("Revenue Team", self.north, f"{self.north} Sea", force=True)
		self.person("New", self.north, employee=self.employee("New", sales_person("Sales User", "fill 3")))
		self.assertEqual(self.fill(), {"teams": 0, "people": 1, "taken_out": 0})
		self.assertIn(sales_person("Sales User", "fill 3"), self.members(f"{self.north} Sea"))

	def test_who_has_no_user_or_no_work_with_deals_is_named(self) -> None:
		without = self.person("Without", self.north, employee=self.employee("Nobody"))
		elsewhere = self.person("Stock", self.north, employee=self.employee("Stock", user_with("Stock User")))
		free = self.person("Free", self.north)
		said = {row["person"]: row["why"] for row in api.preview()["left_out"]}
		self.assertIn("no active user", said[without])
		self.assertIn("no active user", said[elsewhere])
		self.assertEqual(said[free], "no employee")
		self.fill()
		self.assertEqual(len(self.members(self.north)), 3)

	def test_without_records_one_sentence_says_so(self) -> None:
		frappe.db.delete("Sales Person")
		frappe.db.set_value("Employee", {"name": ["like", "%"]}, "user_id", None)
		shown = api.preview()
		self.assertEqual((shown["teams"], shown["left_out"]), ([], []))
		self.assertIn("link employees to users first", shown["message"])
		self.assertEqual(self.fill(), {"teams": 0, "people": 0, "taken_out": 0})

	def test_without_sales_persons_those_who_report_to_one_are_a_team(self) -> None:
		frappe.db.delete("Sales Person")
		(team,) = api.preview()["teams"]
		self.assertEqual({one["user"]: one["leads"] for one in team["added"]}[self.boss], True)
		self.fill()
		self.assertEqual(self.members(team["title"])[self.agent], False)

	def test_what_changed_meanwhile_is_looked_at_again(self) -> None:
		seen = api.preview()["seen"]
		self.person("Late", self.north, employee=self.employee("Late", sales_person("Sales User", "fill 3")))
		with self.assertRaisesRegex(frappe.ValidationError, "look at the preview again"):
			api.fill(seen)
		self.assertEqual(frappe.db.count("Revenue Team"), 0)

	def test_agents_do_not_fill_teams(self) -> None:
		for function in (api.preview, lambda: api.fill("x")):
			with self.as_user(self.agent), self.assertRaises(frappe.PermissionError):
				function()
