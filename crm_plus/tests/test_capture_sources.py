"""Meetings, tickets, calls and appointments become interactions, and follow what becomes of them."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_event, make_mail, make_person, profiles_of
from crm_plus.workflows import capture


class TestEvents(CRMPlusTestCase):
	def test_a_meeting_with_people_of_two_customers(self) -> None:
		one, two = make_person(), factories.make_profile()
		contact = frappe.db.get_value("Contact", {"email_id": one.email})
		event = make_event(with_=[("Contact", contact), ("Customer Profile", two.name)])
		made = captured(event)
		self.assertEqual(profiles_of(made), {one.name, two.name})
		self.assertEqual((made.interaction_type, made.status, made.duration), ("Meeting", "Done", 3600))
		# What Frappe writes for each participant of an Event is the same meeting.
		for name in frappe.get_all(
			"Communication", {"reference_doctype": "Event", "reference_name": event.name}, pluck="name"
		):
			self.assertIsNone(captured(frappe.get_doc("Communication", name)))

	def test_it_follows_the_calendar(self) -> None:
		deal = factories.make_deal()
		event = make_event(starts_on=add_to_date(now_datetime(), days=2), with_=[("Deal", deal.name)])
		made = captured(event)
		self.assertEqual((made.status, made.deal), ("Planned", deal.name))
		later = add_to_date(now_datetime(), days=3).replace(microsecond=0)
		event.reload()
		event.update({"starts_on": later, "ends_on": add_to_date(later, hours=2), "status": "Cancelled"})
		event.save()
		made = captured(event)
		self.assertEqual(
			(made.status, made.duration, get_datetime(made.starts_on)), ("Cancelled", 7200, later)
		)
		frappe.delete_doc("Event", event.name)
		self.assertIsNone(captured(event))

	def test_each_time_of_one_that_repeats_is_an_interaction(self) -> None:
		# In the morning: an hour later is the same day.
		first = add_to_date(now_datetime(), days=-15).replace(hour=9, minute=0, second=0, microsecond=0)
		person = make_person()
		weekly = {"repeat_this_event": 1, "repeat_on": "Weekly", first.strftime("%A").lower(): 1}
		event = make_event(starts_on=first, with_=[("Customer Profile", person.name)], **weekly)
		times = [(0, "Done"), (7, "Done"), (14, "Done"), (21, "Planned")]
		for _again in range(2):
			self.assertEqual(captured(event).status, "Planned")
			self.assertEqual(self.times_of(event), [(first + timedelta(days=day), s) for day, s in times])
		# Somebody moves the series by an hour: what was stays, what comes follows.
		event.reload()
		later = timedelta(hours=1)
		event.update({"starts_on": first + later, "ends_on": first + 2 * later})
		event.save()
		captured(event)
		self.assertEqual(self.times_of(event)[-1], (first + timedelta(days=21) + later, "Planned"))
		self.assertEqual(len(self.times_of(event)), 4)
		kept = frappe.get_doc("Interaction", {"source_name": event.name, "starts_on": first})
		kept.summary = "They want two"
		kept.save()
		frappe.delete_doc("Event", event.name)
		captured(event)
		self.assertEqual(self.times_of(event), [])
		self.assertEqual(frappe.db.get_value("Interaction", kept.name, "summary"), "They want two")

	def test_the_calendar_is_asked_once_for_each_time(self) -> None:
		first = add_to_date(now_datetime(), days=-15).replace(hour=9, minute=0, second=0, microsecond=0)
		weekly = {"repeat_this_event": 1, "repeat_on": "Weekly", first.strftime("%A").lower(): 1}
		event = make_event(starts_on=first, with_=[("Customer Profile", make_person().name)], **weekly)
		with self.count_queries() as queries:
			captured(event)
		asked = [query for query in queries if "repeat_till" in query and "tabEvent" in query]
		self.assertEqual(len(self.times_of(event)), 4)
		self.assertEqual(len(asked), 3, "the first time needs no calendar")

	def times_of(self, event: Any) -> list[tuple[Any, str]]:
		where = {"source_doctype": "Event", "source_name": event.name}
		found = frappe.get_all("Interaction", where, ["starts_on", "status"], order_by="starts_on")
		return [(row.starts_on, row.status) for row in found]

	def test_one_that_began_long_ago_and_one_that_ends(self) -> None:
		person, now = make_person(), now_datetime().replace(microsecond=0)
		about = {"with_": [("Customer Profile", person.name)], "repeat_this_event": 1, "repeat_on": "Monthly"}
		old = make_event(starts_on=add_to_date(now, years=-5, days=-3), **about)
		captured(old)
		self.assertEqual([status for _on, status in self.times_of(old)], ["Done"] * 12 + ["Planned"])
		ended = make_event(
			starts_on=add_to_date(now, days=-70), repeat_till=add_to_date(now, days=-20).date(), **about
		)
		captured(ended)
		self.assertEqual([status for _on, status in self.times_of(ended)], ["Done", "Done"])

	def test_a_private_one_keeps_its_subject(self) -> None:
		event = make_event(
			event_type="Private", subject="Secret", with_=[("Customer Profile", make_person().name)]
		)
		self.assertEqual(captured(event).subject, "Meeting")

	def test_an_event_without_customers_is_none(self) -> None:
		self.assertIsNone(captured(make_event()))


class TestOtherSources(CRMPlusTestCase):
	def test_an_issue_and_the_mail_about_it(self) -> None:
		person = make_person()
		issue = factories.make("Issue", subject="It is broken", raised_by=person.email)
		made = captured(issue)
		self.assertEqual((made.interaction_type, made.customer_profile), ("Support", person.name))
		about = {"reference_doctype": "Issue", "reference_name": issue.name}
		self.assertEqual(captured(make_mail(**about)).customer_profile, person.name)
		frappe.delete_doc("Issue", issue.name)
		self.assertIsNone(captured(issue))

	def test_a_call_log(self) -> None:
		customer = factories.make_customer().name
		call = factories.make(
			"Call Log",
			**{"id": factories.unique("call"), "from": "+491701234567", "to": "+4930123", "type": "Incoming"},
			**{"status": "Completed", "duration": 90, "customer": customer, "medium": "x"},
		)
		made = captured(call)
		self.assertEqual((made.interaction_type, made.direction, made.duration), ("Call", "Incoming", 90))
		self.assertEqual(
			made.customer_profile, frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
		)
		call.status = "No Answer"
		call.save()
		self.assertEqual(captured(call).status, "No Show")
		frappe.delete_doc("Call Log", call.name)
		self.assertIsNone(captured(call))

	def test_an_appointment(self) -> None:
		person = make_person()
		appointment = frappe.get_doc(
			{
				"doctype": "Appointment",
				"customer_name": "Ann",
				"customer_email": person.email,
				"scheduled_time": add_to_date(now_datetime(), days=2),
				"status": "Open",
			}
		)
		appointment.db_insert()  # past ERPNext's own booking rules, which want slots and agents
		made = captured(appointment)
		self.assertEqual(
			(made.interaction_type, made.status, made.customer_profile), ("Meeting", "Planned", person.name)
		)

	def test_saving_and_deleting_each_of_them_is_noted(self) -> None:
		from crm_plus.overrides import appointment, call_log, communication, event, issue

		for module, doctype in (
			(appointment, "Appointment"),
			(call_log, "Call Log"),
			(communication, "Communication"),
			(event, "Event"),
			(issue, "Issue"),
		):
			doc = frappe.get_doc({"doctype": doctype, "name": "X", "communication_type": "Communication"})
			for event_name in ("on_update", "on_trash"):
				(path,) = (
					one for one in frappe.get_doc_hooks()[doctype][event_name] if one.startswith("crm_plus.")
				)
				with self.subTest(doctype, handler=path):
					frappe.db.rollback()
					frappe.get_attr(path)(doc)
					self.assertIn((doctype, "X"), frappe.local.crm_plus_notes[capture.TOUCHED])
			self.assertIsNone(module.read("none of this name"))
		frappe.db.rollback()
