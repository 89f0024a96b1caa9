"""Segments: who belongs to them, for whom, and what cannot be a condition."""

import json
from typing import Any

import frappe

from crm_plus.api import segments as api
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import unique
from crm_plus.tests.factories_outreach import make_people, make_segment
from crm_plus.tests.factories_teams import make_team, no_teams, show
from crm_plus.tests.request_case import user_with


class TestSegments(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mark = unique("Mark")
		self.marketer = user_with("Marketing User")

	def preview(self, conditions: Any, user: str = "") -> Any:
		with self.as_user(user or self.marketer):
			return api.preview(conditions)

	def test_it_counts_and_shows_the_first(self) -> None:
		people = make_people(12, self.mark)
		found = self.preview([["Customer Profile", "job_title", "=", self.mark, False]])
		self.assertEqual(found["count"], 12)
		self.assertEqual(len(found["first"]), 10)
		self.assertLessEqual({row.name for row in found["first"]}, {person.name for person in people})
		self.assertEqual(self.preview("[]")["count"], frappe.db.count("Customer Profile"))

	def test_each_counts_what_he_may_read(self) -> None:
		people = make_people(3, self.mark)
		no_teams()
		show("Private")
		agent, owner = user_with("Sales User"), user_with("Sales User", "Sales Manager")
		make_team([agent])
		make_team([self.marketer])
		for person, of in zip(people, (agent, None, None), strict=True):
			person.db_set("profile_owner", of)
		conditions = json.dumps([["job_title", "=", self.mark]])
		self.assertEqual(self.preview(conditions)["count"], 2)
		self.assertEqual(self.preview(conditions, "Administrator")["count"], 3)
		self.assertTrue(owner)
		with self.assertRaises(frappe.PermissionError):
			self.preview(conditions, agent)

	def test_no_condition_on_what_its_author_may_not_read(self) -> None:
		for field in ("email", "phone_reversed", "birthday"):
			with self.subTest(field), self.as_user(self.marketer):
				conditions = [[field, "like", "%1%"]]
				self.assertRaises(frappe.PermissionError, api.preview, conditions)
				self.assertRaises(frappe.PermissionError, make_segment, conditions=conditions)
		with self.as_user(self.marketer):
			make_segment(conditions=[["lifetime_value", ">", 1000]])

	def test_what_cannot_be_a_condition(self) -> None:
		for bad in (
			*(
				"{",
				"7",
				'{"job_title": "x"}',
				'["job_title"]',
				'[["job_title"]]',
				'[["job_title", "=", {"a": 1}]]',
			),
			*('[["social_links", "=", "x"]]', '[["nothing", "=", "x"]]', '[["Deal", "title", "=", "x"]]'),
			*(
				'[["job_title", "or 1=1 --", "x"]]',
				'[["name) or 1=1 --", "=", "x"]]',
				'[[["job_title"], "=", "x"]]',
			),
			*('[["creation", "Between", ["no", "date"]]]'),
			json.dumps([["job_title", "=", "x"]] * 51),
		):
			with self.subTest(bad):
				with self.assertRaises(frappe.ValidationError) as refused:
					self.preview(bad)
				self.assertNotIn("SQL", str(refused.exception))
				doc = frappe.get_doc({"doctype": "Segment", "segment_name": unique("Bad"), "conditions": bad})
				self.assertRaises(frappe.ValidationError, doc.insert)

	def test_a_value_is_only_a_value(self) -> None:
		people = make_people(1, "O'Neil % \\ \" ; --")
		found = self.preview([["job_title", "=", people[0].job_title], ["name", "=", people[0].name]])
		self.assertEqual(found["count"], 1)

	def test_the_widgets_other_ways(self) -> None:
		people = make_people(2, self.mark)
		names = [person.name for person in people]
		for more in (
			["name", "in", names],
			["name", "in", ", ".join(names)],
			["territory", "is", "not set"],
			["creation", "Between", ["2020-01-01", "2199-01-01"]],
			["creation", "Timespan", "last week"],
			["no_outreach", "=", 0],
		):
			with self.subTest(more):
				self.preview([["job_title", "=", self.mark], more])
