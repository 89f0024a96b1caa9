"""Pipelines and their stages: one default, nothing in use deleted, retirement with a successor."""

from typing import Any

import frappe

from crm_plus.api import deals as api
from crm_plus.jobs import stage_retirement as job
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import deal_stages, stage_retirement


class TestPipelines(CRMPlusTestCase):
	def refused(self, sentence: str, go: Any) -> None:
		with self.assertRaises(frappe.ValidationError) as raised:
			go()
		self.assertIn(sentence, str(raised.exception))

	def test_exactly_one_is_the_default(self) -> None:
		before = frappe.db.get_value("Pipeline", {"is_default": 1})
		pipeline = factories.make_pipeline(is_default=1)
		self.assertEqual(frappe.get_all("Pipeline", {"is_default": 1}, pluck="name"), [pipeline.name])
		pipeline.reload()
		pipeline.is_default = 0
		self.refused("mark another one as default", pipeline.save)
		pipeline.reload()
		pipeline.disabled = 1
		self.refused("cannot be disabled", pipeline.save)
		self.refused("cannot be deleted", pipeline.delete)
		old = frappe.get_doc("Pipeline", before)
		old.is_default = 1
		old.save()
		self.assertEqual(frappe.get_all("Pipeline", {"is_default": 1}, pluck="name"), [before])

	def test_one_with_deals_stays(self) -> None:
		pipeline = factories.make_pipeline()
		deal = factories.make_deal(pipeline=pipeline.name)
		self.refused("has deals; disable it instead", pipeline.delete)
		deal.update({"pipeline": "Renewals", "stage": "Renewals-Upcoming"})
		deal.save()
		pipeline.delete()
		self.assertEqual(frappe.get_all("Pipeline Stage", {"pipeline": pipeline.name}), [])

	def test_stages_of_the_same_name_never_mix(self) -> None:
		first, second = (
			factories.make_pipeline(("Talk", "Won", "Lost")),
			factories.make_pipeline(("Talk", "Won", "Lost")),
		)
		factories.make_deal(pipeline=first.name)
		self.assertEqual(frappe.db.count("Deal", {"stage": f"{first.name}-Talk"}), 1)
		self.assertEqual(frappe.db.count("Deal", {"stage": f"{second.name}-Talk"}), 0)

	def test_a_pipeline_that_cannot_lose_is_warned_of(self) -> None:
		pipeline = factories.make_pipeline(("New", "Won"))
		frappe.clear_messages()
		pipeline.reload()
		pipeline.save()
		self.assertIn("no stage with the outcome Lost", str(frappe.get_message_log()))

	def test_positions_are_filled_and_can_be_changed(self) -> None:
		pipeline = factories.make_pipeline()
		added = factories.make_stage(pipeline.name, "Afterwards")
		self.assertEqual(added.position, 5)
		names = [stage["name"] for stage in api.stages(pipeline.name)]
		api.reorder_stages(pipeline.name, [names[-1], *names[:-1]])
		self.assertEqual(api.stages(pipeline.name)[0]["name"], added.name)
		self.refused("have changed meanwhile", lambda: api.reorder_stages(pipeline.name, names[:-1]))
		with self.as_user(factories.make_user("Sales User").name):
			self.assertRaises(frappe.PermissionError, api.reorder_stages, pipeline.name, names)


