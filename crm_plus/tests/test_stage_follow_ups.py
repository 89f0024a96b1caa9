"""Standard follow-ups of stages: made once, in working days, in the transaction of the move."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import get_datetime, now_datetime

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_follow_ups import free_of_holidays, make_company_with_holidays
from crm_plus.workflows import deal_stages, follow_ups

CALL = {"subject": "Call about the proposal", "working_days": 3, "at_time": "10:30", "priority": "High"}


class TestStandardFollowUps(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		proposal = {
			"stage_name": "Proposal",
			"follow_ups": [CALL, {"subject": "Ask for the order", "working_days": 10}],
		}
		self.pipeline = factories.make_pipeline(("New", proposal, "Won", "Lost")).name
		self.addCleanup(free_of_holidays)
		days = [now_datetime().date() + timedelta(days=ahead) for ahead in (1, 2)]
		make_company_with_holidays(*days)
		self.deal = factories.make_deal(pipeline=self.pipeline)

	def made(self) -> list[frappe._dict]:
		fields = [
			"name",
			"subject",
			"due_on",
			"priority",
			"assigned_to",
			"customer_profile",
			"status",
			"stage",
		]
		return frappe.get_all("Follow Up", {"deal": self.deal.name}, fields, order_by="due_on")

	def move(self, stage: str) -> None:
		deal_stages.move(self.deal, f"{self.pipeline}-{stage}")

	def test_entering_the_stage_makes_them_for_the_owner_in_working_days(self) -> None:
		self.assertEqual(self.made(), [])
		self.move("Proposal")
		call, order = self.made()
		self.assertEqual(
			(call.subject, call.priority, call.assigned_to), (CALL["subject"], "High", self.deal.deal_owner)
		)
		self.assertEqual((call.customer_profile, call.stage), (self.deal.customer_profile, self.deal.stage))
		# Two holidays follow today: three working days are five days.
		expected = datetime.combine(now_datetime().date() + timedelta(days=5), datetime.min.time())
		self.assertEqual(get_datetime(call.due_on), expected.replace(hour=10, minute=30))
		self.assertEqual(order.due_on.hour, 9)

	def test_a_deal_that_goes_to_and_fro_gets_them_once(self) -> None:
		for stage in ("Proposal", "New", "Proposal"):
			self.move(stage)
		self.assertEqual(len(self.made()), 2)
		for row in self.made():
			follow_ups.complete(frappe.get_doc("Follow Up", row.name), no_next_reason="Done early")
		self.move("New")
		self.move("Proposal")
		self.assertEqual(len(self.made()), 2)

	def test_one_that_returns_after_their_time_gets_them_again(self) -> None:
		self.move("Proposal")
		call = self.made()[0].name
		follow_ups.complete(frappe.get_doc("Follow Up", call), no_next_reason="Reached")
		frappe.db.set_value("Follow Up", call, "due_on", now_datetime() - timedelta(days=1))
		self.move("New")
		self.move("Proposal")
		self.assertEqual(sorted(row.status for row in self.made()), ["Done", "Open", "Open"])

	def test_they_go_with_the_move_that_made_them(self) -> None:
		self.commit()
		self.move("Proposal")
		frappe.db.rollback()
		self.assertEqual(self.made(), [])
		self.assertEqual(frappe.db.get_value("Deal", self.deal.name, "stage"), f"{self.pipeline}-New")

	def test_history_that_is_brought_in_makes_none(self) -> None:
		self.deal.flags.stage_moved_on = now_datetime() - timedelta(days=300)
		self.move("Proposal")
		self.assertEqual(self.made(), [])

	def test_those_of_an_owner_who_cannot_work_on_them_go_to_the_customers_owner(self) -> None:
		keeper = factories.make_user("Sales User").name
		profile = frappe.get_doc("Customer Profile", self.deal.customer_profile)
		profile.update({"profile_owner": keeper}).save()
		outsider = factories.make_user("Employee").name
		frappe.db.set_value("Deal", self.deal.name, "deal_owner", outsider)
		self.deal.reload()
		self.move("Proposal")
		self.assertEqual([row.assigned_to for row in self.made()], [keeper, keeper])
