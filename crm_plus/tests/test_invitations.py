"""Invitations to what is planned: a calendar file that goes out with a real mail, newer with each change."""

from typing import Any

import frappe
from frappe.core.doctype.communication.email import make
from frappe.utils import add_to_date, now_datetime

from crm_plus.api import interactions as api
from crm_plus.jobs import capture as jobs
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import make_interaction, make_person
from crm_plus.tests.mail_server import flush, outgoing_account
from crm_plus.tests.request_case import user_with


class TestInvitations(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.person = make_person()
		self.meeting = self.plan()

	def plan(self, **values: Any) -> Any:
		defaults = {"interaction_type": "Meeting", "status": "Planned", "subject": "Show it; all of it"}
		starts_on = add_to_date(now_datetime(), days=3).replace(microsecond=0)
		given = {"customer_profile": self.person.name, "starts_on": starts_on, "duration": 5400}
		return make_interaction(**{**defaults, **given, **values})

	def text(self, file: str) -> str:
		content = frappe.get_doc("File", file).get_content()
		return content if isinstance(content, str) else content.decode()

	def test_it_names_time_and_people_and_is_replaced_by_a_newer_one(self) -> None:
		first = api.invitation(self.meeting.name)
		self.assertEqual(first["recipients"], [self.person.email])
		text = self.text(first["file"]["name"]).replace("\r\n ", "")
		self.assertIn(f"mailto:{self.person.email}", text)
		self.assertIn("SUMMARY:Show it\\; all of it", text)
		self.assertIn("METHOD:REQUEST", text)
		self.meeting.reload()
		later = add_to_date(self.meeting.creation, hours=2)
		frappe.db.set_value("Interaction", self.meeting.name, "modified", later, update_modified=False)
		second = api.invitation(self.meeting.name)
		newer = self.text(second["file"]["name"])
		self.assertGreater(self.number(newer), self.number(text))
		self.assertEqual(self.files(), [second["file"]["name"]])
		self.meeting.reload().update({"status": "Cancelled"}).save()
		self.assertIn("METHOD:CANCEL", self.text(api.invitation(self.meeting.name)["file"]["name"]))

	def number(self, text: str) -> int:
		return int(text.split("SEQUENCE:")[1].split("\r\n")[0])

	def files(self) -> list[str]:
		return frappe.get_all(
			"File", {"file_name": ["like", f"invitation-{self.meeting.name}%"]}, pluck="name"
		)

	def test_who_may_not_see_addresses_reads_no_guest(self) -> None:
		"""The meeting is for all to read, the addresses of who takes part are not."""
		with self.as_user(user_with("Sales User")):
			file = frappe.get_doc("File", api.invitation(self.meeting.name)["file"]["name"])
		with self.as_user(user_with("Marketing User")):
			self.assertTrue(frappe.has_permission("Interaction", "read", self.meeting.name))
			self.assertFalse(file.is_downloadable())
			beside = {"attached_to_doctype": "Interaction", "attached_to_name": self.meeting.name}
			self.assertEqual(frappe.get_list("File", beside, pluck="name"), [])
			self.assertEqual(frappe.get_list("File", {"name": file.name}, pluck="name"), [])

	def test_it_goes_when_its_mail_has_left(self) -> None:
		old, new = (api.invitation(one.name)["file"]["name"] for one in (self.meeting, self.plan()))
		frappe.db.set_value("File", old, "creation", add_to_date(None, days=-2), update_modified=False)
		jobs.nightly()
		self.assertEqual([bool(frappe.db.exists("File", name)) for name in (old, new)], [False, True])

	def test_it_arrives_as_a_calendar_file(self) -> None:
		with outgoing_account() as mailbox:
			made = api.invitation(self.meeting.name)
			make(
				doctype="Interaction",
				name=self.meeting.name,
				subject=self.meeting.subject,
				content="Please come",
				recipients=", ".join(made["recipients"]),
				communication_medium="Email",
				send_email=True,
				attachments=[made["file"]["name"]],
			)
			self.commit()
			flush()
			[mail] = mailbox.sent_to(self.person.email)
			[part] = [one for one in mail.walk() if (one.get_filename() or "").endswith(".ics")]
			self.assertEqual(part.get_content_type(), "text/calendar")

	def test_each_refusal_is_one_sentence(self) -> None:
		nobody = self.plan(customer_profile=make_person(email=None).name)
		with self.assertRaisesRegex(frappe.ValidationError, "Nobody who takes part has an e-mail"):
			api.invitation(nobody.name)
		with self.assertRaisesRegex(frappe.ValidationError, "Only to what is planned"):
			api.invitation(make_interaction(customer_profile=self.person.name).name)
		outsider = factories.make_user("Employee").name
		with self.as_user(outsider), self.assertRaises(frappe.PermissionError):
			api.invitation(self.meeting.name)
