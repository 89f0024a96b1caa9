"""Moves of deals on a real site: gates on every road, history, losses and reopening, and two people at once."""

import threading
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, today

from crm_plus.api import deals as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import press_again
from crm_plus.tests.factories_deals import changes, gated_pipeline
from crm_plus.workflows import deal_stages
from crm_plus.workflows.deal_stages import StageRuleNotMet


class TestMoves(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.pipeline = gated_pipeline()

	def stage(self, name: str) -> str:
		return f"{self.pipeline}-{name}"

	def deal(self, **values: Any) -> Document:
		return factories.make_deal(pipeline=self.pipeline, **values)

	def test_a_gate_holds_on_every_road(self) -> None:
		deal = self.deal(stage=self.stage("Gate"))
		roads = {
			"form": lambda: self.save(deal.name, stage=self.stage("Won")),
			"api": lambda: api.move(deal.name, self.stage("Won")),
			"rest": lambda: frappe.client.set_value("Deal", deal.name, "stage", self.stage("Won")),
			"bulk": lambda: frappe.client.bulk_update(
				frappe.as_json([{"doctype": "Deal", "docname": deal.name, "stage": self.stage("Won")}])
			),
		}
		for road, go in roads.items():
			with self.subTest(road):
				failed = self.failure_of(go)
				self.assertIn("fill Expected Close", failed)
				self.assertEqual(frappe.db.get_value("Deal", deal.name, "stage"), self.stage("Gate"))
		self.assertEqual(len(changes(deal.name)), 1)

	def save(self, name: str, **values: Any) -> None:
		doc = frappe.get_doc("Deal", name)
		doc.update(values)
		doc.save()

	def failure_of(self, go: Any) -> str:
		try:
			answer = go()
		except StageRuleNotMet as refusal:
			return str(refusal)
		return str(answer)

	def test_a_deal_moves_on_when_the_gate_is_met(self) -> None:
		deal = self.deal(stage=self.stage("Gate"), expected_close_date=today())
		deal_stages.move(deal, self.stage("Won"))
		self.assertEqual((deal.status, deal.probability), ("Won", 100))
		self.assertEqual(deal.closed_on, deal.stage_entered_on)

	def test_roles_may_enter(self) -> None:
		agent = factories.make_user("Sales User")
		deal = self.deal(expected_close_date=today(), deal_owner=agent.name)
		with self.as_user(agent.name):
			with self.assertRaises(StageRuleNotMet) as raised:
				api.move(deal.name, self.stage("Won"))
			self.assertIn("Only the role Sales Manager", str(raised.exception))
			moved = frappe.get_doc("Deal", deal.name)
			moved.flags.system_move = True
			deal_stages.move(
				moved, self.stage("Won"), cause="Order Submitted", cause_doctype="Sales Order", cause_name="X"
			)
		self.assertEqual(changes(deal.name)[-1].cause, "Order Submitted")

	def test_another_pipeline_asks_for_its_stage(self) -> None:
		deal = self.deal()
		deal.pipeline = "Renewals"
		with self.assertRaises(StageRuleNotMet) as raised:
			deal.save()
		said = frappe.utils.strip_html(str(raised.exception))
		self.assertEqual(said, f"Choose the stage that {deal.title} takes in pipeline Renewals.")
		deal.reload()
		deal.update({"pipeline": "Renewals", "stage": "Renewals-Contacted"})
		deal.save()
		self.assertEqual(changes(deal.name)[-1].pipeline, "Renewals")

	def test_every_visit_is_recorded_and_the_visits_add_up_to_the_age(self) -> None:
		start = now_datetime().replace(microsecond=0)
		deal = self.deal(stage_entered_on=add_days(start, -10))
		for days, name in ((-7, "Gate"), (-2, "New")):
			deal.flags.stage_moved_on = add_days(start, days)
			deal_stages.move(deal, self.stage(name))
		self.assertEqual([row.seconds_in_previous for row in changes(deal.name)], [0, 3 * 86400, 5 * 86400])
		before = now_datetime()
		visits = api.stage_history(deal.name)
		after = now_datetime()
		self.assertEqual([visit["stage_name"] for visit in visits], ["New", "Gate", "New"])
		least, most = ((now - visits[0]["entered_on"]).total_seconds() for now in (before, after))
		self.assertTrue(int(least) <= sum(visit["seconds"] for visit in visits) <= most)

	def test_saving_without_a_move_writes_no_history_and_keeps_the_clock(self) -> None:
		deal = self.deal(stage_entered_on=add_days(now_datetime(), -3))
		entered = deal.stage_entered_on
		deal.update(
			{"next_step": "Call", "stage_entered_on": now_datetime(), "status": "Won", "closed_on": today()}
		)
		deal.save()
		self.assertEqual((deal.stage_entered_on, deal.status, deal.closed_on), (entered, "Open", None))
		self.assertEqual(len(changes(deal.name)), 1)

	def test_a_loss_names_the_competitor_or_leaves_the_one_that_was_known(self) -> None:
		deal = self.deal(competitor="Alto Works")
		api.move(deal.name, self.stage("Lost"), lost_reason="Price")
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "competitor"), "Alto Works")
		api.reopen(deal.name)
		api.move(deal.name, self.stage("Lost"), lost_reason="Price", competitor="Nordwind Systems")
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "competitor"), "Nordwind Systems")

	def test_a_closed_deal_can_be_reopened_where_it_stood(self) -> None:
		deal = self.deal(stage=self.stage("Gate"))
		api.move(deal.name, self.stage("Lost"), lost_reason="Price", lost_detail="Too dear")
		api.reopen(deal.name, note="They called")
		deal.reload()
		self.assertEqual((deal.stage, deal.status), (self.stage("Gate"), "Open"))
		self.assertEqual((deal.closed_on, deal.lost_reason, deal.lost_detail), (None, None, None))
		lost, reopened = changes(deal.name)[-2:]
		self.assertEqual(
			(lost.note, reopened.cause, reopened.note), ("Price: Too dear", "Reopened", "They called")
		)

	def test_snoozing_needs_a_day_ahead_and_a_reason(self) -> None:
		deal = self.deal()
		self.assertRaises(frappe.ValidationError, api.snooze, deal.name, today(), "Holidays")
		self.assertRaises(frappe.ValidationError, api.snooze, deal.name, add_days(today(), 5), " ")
		api.snooze(deal.name, add_days(today(), 5), "Holidays")
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "snooze_reason"), "Holidays")
		api.unsnooze(deal.name)
		self.assertIsNone(frappe.db.get_value("Deal", deal.name, "snoozed_until"))

	def test_a_deleted_deal_takes_its_history_along(self) -> None:
		deal = self.deal()
		deal.delete()
		self.assertEqual(changes(deal.name), [])

	def test_who_may_not_write_a_deal_may_not_move_it(self) -> None:
		deal = self.deal()
		with self.as_user(factories.make_user("Accounts User").name):
			for call in (
				lambda: api.move(deal.name, self.stage("Gate")),
				lambda: api.snooze(deal.name, add_days(today(), 5), "x"),
				lambda: api.reopen(deal.name),
				lambda: api.stage_history(deal.name),
				lambda: api.make_quotation(deal.name),
			):
				self.assertRaises(frappe.PermissionError, call)


