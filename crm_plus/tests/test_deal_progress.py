"""What deals keep of their history, and Stage Changes of their deals: the same as the history itself, on every road."""

import random
from typing import Any

import frappe

from crm_plus.jobs import deal_progress as job
from crm_plus.patches.v0_3 import deal_progress as patch
from crm_plus.rules.deal_stages import LOST
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import deal_progress, deal_stages, pipelines

NAMES = ("New", "Talking", "Offer", "Won", "Lost")
SEED, DEALS, STEPS = 11, 8, 14


def told_by_history(deal: str) -> tuple[Any, Any]:
	"""Return when a deal began and its furthest stage, by a walk through all its moves."""
	pipeline = frappe.db.get_value("Deal", deal, "pipeline")
	moves = frappe.get_all(
		"Stage Change",
		{"reference_doctype": "Deal", "reference_name": deal},
		["from_stage", "to_stage", "changed_on"],
		order_by="changed_on asc, creation asc",
	)
	furthest, place = None, -1
	for move in moves:
		where = ["pipeline", "outcome", "position"]
		stage = frappe.db.get_value("Pipeline Stage", move.to_stage, where, as_dict=True)
		if stage and stage.pipeline == pipeline and stage.outcome != LOST and stage.position > place:
			furthest, place = move.to_stage, stage.position
	return next((move.changed_on for move in moves if not move.from_stage), None), furthest


class ProgressCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.pipelines = [factories.make_pipeline(NAMES).name for _ in range(2)]
		self.reason = factories.make_lost_reason().name

	def deal(self, **values: Any) -> Any:
		pipeline = values.pop("pipeline", self.pipelines[0])
		return factories.make_deal(pipeline=pipeline, **values)

	def assert_in_step(self, *deals: str) -> None:
		for name in deals:
			deal = frappe.db.get_value(
				"Deal", name, ["began_on", "furthest_stage", *deal_progress.FACTS], as_dict=True
			)
			self.assertEqual((deal.began_on, deal.furthest_stage), told_by_history(name))
			kept = frappe.get_all("Stage Change", {"reference_name": name}, list(deal_progress.FACTS))
			self.assertTrue(kept)
			for move in kept:
				self.assertEqual(dict(move), {fact: deal[fact] for fact in deal_progress.FACTS})


class TestEveryRoad(ProgressCase):
	def test_random_histories(self) -> None:
		chance = random.Random(SEED)
		users = [factories.make_user("Sales User").name for _ in range(2)]
		sources = [*frappe.get_all("Customer Source", pluck="name", limit=2), None]
		names = [self.deal(pipeline=chance.choice(self.pipelines)).name for _ in range(DEALS)]
		for name in names:
			for _step in range(STEPS):
				self.step(chance, name, users, sources)
				self.assert_in_step(name)

	def step(self, chance: random.Random, name: str, users: list[str], sources: list[Any]) -> None:
		"""Let something happen to a deal, the way a person would do it."""
		deal = frappe.get_doc("Deal", name)
		what = chance.choice(("move", "move", "move", "owner", "source", "pipeline", "save"))
		if what == "pipeline":
			deal.pipeline = chance.choice(self.pipelines)
		if what in ("move", "pipeline"):
			deal.stage = f"{deal.pipeline}-{chance.choice(NAMES)}"
			deal.lost_reason = self.reason
		elif what == "owner":
			deal.deal_owner = chance.choice(users)
		elif what == "source":
			deal.source = chance.choice(sources)
		deal.save()

	def test_what_a_caller_says_of_it_is_not_believed(self) -> None:
		said = {"began_on": "2001-01-01 00:00:00", "furthest_stage": f"{self.pipelines[0]}-Won"}
		deal = self.deal(**said)
		self.assert_in_step(deal.name)
		deal.update(said)
		deal.save()
		self.assert_in_step(deal.name)

	def test_a_deal_that_was_lost_at_once_came_nowhere(self) -> None:
		deal = self.deal(stage=f"{self.pipelines[0]}-Lost", lost_reason=self.reason)
		self.assertFalse(deal.furthest_stage)
		self.assert_in_step(deal.name)

	def test_reopening_keeps_how_far_it_came(self) -> None:
		deal = self.deal()
		deal_stages.move(deal, f"{self.pipelines[0]}-Offer")
		deal.lost_reason = self.reason
		deal_stages.move(deal, f"{self.pipelines[0]}-Lost")
		deal_stages.reopen(deal, f"{self.pipelines[0]}-New")
		self.assertEqual(deal.furthest_stage, f"{self.pipelines[0]}-Offer")
		self.assert_in_step(deal.name)

	def test_a_user_or_a_source_of_another_name(self) -> None:
		source = factories.make("Customer Source", source_name=factories.unique("Source")).name
		deal = self.deal(source=source)
		deal_stages.move(deal, f"{self.pipelines[0]}-Offer")
		frappe.rename_doc("Customer Source", source, factories.unique("Other Source"))
		self.assert_in_step(deal.name)

	def test_who_comes_back_to_a_pipeline_has_come_as_far_as_before(self) -> None:
		deal = self.deal()
		for pipeline, stage in ((0, "Offer"), (1, "New"), (0, "Talking")):
			deal.pipeline, deal.stage = self.pipelines[pipeline], f"{self.pipelines[pipeline]}-{stage}"
			deal.save()
			self.assert_in_step(deal.name)
		self.assertEqual(deal.furthest_stage, f"{self.pipelines[0]}-Offer")

	def test_a_copy_begins_anew(self) -> None:
		deal = self.deal()
		deal_stages.move(deal, f"{self.pipelines[0]}-Offer")
		copy = frappe.copy_doc(deal)
		copy.stage = None
		copy.insert()
		self.assertEqual(copy.furthest_stage, f"{self.pipelines[0]}-New")
		self.assert_in_step(deal.name, copy.name)


