"""The demo's reminders: when the engine is run, and that what it delivers rings then and is mailed to nobody."""

from datetime import datetime, time, timedelta

import frappe
from frappe.utils import getdate, now_datetime, nowdate

from crm_plus.rules.notices import IN_APP
from crm_plus.setup import demo_reminders
from crm_plus.setup.demo_world import Person
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import site_clock


class TestDemoReminders(CRMPlusTestCase):
	def test_the_engine_runs_on_working_days_of_a_year_that_have_been(self) -> None:
		moments = list(demo_reminders.moments())
		self.assertEqual(moments, sorted(set(moments)))
		self.assertTrue(all(at.weekday() < 5 and at <= now_datetime() for at in moments))
		self.assertGreater((moments[-1] - moments[0]).days, 340)
		# On a Monday morning, before the first of the week.
		self.assertGreaterEqual(len([at for at in moments if (now_datetime() - at).days < 10]), 5)

	def test_what_is_told_rings_when_it_was_due_and_nothing_is_mailed(self) -> None:
		user, today = factories.make_user("Sales User").name, getdate(nowdate())
		# As the demo's people, who are not mailed what Frappe itself would mail either.
		frappe.db.set_value("Notification Settings", user, "enable_email_notifications", 0)
		demo_reminders.choose_bells(Person("Agent", "Ada", user, ("Sales User",)))
		at = [moment for moment in demo_reminders.moments() if moment.date() < today][-1]
		due = datetime.combine(at.date(), time(8))
		frappe.flags.crm_plus_silent = True
		deal = factories.make_deal(deal_owner=user)
		task = factories.make("Follow Up", subject="Call", deal=deal.name, assigned_to=user, due_on=due)
		frappe.flags.crm_plus_silent = False
		self.commit()
		demo_reminders.plan(site_clock.moment(at - timedelta(days=1)))
		demo_reminders.deliver(at)
		bells = {"for_user": user, "document_name": task.name, "type": "Alert"}
		self.assertEqual(frappe.get_all("Notification Log", bells, pluck="creation"), [at])
		told = {"reference_name": task.name, "event": "follow_up_due"}
		fields = ["channel", "status", "sent_on"]
		self.assertEqual(
			frappe.get_all("Reminder Delivery", told, fields, as_list=True), ((IN_APP, "Sent", at),)
		)
		self.assertFalse(frappe.get_all("Email Queue", {"reference_name": task.name}))
