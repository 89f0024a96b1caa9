"""Calls, SMS and WhatsApp messages find their customer by the phone number alone, however it is written."""

import random
from typing import Any
from unittest import SkipTest

import frappe

from crm_plus.channels.whatsapp import ACCOUNT, DOCTYPE
from crm_plus.overrides import whatsapp_message
from crm_plus.tests import factories, whatsapp_cloud
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, interaction_of, make_mail, make_person, work_off
from crm_plus.workflows import unmatched

# Longer than the hourly sweep looks back.
LONG_AGO = "2020-01-01 00:00:00"


def subscriber() -> str:
	"""Return the digits of a German mobile number that nobody has, after the country's."""
	return f"1512{random.randrange(10**7):07}"


class TestNumbers(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.number = subscriber()
		self.person = make_person(phone=f"+49 {self.number[:4]} {self.number[4:]}")

	def call(self, **values: Any) -> Any:
		defaults = {"id": factories.unique("call"), "type": "Incoming", "status": "Completed", "medium": "x"}
		return factories.make("Call Log", **{**defaults, "from": "+4930123", "to": "+4930123", **values})

	def test_a_call_that_the_telephone_system_linked_to_nobody(self) -> None:
		for way, side in (("Incoming", "from"), ("Outgoing", "to")):
			with self.subTest(way):
				made = captured(self.call(type=way, **{side: f"0049 {self.number}"}))
				self.assertEqual((made.customer_profile, made.direction), (self.person.name, way))

	def test_an_sms_that_names_no_record(self) -> None:
		made = captured(self.sms(f"+49{self.number}"))
		self.assertEqual((made.customer_profile, made.interaction_type), (self.person.name, "SMS"))

	def test_a_strangers_sms_waits_for_who_knows_his_number(self) -> None:
		number = f"+49{subscriber()}"
		message = self.sms(f"{number[:3]} {number[3:7]}/{number[7:]}")
		self.assertIsNone(captured(message))
		row = frappe.get_doc(unmatched.TRAY, {"source_name": message.name})
		self.assertEqual((row.status, row.address), (unmatched.WAITING, number))
		made = unmatched.make_profile(row)
		work_off()
		self.assertEqual(interaction_of(message).customer_profile, made)
		self.assertEqual(frappe.db.get_value("Customer Profile", made, ["phone", "email"]), (number, None))
		self.assertEqual(unmatched.make_profile(row), made)

	def test_an_sms_finds_the_contact_that_gets_its_number(self) -> None:
		number = f"+49{subscriber()}"
		message = self.sms(number)
		self.assertIsNone(captured(message))
		linked = {"link_doctype": "Customer Profile", "link_name": self.person.name, "parenttype": "Contact"}
		contact = frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", linked, "parent"))
		contact.append("phone_nos", {"phone": number})
		contact.save()
		work_off()
		self.assertEqual(interaction_of(message).customer_profile, self.person.name)

	def sms(self, number: str) -> Any:
		return make_mail(communication_medium="SMS", sender=None, recipients=None, phone_no=number)

	def test_a_colleague_whom_only_a_contact_knows(self) -> None:
		company, other = factories.make_profile(), subscriber()
		contact = factories.make(
			"Contact",
			first_name="Colleague",
			phone_nos=[{"phone": f"+49 ({other[:4]}) {other[4:7]}-{other[7:]}"}],
			links=[{"link_doctype": "Customer Profile", "link_name": company.name}],
		)
		made = captured(self.call(**{"from": f"+49{other}"}))
		self.assertEqual((made.customer_profile, made.contact), (company.name, contact.name))

	def test_old_calls_find_whoever_gets_to_be_known_by_their_number(self) -> None:
		other = subscriber()
		calls = [
			self.call(**{"from": f"+49 {other[:4]}/{other[4:]}"}),
			self.call(type="Outgoing", to=f"0049{other}"),
		]
		elsewhere = self.call(**{"from": f"+43{other}"})
		for call in (*calls, elsewhere):
			self.assertIsNone(captured(call))
			call.db_set("modified", LONG_AGO, update_modified=False)
		known = make_person(phone=f"+49 {other}")
		work_off()
		self.assertEqual([interaction_of(call).customer_profile for call in calls], [known.name] * 2)
		self.assertIsNone(interaction_of(elsewhere), "of another country")

	def test_a_number_that_only_ends_alike_is_another(self) -> None:
		self.assertIsNone(captured(self.call(**{"from": f"+43{self.number}"})))


class TestWhatsApp(CRMPlusTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		if whatsapp_cloud.shape_installed():
			raise SkipTest("the app itself is installed here: its messages need its own account")
		whatsapp_cloud.put_up(ACCOUNT)
		cls.addClassCleanup(whatsapp_cloud.take_down, ACCOUNT)

	def setUp(self) -> None:
		super().setUp()
		self.number = f"49{subscriber()}"
		self.person = make_person(phone=f"+{self.number}")

	def received(self, **values: Any) -> Any:
		defaults = {"type": "Incoming", "content_type": "text", "from": self.number, "message": "Is it here?"}
		return frappe.get_doc({"doctype": DOCTYPE, **defaults, **values}).insert()

	def test_what_a_customer_writes_is_an_interaction_that_goes_with_it(self) -> None:
		message = self.received(message="Is <b>it</b> here?", profile_name="Ann")
		made = captured(message)
		self.assertEqual(
			(made.interaction_type, made.direction, made.customer_profile, made.subject),
			("WhatsApp", "Incoming", self.person.name, "Is it here?"),
		)
		self.assertEqual(made.participants[0].full_name, "Ann")
		message.delete()
		self.assertIsNone(captured(message))

	def test_what_says_nothing_or_never_arrived_is_none(self) -> None:
		self.assertIsNone(captured(self.received(content_type="reaction", message="👍")))
		self.assertIsNone(captured(self.received(status="failed")))
		self.assertIsNone(captured(self.received(**{"from": f"49{subscriber()}"})))

	def test_what_a_stranger_wrote_long_ago_is_his_once_his_number_is_known(self) -> None:
		number = f"49{subscriber()}"
		message = self.received(**{"from": number})
		self.assertIsNone(captured(message))
		message.db_set("modified", LONG_AGO, update_modified=False)
		stranger = make_person()
		work_off()
		stranger.reload().update({"phone": f"+{number}"}).save()
		work_off()
		self.assertEqual(interaction_of(message).customer_profile, stranger.name)

	def test_what_we_write_is_one_and_a_reminder_to_our_own_people_is_not_noted(self) -> None:
		with whatsapp_cloud.whatsapp_cloud():
			sent = frappe.get_doc(
				{"doctype": DOCTYPE, "type": "Outgoing", "content_type": "text", "to": self.number}
			)
			sent.update({"message": "It is", "message_type": "Manual"})
			sent.insert()
			made = captured(sent)
		self.assertEqual((made.direction, made.customer_profile), ("Outgoing", self.person.name))
		frappe.db.rollback()
		sent.flags.crm_plus_reminder = True
		whatsapp_message.on_update(sent)
		self.assertFalse((frappe.local.crm_plus_notes or {}).get("sources"))
		whatsapp_message.on_trash(sent)
		self.assertIn((DOCTYPE, sent.name), frappe.local.crm_plus_notes["sources"])
		frappe.db.rollback()

	def test_another_apps_document_of_that_name_is_left_alone(self) -> None:
		message = self.received()
		self.addCleanup(self.call_field, "sender", "from")
		self.call_field("from", "sender")
		self.assertIsNone(captured(message))

	def call_field(self, old: str, new: str) -> None:
		frappe.db.set_value("DocField", {"parent": DOCTYPE, "fieldname": old}, "fieldname", new)
		frappe.clear_cache(doctype=DOCTYPE)
