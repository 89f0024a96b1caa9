"""What colleagues named after a person: tags, and the conditions of segments."""

import json
from typing import Any

import frappe

from crm_plus.rules.segments import NOBODY
from crm_plus.tests import factories
from crm_plus.tests.factories_interactions import make_person
from crm_plus.tests.test_personal_data_numbers import NumbersCase
from crm_plus.workflows import segments


class TestWords(NumbersCase):
	def test_tags_that_are_his_name_address_or_number_go_from_everything(self) -> None:
		deal = factories.make_deal()
		named = [self.name, self.person.email, f"+49{self.number}"]
		for tag in (*named, "boats"):
			deal.add_tag(tag)
		self.erase()
		self.assertEqual(frappe.get_all("Tag", {"name": ["in", named]}), [])
		links = frappe.get_all("Tag Link", {"document_name": deal.name}, pluck="tag")
		self.assertEqual((links, self.tags_of(deal)), (["boats"], ["boats"]))

	def test_the_tag_of_a_namesake_stays_until_he_is_erased_too(self) -> None:
		other = make_person(full_name=self.name)
		deal = factories.make_deal()
		deal.add_tag(self.name)
		self.erase()
		self.assertEqual(self.tags_of(deal), [self.name])
		self.person = other
		self.erase()
		self.assertFalse(frappe.db.exists("Tag", self.name))

	def tags_of(self, deal: Any) -> list[str]:
		"""Return what a record's list shows; version 15 begins the text with a comma."""
		return [tag for tag in frappe.db.get_value("Deal", deal.name, "_user_tags").split(",") if tag]

	def segment(self, *conditions: list[Any]) -> Any:
		name = factories.unique("Segment")
		return factories.make("Segment", segment_name=name, conditions=json.dumps(conditions))

	def test_segments_ask_for_nobody_in_his_place(self) -> None:
		by_name = self.segment(["full_name", "like", f"%{self.name}%"])
		by_address = self.segment(["email", "in", [self.person.email, "bob@x.example"]])
		by_number = self.segment(["phone", "=", f"0049 {self.number}"], ["profile_type", "=", "Person"])
		untouched = self.segment(["profile_type", "=", "Person"])
		by_name.description = f"{self.name} alone"
		by_name.conditions = json.dumps([["full_name", "=", self.name]])
		by_name.save(ignore_version=False)
		self.assertEqual(segments.members(by_name.name, "Administrator"), [self.person.name])
		before = untouched.conditions
		self.erase()
		said = "".join(self.left(one) for one in (by_name, by_address, by_number))
		for word in (self.name, self.person.email, self.number):
			self.assertNotIn(word, said)
		for one in (by_name, by_number):
			self.assertEqual(segments.members(one.name, "Administrator"), [])
		self.assertEqual(
			json.loads(by_address.reload().conditions), [["email", "in", [NOBODY, "bob@x.example"]]]
		)
		self.assertEqual(untouched.reload().conditions, before)
