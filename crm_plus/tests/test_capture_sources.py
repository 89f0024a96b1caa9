"""Meetings, tickets, calls and appointments become interactions, and follow what becomes of them."""

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
			for handler in (module.on_update, module.on_trash):
				with self.subTest(doctype, handler=handler.__name__):
					frappe.db.rollback()
					handler(doc)
					self.assertIn((doctype, "X"), frappe.local.crm_plus_notes[capture.TOUCHED])
			self.assertIsNone(module.read("none of this name"))
		frappe.db.rollback()
