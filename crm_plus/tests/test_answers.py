"""When what came in was answered, kept on each interaction, against a look by hand after every change there can be."""

import random
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime, now_datetime

from crm_plus.jobs import capture
from crm_plus.patches.v0_3 import answers as patch
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import answers, interaction_times

FIELDS = ["name", "direction", "status", "starts_on", "answered_on", "customer_profile"]


class TestAnswers(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.kind = factories.make("Interaction Type", type_name=factories.unique("Way")).name
		self.profiles = [factories.make_profile().name for _ in range(2)]
		self.start = now_datetime().replace(microsecond=0) - timedelta(days=30)

	def say(self, hours: int, direction: str = "Incoming", profile: int = 0, **values: Any) -> Any:
		doc = factories.make(
			"Interaction",
			interaction_type=self.kind,
			subject=factories.unique("Talk"),
			customer_profile=self.profiles[profile],
			starts_on=self.start + timedelta(hours=hours),
			**{"direction": direction, "status": "Done", **values},
		)
		frappe.db.commit()
		return doc

	def save(self, doc: Any, **values: Any) -> Any:
		doc.reload()
		doc.update(values)
		doc.save()
		frappe.db.commit()
		return doc

	def answered(self, doc: Any) -> Any:
		return frappe.db.get_value("Interaction", doc.name, "answered_on")

	def assert_true(self) -> None:
		rows = frappe.get_all("Interaction", {"customer_profile": ["in", self.profiles]}, FIELDS, limit=0)
		for row in rows:
			later = [
				other.starts_on
				for other in rows
				if (other.direction, other.status) == ("Outgoing", "Done")
				and other.customer_profile == row.customer_profile
				and other.starts_on > row.starts_on
			]
			expected = min(later, default=None) if row.direction == "Incoming" else None
			self.assertEqual(row.answered_on, expected, row)

	def test_an_answer_answers_all_since_the_one_before_it(self) -> None:
		first, out = self.say(1), self.say(2, "Outgoing")
		waiting = [self.say(3), self.say(4, status="No Show")]
		self.assertEqual(self.answered(first), out.starts_on)
		self.assertIsNone(self.answered(waiting[0]))
		answer = self.say(5, "Outgoing")
		for doc in waiting:
			self.assertEqual(self.answered(doc), answer.starts_on)
		self.assertEqual(self.answered(first), out.starts_on)
		self.assert_true()

	def test_what_was_only_planned_or_said_to_another_is_no_answer(self) -> None:
		came = self.say(1)
		plan = self.say(24 * 40, "Outgoing", status="Planned")
		self.say(2, "Outgoing", profile=1)
		self.say(1, "Outgoing")
		self.assertIsNone(self.answered(came))
		self.save(plan, status="Done", starts_on=self.start + timedelta(hours=3))
		self.assertEqual(self.answered(came), self.start + timedelta(hours=3))
		self.assert_true()

	def test_an_answer_that_goes_moves_or_changes_hands_takes_along_what_it_answered(self) -> None:
		came, theirs = self.say(1), self.say(1, profile=1)
		near, far = self.say(2, "Outgoing"), self.say(9, "Outgoing")
		for change in (
			{"starts_on": self.start + timedelta(hours=5)},
			{"customer_profile": self.profiles[1]},
			{"direction": "Incoming"},
			{"direction": "Outgoing", "customer_profile": self.profiles[0]},
			{"status": "Cancelled"},
		):
			self.save(near, **change)
			self.assert_true()
		self.assertIsNone(self.answered(theirs))
		self.assertEqual(self.answered(came), far.starts_on)
		frappe.delete_doc("Interaction", far.name)
		frappe.db.commit()
		self.assertIsNone(self.answered(came))

	def test_a_form_that_was_open_meanwhile_forgets_no_answer(self) -> None:
		came = self.say(1)
		answer = self.say(2, "Outgoing")
		came.subject = "Saved from a form that knew of no answer"
		came.save()
		frappe.db.commit()
		self.assertEqual(self.answered(came), answer.starts_on)

	def test_many_changes_in_any_order(self) -> None:
		chance = random.Random(5)
		docs: list[Any] = []
		for _step in range(60):
			direction = chance.choice(("Incoming", "Outgoing"))
			hours, who = chance.randint(1, 40), chance.randint(0, 1)
			act = chance.random()
			if act < 0.5 or not docs:
				docs.append(self.say(hours, direction, who))
			elif act < 0.85:
				moment = self.start + timedelta(hours=hours)
				changed = {"starts_on": moment, "direction": direction}
				self.save(chance.choice(docs), customer_profile=self.profiles[who], **changed)
			else:
				frappe.delete_doc("Interaction", docs.pop(chance.randrange(len(docs))).name)
				frappe.db.commit()
			self.assert_true()

	def test_many_at_once_are_read_once_at_the_end(self) -> None:
		with interaction_times.together():
			docs = [self.say(hours) for hours in (1, 2, 3)]
			self.say(4, "Outgoing")
			self.assertIsNone(self.answered(docs[0]))
		self.assert_true()
		self.assertIsNotNone(self.answered(docs[0]))

	def test_two_customers_that_become_one(self) -> None:
		came, answer = self.say(1), self.say(2, "Outgoing", profile=1)
		frappe.rename_doc("Customer Profile", self.profiles[1], self.profiles[0], merge=True, force=True)
		frappe.db.commit()
		self.assertEqual(self.answered(came), answer.starts_on)

	def test_the_night_finds_what_a_killed_worker_left(self) -> None:
		came, answer = self.say(1), self.say(2, "Outgoing")
		self.forget(came)
		capture.refresh_times()
		self.assertEqual(self.answered(came), answer.starts_on)

	def test_the_patch_fills_what_is_there_and_the_index_holds_it(self) -> None:
		came, answer = self.say(1), self.say(2, "Outgoing")
		self.forget(came)
		patch.execute()
		self.assertEqual(self.answered(came), answer.starts_on)
		self.assertIn("answered_on", patch.indexed_columns())
		self.forget(came)
		answers.follow_all(self.profiles)
		self.assert_true()

	def test_a_save_asks_once_more(self) -> None:
		"""Nothing is written where nothing changed."""
		came = self.say(1)
		said = interaction_times.said_by(came)
		before = frappe.db.sql("show session status like 'Questions'")[0][1]
		answers.follow(self.profiles[0], said)
		asked = int(frappe.db.sql("show session status like 'Questions'")[0][1]) - int(before)
		self.assertEqual(asked, 2)
		self.assertEqual(get_datetime(came.starts_on), next(iter(said)).moment)

	def forget(self, doc: Any) -> None:
		"""Take the answer away past the document."""
		frappe.db.set_value("Interaction", doc.name, "answered_on", None, update_modified=False)
		frappe.db.commit()
		self.assertIsNone(self.answered(doc))
