"""Plans stand in Frappe's calendar, and what happens to them there happens to them here, without going round in circles."""

from functools import cache
from typing import Any

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime

from crm_plus.api import interactions as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import make_interaction, make_person
from crm_plus.workflows import capture, planned


@cache
def soon(days: int = 2) -> Any:
	"""Days from now, the same second however often a test asks."""
	return add_to_date(now_datetime(), days=days).replace(microsecond=0)


class TestPlanned(CRMPlusTestCase):
	def plan(self, **values: Any) -> Any:
		made = make_interaction(
			**{"interaction_type": "Meeting", "status": "Planned", "starts_on": soon(), **values}
		)
		self.settle(made)
		return made.reload()

	def settle(self, plan: Any, *, calendar_first: bool = False) -> None:
		"""Do what the workers would do, beginning with the side that changed; fail where they never agree."""
		for turn in range(6):
			self.commit()
			before = self.states(plan.name)
			event = frappe.db.get_value("Interaction", plan.name, "event")
			if event and (calendar_first or turn % 2):
				capture.capture("Event", event)
			else:
				planned.sync_all({plan.name: ""})
			calendar_first = False
			if turn > 2 and before == self.states(plan.name):
				return
		self.fail("plan and calendar never agree")

	def states(self, plan: str) -> Any:
		event = frappe.db.get_value("Interaction", plan, "event")
		return [
			frappe.db.get_value("Interaction", plan, ["modified", "starts_on", "status", "event"]),
			frappe.db.get_value("Event", event or "none", ["modified", "starts_on", "status"]),
		]

	def event(self, plan: Any) -> Any:
		return frappe.get_doc("Event", plan.event)

	def test_a_plan_gets_its_private_entry_with_its_people(self) -> None:
		owner, person = factories.make_user("Sales User").name, make_person()
		contact = frappe.db.get_value("Contact", {"email_id": person.email})
		plan = self.plan(
			interaction_owner=owner,
			customer_profile=person.name,
			contact=contact,
			duration=5400,
			subject="Show it",
		)
		event = self.event(plan)
		self.assertEqual((event.subject, event.event_type, event.owner), ("Show it", "Private", owner))
		self.assertEqual(event.event_category, "Meeting")
		self.assertEqual((event.ends_on - event.starts_on).total_seconds(), 5400)
		self.assertEqual([row.reference_docname for row in event.event_participants], [contact])
		self.assertEqual(frappe.db.count("Interaction", {"customer_profile": person.name}), 1)

	def test_who_has_no_address_takes_part_all_the_same(self) -> None:
		person = make_person(email=None, phone="+49 30 5550101")
		contact = factories.make("Contact", first_name=factories.unique("No Address")).name
		plan = self.plan(customer_profile=person.name, contact=contact)
		event = self.event(plan)
		[row] = event.event_participants
		self.assertEqual((row.reference_docname, row.email or ""), (contact, ""))
		bare = self.plan(customer_profile=make_person(email=None).name)
		self.assertEqual(len(self.event(bare).event_participants), 1)
		self.assertEqual(bare.reload().status, "Planned")

	def test_dragged_in_our_own_calendar_it_moves_there_too(self) -> None:
		plan = self.plan()
		api.reschedule(
			{"name": plan.name, "starts_on": str(soon(4)), "ends_on": str(add_to_date(soon(4), hours=3))}
		)
		self.settle(plan)
		event = self.event(plan.reload())
		self.assertEqual((event.starts_on, event.ends_on), (soon(4), add_to_date(soon(4), hours=3)))

	def test_an_owner_with_a_google_calendar_has_it_there(self) -> None:
		"""Google itself is not asked: Frappe's own listener on the Event does that, where the account is authorized."""
		owner = factories.make_user("Sales User").name
		calendar = frappe.get_doc(
			{"doctype": "Google Calendar", "calendar_name": factories.unique("Mine"), "user": owner}
			| {"enable": 1, "push_to_google_calendar": 1}
		)
		calendar.db_insert()
		frappe.db.set_single_value("Google Settings", "enable", 0)
		self.assertEqual(planned._google_calendar(owner), calendar.name)
		event = planned.new_event(
			make_interaction(interaction_owner=owner, starts_on=soon(), status="Planned")
		)
		self.assertEqual((event.sync_with_google_calendar, event.google_calendar), (1, calendar.name))
		other = planned.new_event(make_interaction(starts_on=soon(), status="Planned"))
		self.assertFalse(other.sync_with_google_calendar)

	def test_moving_it_here_moves_the_entry(self) -> None:
		plan = self.plan()
		plan.starts_on = soon(5)
		plan.save()
		self.settle(plan)
		self.assertEqual(self.event(plan.reload()).starts_on, get_datetime(plan.starts_on))

	def test_dragging_the_entry_moves_the_plan(self) -> None:
		plan = self.plan()
		event = self.event(plan)
		event.update({"starts_on": soon(7), "ends_on": add_to_date(soon(7), hours=2), "subject": "Renamed"})
		event.save()
		self.settle(plan, calendar_first=True)
		plan.reload()
		self.assertEqual(
			(get_datetime(plan.starts_on), plan.subject, plan.duration), (event.starts_on, "Renamed", 7200)
		)

	def test_calling_off_works_both_ways(self) -> None:
		here, there = self.plan(), self.plan()
		here.status = "Cancelled"
		here.save()
		self.settle(here)
		self.assertEqual(self.event(here.reload()).status, "Cancelled")
		event = self.event(there)
		event.status = "Cancelled"
		event.save()
		self.settle(there, calendar_first=True)
		self.assertEqual(there.reload().status, "Cancelled")

	def test_deleting_works_both_ways(self) -> None:
		here, there = self.plan(), self.plan()
		event = here.event
		frappe.delete_doc("Interaction", here.name)
		self.commit()
		planned.sync_all({here.name: event})
		self.assertFalse(frappe.db.exists("Event", event))
		gone = there.event
		frappe.delete_doc("Event", gone)
		self.commit()
		capture.capture("Event", gone)
		there.reload()
		self.assertEqual((there.status, there.event), ("Cancelled", None))

	def test_frappe_closing_the_entry_after_its_day_says_nothing(self) -> None:
		plan = self.plan()
		frappe.db.set_value("Event", plan.event, "status", "Closed")
		self.settle(plan)
		self.assertEqual(plan.reload().status, "Planned")

	def test_what_is_done_or_captured_gets_no_entry(self) -> None:
		done = make_interaction()
		self.settle(done)
		self.assertIsNone(done.reload().event)
