"""By which number somebody took part stands where his levels hold it: in a column of its own, in no name and no subject."""

import frappe

from crm_plus.patches.v0_3 import participant_numbers
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_mail, make_person
from crm_plus.tests.factories_teams import bare
from crm_plus.tests.test_capture_numbers import subscriber

PARTS = ["full_name", "email", "phone"]


class TestParticipantNumbers(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.number = f"+49{subscriber()}"
		self.person = make_person(phone=self.number)

	def part_of(self, interaction: str) -> tuple[str | None, ...]:
		(row,) = frappe.get_all("Interaction Participant", {"parent": interaction}, PARTS, as_list=True)
		return row

	def known(self) -> tuple[str, str]:
		"""Return what his contact says of him."""
		return self.person.full_name, self.person.email

	def test_of_an_sms_without_a_name(self) -> None:
		made = captured(
			make_mail(communication_medium="SMS", sender=None, recipients=None, phone_no=self.number)
		)
		self.assertEqual(self.part_of(made.name), (*self.known(), self.number))

	def test_of_a_call(self) -> None:
		if not frappe.db.exists("DocType", "Call Log"):
			self.skipTest("this ERPNext keeps no calls")
		call = {
			"id": factories.unique("Call"),
			"type": "Incoming",
			"status": "Completed",
			"from": self.number,
		}
		made = captured(factories.make("Call Log", **call))
		self.assertEqual((made.subject, *self.part_of(made.name)), ("Call", *self.known(), self.number))

	def test_a_mail_program_that_says_an_address_for_a_name(self) -> None:
		address = self.person.email
		made = captured(make_mail(sender=address, sender_full_name=address))
		self.assertEqual(self.part_of(made.name), (None, address, None))

	def test_what_was_stored_before(self) -> None:
		call = bare("Interaction", source_doctype="Call Log", interaction_type="Call", subject=self.number)
		rows = {
			self.number: (None, None, self.number),
			"a@b.example": (None, "a@b.example", None),
			"R2D2": ("R2D2", None, None),
		}
		for name, expected in rows.items():
			frappe.db.delete("Interaction Participant", {"parent": call.name})
			where = {"parent": call.name, "parenttype": "Interaction", "parentfield": "participants"}
			bare("Interaction Participant", full_name=name, email=expected[1], **where)
			for _again in range(2):
				participant_numbers.execute()
				self.assertEqual(self.part_of(call.name), expected)
		self.assertEqual(frappe.db.get_value("Interaction", call.name, "subject"), "Call")