class TestStages(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline(("New", "Old", "Next", "Won", "Lost")).name

	def stage(self, name: str) -> Any:
		return frappe.get_doc("Pipeline Stage", f"{self.pipeline}-{name}")

	def refused(self, sentence: str, go: Any) -> None:
		with self.assertRaises(frappe.ValidationError) as raised:
			go()
		self.assertIn(sentence, str(raised.exception))

	def test_names_are_unique_in_a_pipeline_and_short(self) -> None:
		self.refused("choose another name", lambda: factories.make_stage(self.pipeline, "new"))
		self.refused("1 to 60 characters", lambda: factories.make_stage(self.pipeline, "x" * 61))
		self.refused("at most 60", lambda: factories.make("Pipeline", pipeline_name="x" * 100))
		self.refused("at most 60", lambda: frappe.rename_doc("Pipeline", self.pipeline, "x" * 100))

	def test_a_renamed_stage_leaves_its_name_to_another(self) -> None:
		stage = self.stage("Old")
		stage.stage_name = "Older"
		stage.save()
		self.assertNotEqual(factories.make_stage(self.pipeline, "Old").name, stage.name)

	def test_only_fields_of_deals_are_demanded(self) -> None:
		stage = self.stage("Old")
		stage.append("required_fields", {"fieldname": "no_such_field"})
		self.refused("has no field", stage.save)

	def test_one_in_use_is_not_deleted_and_keeps_its_outcome(self) -> None:
		factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-Old")
		self.refused("retire it and choose a successor", self.stage("Old").delete)
		stage = self.stage("Old")
		stage.outcome = "Won"
		self.refused("retire this one", stage.save)
		self.stage("Next").delete()

	def test_a_successor_is_another_one_in_use_of_the_same_pipeline_and_outcome(self) -> None:
		for successor in (None, f"{self.pipeline}-Old", f"{self.pipeline}-Won", "Sales-New"):
			stage = self.stage("Old")
			stage.update({"is_retired": 1, "successor": successor})
			self.refused("Choose as successor", stage.save)

	def test_a_new_probability_reaches_the_open_deals_that_keep_none_of_their_own(self) -> None:
		follows = factories.make_deal(pipeline=self.pipeline)
		keeps = factories.make_deal(pipeline=self.pipeline, probability=12, probability_overridden=1)
		stage = self.stage("New")
		stage.probability = 33
		stage.save()
		self.assertEqual(frappe.db.get_value("Deal", follows.name, "probability"), 33)
		self.assertEqual(frappe.db.get_value("Deal", keeps.name, "probability"), 12)

	def retire(self, name: str, successor: str) -> None:
		stage = self.stage(name)
		stage.update({"is_retired": 1, "successor": f"{self.pipeline}-{successor}"})
		stage.save()

	def test_retiring_moves_the_open_deals_to_the_last_successor(self) -> None:
		"""Through a chain of two retired stages, past a gate of the heir, in more than one batch, closed deals excepted."""
		moved = [
			factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-Old").name for _ in range(5)
		]
		stays = factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-Won").name
		heir = self.stage("Next")
		heir.append("required_fields", {"fieldname": "next_step", "needed_to": "Enter"})
		heir.save()
		self.retire("New", "Next")
		stage = self.stage("Old")
		frappe.db.set_value(
			"Pipeline Stage", f"{self.pipeline}-Old", {"is_retired": 1, "successor": f"{self.pipeline}-New"}
		)
		job.BATCH, batch = 2, job.BATCH
		try:
			job.run(stage.name)
			job.run(stage.name)
		finally:
			job.BATCH = batch
		stages = frappe.get_all("Deal", {"name": ["in", moved]}, pluck="stage")
		self.assertEqual(stages, [heir.name] * 5)
		self.assertEqual(frappe.db.get_value("Deal", stays, "stage"), f"{self.pipeline}-Won")
		causes = frappe.get_all(
			"Stage Change",
			{"reference_name": ["in", moved], "cause": "Stage Retired"},
			["cause_name", "to_stage"],
		)
		self.assertEqual([(row.cause_name, row.to_stage) for row in causes], [(stage.name, heir.name)] * 5)

	def test_a_retired_won_stage_keeps_its_won_deals(self) -> None:
		won = factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-Won")
		factories.make_stage(self.pipeline, "Signed", outcome="Won")
		self.retire("Won", "Signed")
		job.run(f"{self.pipeline}-Won")
		self.assertEqual(frappe.db.get_value("Deal", won.name, "stage"), f"{self.pipeline}-Won")

	def test_one_deal_that_fails_does_not_stop_the_rest(self) -> None:
		broken, fine = (
			factories.make_deal(pipeline=self.pipeline, stage=f"{self.pipeline}-Old").name for _ in "ab"
		)
		frappe.db.set_value("Deal", broken, "customer_profile", "Nobody")
		self.retire("Old", "Next")
		job.run(f"{self.pipeline}-Old")
		self.assertEqual(frappe.db.get_value("Deal", fine, "stage"), f"{self.pipeline}-Next")
		self.assertEqual(frappe.db.get_value("Deal", broken, "stage"), f"{self.pipeline}-Old")
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": broken}))

	def test_retiring_arranges_for_the_job_after_the_commit(self) -> None:
		waiting = len(frappe.db.after_commit._functions)
		self.retire("Old", "Next")
		self.assertGreater(len(frappe.db.after_commit._functions), waiting)
		self.assertEqual(frappe.get_attr(stage_retirement.JOB), job.run)

	def test_nothing_enters_a_retired_stage(self) -> None:
		deal = factories.make_deal(pipeline=self.pipeline)
		self.retire("Old", "Next")
		with self.assertRaises(deal_stages.StageRuleNotMet) as raised:
			deal_stages.move(deal, f"{self.pipeline}-Old")
		self.assertIn("choose Next instead", str(raised.exception))
