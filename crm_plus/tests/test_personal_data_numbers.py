"""What is left of a person under his phone number: calls, WhatsApp messages and SMS, his own and those of a switchboard."""

import random
from typing import Any

import frappe

from crm_plus.api import personal_data as api
from crm_plus.channels.whatsapp import ACCOUNT, DOCTYPE
from crm_plus.tests import factories, whatsapp_cloud
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_mail, make_person, new_address
from crm_plus.workflows import personal_data, personal_records

GONE = "[REDACTED]"
OURS = "+49 30 1234567"


def subscriber() -> str:
	"""Return the digits of a German mobile number that nobody has, after the country's."""
	return f"1512{random.randrange(10**7):07}"


def call(**values: Any) -> Any:
	"""Insert a call that a telephone system wrote down."""
	defaults = {"id": factories.unique("call"), "type": "Incoming", "status": "Completed", "medium": "x"}
	return factories.make("Call Log", **{**defaults, "from": OURS, "to": OURS, **values})


class NumbersCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.number = subscriber()
		self.name = factories.unique("Ada")
		self.secret = f"is afraid of {frappe.generate_hash(length=8)}"
		self.person = make_person(full_name=self.name, phone=f"+49 {self.number[:4]} {self.number[4:]}")

	def erase(self) -> None:
		for _time in range(2):
			personal_data.erase_everywhere(self.person.email or "", self.person.name)

	def left(self, document: Any) -> str:
		"""Return all that a document and what stands beside it say."""
		found = frappe.db.get_value(document.doctype, document.name, "*", as_dict=True)
		beside = {"reference_doctype": document.doctype, "reference_name": document.name}
		said = frappe.get_all("Comment", beside, pluck="content")
		changed = {"ref_doctype": document.doctype, "docname": document.name}
		history = frappe.get_all("Version", changed, pluck="data")
		links = frappe.get_all("Dynamic Link", {"parent": document.name}, ["link_name", "link_title"])
		return f"{frappe.as_json(found)} {said} {history} {links}"

	def assert_forgotten(self, document: Any) -> None:
		left = self.left(document)
		for word in (self.number, self.number[4:], self.name, self.secret, self.person.name):
			self.assertNotIn(word, left)