class TestTwoPeopleAtOnce(CRMPlusTestCase):
	def test_one_wins_and_the_other_is_told(self) -> None:
		"""Two connections read the deal, then both move it: one Stage Change, one refusal, as Frappe words it."""
		pipeline = factories.make_pipeline(("New", "Left", "Right", "Won", "Lost")).name
		deal = factories.make_deal(pipeline=pipeline)
		self.commit()
		both_have_read = threading.Barrier(2, timeout=120)
		outcomes: list[str] = []
		threads = [
			threading.Thread(
				target=mover,
				args=(frappe.local.site, deal.name, f"{pipeline}-{name}", both_have_read, outcomes),
			)
			for name in ("Left", "Right")
		]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join(timeout=300)
		frappe.db.rollback()  # see what the two have committed
		self.assertEqual(sorted(outcomes), ["TimestampMismatchError", "moved"])
		history = changes(deal.name)
		self.assertEqual(len(history), 2)
		self.assertEqual(history[-1].to_stage, frappe.db.get_value("Deal", deal.name, "stage"))

	def test_a_mover_with_an_old_page_is_told(self) -> None:
		deal = factories.make_deal()
		seen = str(deal.modified)
		api.move(deal.name, "Sales-Contacted", modified=seen)
		with self.assertRaises(frappe.TimestampMismatchError):
			api.move(deal.name, "Sales-Qualified", modified=seen)


def mover(site: str, deal: str, stage: str, both_have_read: threading.Barrier, outcomes: list[str]) -> None:
	"""Be one person on a connection of his own: read, wait for the other to have read, move, commit."""
	frappe.init(site=site)
	frappe.connect()
	try:
		doc = frappe.get_doc("Deal", deal)
		both_have_read.wait()
		press_again(lambda: deal_stages.move(doc, stage))
		frappe.db.commit()  # a person's request ends here
		outcomes.append("moved")
	except Exception as error:
		frappe.db.rollback()
		outcomes.append(type(error).__name__)
	finally:
		frappe.destroy()
