"""A user who moves to another time zone, leaves or comes back: the reminders follow (overrides.user.on_update)."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime
from frappe.utils.background_jobs import get_job

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_reminders import make_follow_up, make_person, prefer
from crm_plus.tests.factories_teams import make_team
from crm_plus.workflows.remindables import forget_teams


def job_of(user: str) -> Any:
	return get_job(f"crm_plus_reminders_of::{user}")


class TestUsersClock(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		# Has no preference of their own: nothing but the user can have queued the job.
		self.person = factories.make_user("Sales User", time_zone="Asia/Tokyo").name
		now = now_datetime()
		monday = now + timedelta(days=14 - now.weekday())
		self.due = monday.replace(hour=21, minute=30, second=0, microsecond=0)
		self.task = make_follow_up(self.person, self.due)

	def save(self, **values: Any) -> None:
		frappe.get_doc("User", self.person).update(values).save()
		self.commit()

	def work(self, user: str = "", task: Any = None) -> datetime | None:
		"""Do what the worker does with the job that was queued, and return when the follow-up is looked at."""
		job = job_of(user or self.person)
		frappe.get_attr(job.kwargs["method"])(**job.kwargs["kwargs"])
		job.delete()
		return (task or self.task).reload().remind_on

	def test_another_time_zone_moves_what_is_open(self) -> None:
		before = self.task.remind_on
		self.save(time_zone="America/New_York")
		after = self.work()
		self.assertNotEqual(after, before)
		self.assertEqual(after, make_follow_up(self.person, self.due).remind_on)

	def test_a_leaders_time_zone_moves_what_his_people_have_open(self) -> None:
		leader = make_person(
			choices={"team_follow_up_due": {"in_app": 1}},
			time_zone="Asia/Tokyo",
			quiet_from="20:00",
			quiet_to="07:00",
		)
		prefer(self.person, {"follow_up_due": {}})  # so that the leader's clock alone decides
		make_team([self.person], [leader])
		forget_teams()
		asleep = make_follow_up(self.person, self.due)
		before = asleep.remind_on
		self.commit()
		job = job_of(leader)
		if job:
			job.delete()  # of his preference
		frappe.get_doc("User", leader).update({"time_zone": "America/New_York"}).save()
		self.commit()
		after = self.work(leader, asleep)
		self.assertNotEqual(after, before)
		self.assertEqual(after, make_follow_up(self.person, self.due).remind_on)

	def test_who_left_is_not_reminded_and_who_comes_back_is(self) -> None:
		before = self.task.remind_on
		self.save(enabled=0)
		self.assertIsNone(self.work())
		self.save(enabled=1)
		self.assertEqual(self.work(), before)

	def test_other_changes_queue_nothing(self) -> None:
		self.save(first_name="Another")
		self.assertIsNone(job_of(self.person))