class TestCalls(NumbersCase):
	def test_calls_however_the_number_is_written_lose_it_and_what_was_said(self) -> None:
		said = {"summary": f"{self.name} {self.secret}", "recording_url": f"https://x.example/{self.secret}"}
		written = (f"+49{self.number}", f"0049 {self.number}", f"+49 ({self.number[:4]}) {self.number[4:]}")
		calls = [call(**{"from": number}, **said) for number in written]
		calls.append(call(type="Outgoing", to=f"49{self.number}", **said))
		calls[0].summary = f"{self.secret}, really"
		calls[0].save(ignore_version=False)
		calls[0].add_comment("Comment", f"<b>Call Summary</b> {self.secret}")
		for one in calls[:2]:
			captured(one)
		held = frappe.as_json(personal_records.held(self.person.email))
		self.erase()
		for one in calls:
			self.assertIn(one.name, held)
			self.assert_forgotten(one)
			left = one.reload()
			customer, our = ("from", "to") if left.type == "Incoming" else ("to", "from")
			self.assertEqual((left.get(customer), left.get(our), left.status), (GONE, OURS, "Completed"))
			self.assertFalse(left.recording_url)

	def test_a_call_of_another_number_stays(self) -> None:
		others = [
			call(**{"from": f"+43{self.number}"}, summary="Asks for boats"),
			call(**{"from": f"+49{subscriber()}"}, summary="Asks for boats"),
		]
		before = [self.left(one) for one in others]
		self.erase()
		self.assertEqual([self.left(one) for one in others], before)

	def test_a_call_linked_to_him_by_hand_from_a_number_that_nobody_has(self) -> None:
		hotel = f"+49{subscriber()}"
		links = [{"link_doctype": "Customer Profile", "link_name": self.person.name}]
		one = call(**{"from": hotel}, summary=self.secret, links=links)
		self.erase()
		self.assert_forgotten(one)
		self.assertEqual(one.reload().get("from"), GONE)

	def test_a_switchboard_stays_for_the_others_until_the_last_is_erased(self) -> None:
		colleague = make_person(phone=f"+49{self.number}")
		one = call(**{"from": f"+49{self.number}"}, summary=f"{self.name} and {colleague.full_name}: boats")
		captured(one)
		self.erase()
		left = one.reload()
		self.assertEqual(left.get("from"), f"+49{self.number}")
		self.assertEqual(left.summary, f"{GONE} and {colleague.full_name}: boats")
		self.assertNotIn(self.name, self.left(one))
		personal_data.erase_everywhere(colleague.email, colleague.name)
		self.assertEqual((one.reload().get("from"), one.summary), (GONE, GONE))

	def test_a_number_that_only_a_contact_has_too_stays(self) -> None:
		company = factories.make_profile()
		links = [{"link_doctype": "Customer Profile", "link_name": company.name}]
		phones = [{"phone": f"+49 ({self.number[:4]}) {self.number[4:]}"}]
		factories.make("Contact", first_name="Desk", phone_nos=phones, links=links)
		one = call(**{"from": f"+49{self.number}"}, summary="Boats")
		self.erase()
		self.assertEqual((one.reload().get("from"), one.summary), (f"+49{self.number}", "Boats"))

	def test_a_number_of_before(self) -> None:
		one = call(**{"from": f"+49{self.number}"}, summary=self.secret)
		self.person.reload()
		self.person.phone = f"+49{subscriber()}"
		self.person.save(ignore_version=False)
		self.erase()
		self.assert_forgotten(one)

	def test_sms_that_name_no_record_and_one_that_waits(self) -> None:
		sms = {"communication_medium": "SMS", "sender": None, "recipients": None, "content": self.secret}
		message = make_mail(**sms, phone_no=f"+49{self.number}")
		captured(message)
		stranger = f"+49{subscriber()}"
		waits = make_mail(**sms, phone_no=stranger)
		captured(waits)
		frappe.db.set_value("Customer Profile", self.person.name, {"phone": stranger, "phone_e164": stranger})
		tray = frappe.db.get_value("Unmatched Mail", {"source_name": waits.name})
		self.assertTrue(tray)
		self.erase()
		self.assert_forgotten(message)
		self.assert_forgotten(waits)
		self.assertEqual(frappe.db.get_value("Unmatched Mail", tray, "address"), GONE)


class TestLookUps(NumbersCase):
	def test_what_a_person_has_is_found_along_indexes(self) -> None:
		asked = {
			"Interaction Participant": "email",
			"Unmatched Mail": "address",
			"Customer Profile": "phone_e164",
		}
		for doctype, field in asked.items():
			with self.subTest(doctype):
				frappe.get_all(doctype, {field: self.person.email}, pluck="name")
				frappe.db._cursor.execute(f"explain {frappe.db.last_query}")
				names = [column[0] for column in frappe.db._cursor.description]
				plan = dict(zip(names, frappe.db._cursor.fetchone(), strict=True))
				self.assertIn(plan["key"], (field, f"{field}_index"), plan)