class TestStagesThatChange(ProgressCase):
	def setUp(self) -> None:
		super().setUp()
		self.deals = [self.deal().name for _ in range(3)]
		for name in self.deals[:2]:
			for stage in ("Offer", "Talking"):
				deal_stages.move(frappe.get_doc("Deal", name), f"{self.pipelines[0]}-{stage}")
		frappe.db.commit()

	def furthest(self) -> list[str]:
		return [
			frappe.db.get_value("Deal", name, "furthest_stage").removeprefix(f"{self.pipelines[0]}-")
			for name in self.deals
		]

	def test_another_order(self) -> None:
		self.assertEqual(self.furthest(), ["Offer", "Offer", "New"])
		order = [f"{self.pipelines[0]}-{name}" for name in ("New", "Offer", "Talking", "Won", "Lost")]
		pipelines.reorder(self.pipelines[0], order)
		frappe.db.commit()
		self.assertEqual(self.furthest(), ["Talking", "Talking", "New"])
		self.assert_in_step(*self.deals)

	def test_what_no_worker_was_told_of_the_night_finds(self) -> None:
		place = {"position": 9}
		frappe.db.set_value("Pipeline Stage", f"{self.pipelines[0]}-Talking", place, update_modified=False)
		self.assertIn("crm_plus.jobs.deal_progress.run", frappe.get_hooks("scheduler_events")["daily_long"])
		frappe.get_attr("crm_plus.jobs.deal_progress.run")()
		self.assertEqual(self.furthest(), ["Talking", "Talking", "New"])
		self.assert_in_step(*self.deals)

	def test_a_stage_that_counts_no_more(self) -> None:
		stage = frappe.get_doc("Pipeline Stage", f"{self.pipelines[0]}-Offer")
		stage.outcome = LOST
		stage.save()
		frappe.db.commit()
		self.assertEqual(self.furthest(), ["Talking", "Talking", "New"])
		self.assert_in_step(*self.deals)

	def test_a_stage_that_is_deleted(self) -> None:
		frappe.delete_doc("Pipeline Stage", f"{self.pipelines[0]}-Offer")
		frappe.db.commit()
		self.assertEqual(self.furthest(), ["Talking", "Talking", "New"])
		self.assert_in_step(*self.deals)

	def test_a_stage_that_is_retired(self) -> None:
		stage = frappe.get_doc("Pipeline Stage", f"{self.pipelines[0]}-Talking")
		stage.update({"is_retired": 1, "successor": f"{self.pipelines[0]}-Offer"})
		stage.save()
		frappe.db.commit()
		frappe.get_attr("crm_plus.jobs.stage_retirement.run")(stage.name)
		self.assertEqual(self.furthest(), ["Offer", "Offer", "New"])
		self.assert_in_step(*self.deals)

	def test_a_site_from_before_is_filled(self) -> None:
		values = {"began_on": None, "furthest_stage": None}
		for name in self.deals:
			frappe.db.set_value("Deal", name, values, update_modified=False)
			frappe.db.set_value("Stage Change", {"reference_name": name}, dict.fromkeys(deal_progress.FACTS))
		# Of one nobody knows when it began: its first move came from somewhere.
		frappe.db.delete("Stage Change", {"reference_name": self.deals[0], "from_stage": ["is", "not set"]})
		stamps = frappe.get_all("Deal", {"name": ["in", self.deals]}, ["name", "modified"], order_by="name")
		frappe.db.add_index("Stage Change", ["reference_doctype", "from_stage"], index_name="left_stage")
		patch.execute()
		self.assert_in_step(*self.deals)
		self.assertFalse(frappe.db.has_index("tabStage Change", "left_stage"))
		after = frappe.get_all("Deal", {"name": ["in", self.deals]}, ["name", "modified"], order_by="name")
		self.assertEqual(stamps, after)
		self.assertEqual(job.run(self.pipelines[0]), 0)
		patch.execute()
