"""A next step is a follow-up or a planned meeting: the deal, the customer and every place that asks say the same."""

from datetime import datetime
from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime

from crm_plus.jobs import follow_ups as jobs
from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up
from crm_plus.tests.factories_interactions import make_interaction
from crm_plus.tests.follow_up_case import FollowUpCase
from crm_plus.workflows import follow_ups, next_steps

MEETING = datetime(2031, 5, 5, 10)


class TestPlans(FollowUpCase):
	def plan(self, **values: Any) -> Any:
		plan = {"status": "Planned", "interaction_type": "Meeting", "starts_on": MEETING, **values}
		return make_interaction(**plan)

	def next_of(self, doctype: str, name: str) -> datetime | None:
		self.commit()
		return frappe.db.get_value(doctype, name, "next_follow_up_on")

	def test_a_planned_meeting_is_the_next_step_of_its_deal_its_customer_and_the_organization(self) -> None:
		organization = factories.make_profile().name
		person = factories.make_profile(profile_type="Person", organization=organization).name
		deal = factories.make_deal(customer_profile=person).name
		steps = (("Deal", deal), ("Customer Profile", person), ("Customer Profile", organization))
		plan = self.plan(deal=deal, customer_profile=person)
		self.assertEqual([self.next_of(*one) for one in steps], [MEETING] * 3)
		plan.reload().update({"starts_on": "2031-05-06 10:00:00"}).save()
		self.assertEqual({str(self.next_of(*one)) for one in steps}, {"2031-05-06 10:00:00"})
		early = make_follow_up(deal=deal, due_on="2031-05-01 10:00:00")
		self.assertEqual({self.next_of(*one) for one in steps}, {early.due_on})
		frappe.delete_doc("Follow Up", early.name)
		plan.reload().update({"status": "Cancelled"}).save()
		self.assertEqual({self.next_of(*one) for one in steps}, {None})
		second = self.plan(deal=deal, customer_profile=person)
		frappe.delete_doc("Interaction", second.name)
		self.assertEqual({self.next_of(*one) for one in steps}, {None})

	def test_the_nightly_job_finds_what_was_planned_past_the_documents(self) -> None:
		organization = factories.make_profile().name
		person = factories.make_profile(profile_type="Person", organization=organization).name
		deal = factories.make_deal(customer_profile=person).name
		plan = self.plan(deal=deal, customer_profile=person)
		self.commit()
		later = datetime(2032, 1, 1, 9)
		frappe.db.set_value("Interaction", plan.name, "starts_on", later)
		self.commit()
		self.assertIn(deal, next_steps.stale("Deal"))
		self.assertTrue({person, organization} <= set(next_steps.stale("Customer Profile")))
		jobs.catch_up()
		self.assertEqual(self.next_of("Deal", deal), later)
		self.assertEqual(next_steps.stale("Deal") + next_steps.stale("Customer Profile"), [])

	def test_closing_the_last_follow_up_asks_nothing_where_a_meeting_comes(self) -> None:
		deal = factories.make_deal().name
		self.plan(deal=deal, starts_on=add_to_date(now_datetime(), days=-1))
		one = make_follow_up(deal=deal)
		with self.assertRaises(follow_ups.NextStepNeeded):
			follow_ups.complete(one)
		self.plan(deal=deal)
		follow_ups.complete(one.reload())
		self.assertEqual(one.status, "Done")