class TestWhatsApp(NumbersCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		if not whatsapp_cloud.shape_installed():
			whatsapp_cloud.put_up(ACCOUNT)
			cls.addClassCleanup(whatsapp_cloud.take_down, ACCOUNT)

	def received(self, number: str) -> Any:
		said = {"type": "Incoming", "content_type": "text", "message": self.secret, "profile_name": self.name}
		return frappe.get_doc({"doctype": DOCTYPE, **said, "from": number}).insert()

	def test_messages_lose_number_name_and_text(self) -> None:
		message, reaction = self.received(f"49{self.number}"), self.received(f"49{self.number}")
		reaction.db_set("content_type", "reaction")
		made = captured(message)
		self.erase()
		for one in (message, reaction):
			self.assert_forgotten(one)
		self.assertNotIn(self.secret, self.left(made))
		self.assertEqual(message.reload().get("from"), GONE)

	def test_a_phone_that_a_family_shares(self) -> None:
		make_person(phone=f"+49{self.number}")
		message = self.received(f"49{self.number}")
		self.erase()
		left = message.reload()
		self.assertEqual((left.get("from"), left.message), (f"49{self.number}", self.secret))
		self.assertEqual(left.profile_name, GONE)


class TestWithoutAddress(NumbersCase):
	def setUp(self) -> None:
		super().setUp()
		self.person = factories.make_profile(
			**{"profile_type": "Person", "full_name": factories.unique("Grace"), "notes": self.secret},
			phone=f"+49 {subscriber()}",
		)
		self.name, self.number = self.person.full_name, self.person.phone[4:]

	def test_he_is_given_and_erased_by_his_profile(self) -> None:
		others = [make_person(notes="Good payer"), factories.make_profile(profile_type="Person", phone=None)]
		linked = {"link_doctype": "Customer Profile", "link_name": self.person.name, "parenttype": "Contact"}
		(contact,) = frappe.get_all("Dynamic Link", linked, pluck="parent")
		one = call(**{"from": f"+49{self.number}"}, summary=self.secret)
		captured(one)
		held = frappe.as_json(api.held(self.person.name))
		for word in (self.secret, self.number, one.name):
			self.assertIn(word, held)
		for _time in range(2):
			api.erase(self.person.name)
		self.assert_forgotten(one)
		left = self.person.reload()
		self.assertEqual((left.full_name, left.phone, left.notes, left.email), (GONE, None, None, None))
		self.assertFalse(frappe.db.exists("Contact", contact))
		for row in frappe.get_all("Contact", fields=["*"]) + frappe.get_all("Contact Phone", fields=["*"]):
			self.assertFalse({self.name, self.number} & set(map(str, row.values())), row)
		for other in others:
			self.assertEqual(
				other.full_name, frappe.db.get_value("Customer Profile", other.name, "full_name")
			)

	def test_a_second_time_empties_nothing_of_others(self) -> None:
		gone = {"deleted_doctype": "Interaction", "data": f'{{"subject": "{GONE} of another"}}'}
		gone = frappe.get_doc({"doctype": "Deleted Document", "deleted_name": "x", **gone}).insert()
		for _time in range(2):
			api.erase(self.person.name)
		self.assertIn("of another", frappe.db.get_value("Deleted Document", gone.name, "data"))

	def test_his_lead_and_customer(self) -> None:
		lead = factories.make("Lead", lead_name=self.name, mobile_no=f"+49{self.number}")
		customer = factories.make_customer(customer_name=factories.unique("Boats"))
		customer.db_set("mobile_no", f"0049{self.number}")
		# ERPNext's records got profiles of their own, or were given to her.
		for field, name in (("erpnext_customer", customer.name), ("erpnext_lead", lead.name)):
			frappe.db.set_value("Customer Profile", {field: name}, field, None)
		self.person.db_set({"erpnext_lead": lead.name, "erpnext_customer": customer.name})
		api.erase(self.person.name)
		self.assertNotIn(self.name, lead.reload().as_json())
		self.assertFalse(lead.mobile_no and self.number in lead.mobile_no)
		self.assertEqual((customer.reload().mobile_no or "", customer.customer_name[:5]), ("", "Boats"))

	def test_a_colleagues_contact_on_his_profile_stays(self) -> None:
		links = [{"link_doctype": "Customer Profile", "link_name": self.person.name}]
		other = factories.make(
			"Contact",
			first_name="Desk",
			email_ids=[{"email_id": new_address(), "is_primary": 1}],
			links=links,
		)
		api.erase(self.person.name)
		self.assertEqual(frappe.db.get_value("Contact", other.name, "first_name"), "Desk")
