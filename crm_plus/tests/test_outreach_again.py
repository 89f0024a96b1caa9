"""A test mail to oneself leaves no trace; whom an outreach did not reach gets it once when somebody tries again."""

from contextlib import suppress
from smtplib import SMTPException
from typing import Any

import frappe

from crm_plus.api import outreach as api
from crm_plus.jobs import outreach as job
from crm_plus.tests.factories_outreach import make_people, recipients
from crm_plus.tests.factories_teams import make_team, no_teams, show
from crm_plus.tests.mail_server import Mailbox, flush, outgoing_account
from crm_plus.tests.outreach_case import OutreachCase
from crm_plus.tests.request_case import user_with
from crm_plus.workflows import opt_outs
from crm_plus.workflows.outreaches import NotReleased

# More often than Frappe tries by itself.
ALL_TRIES = 10


class TestTestMail(OutreachCase):
	def test_it_comes_to_oneself_as_the_first_would_read_it(self) -> None:
		outreach = self.outreach(2)
		first = self.people[0]
		with outgoing_account() as mailbox:
			with self.as_user(self.marketer):
				self.assertEqual(api.send_test(outreach.name), self.marketer)
			flush()
			(mail,) = mailbox.sent_to(self.marketer)
			self.assertEqual(len(mailbox.envelopes), 1)
		self.assertEqual(mail["Subject"], f"Test: News for {first.full_name}")
		self.assertIn(f"Dear {first.full_name}", mail.get_body(("plain",)).get_content())

	def test_it_leaves_no_trace_at_a_customer(self) -> None:
		outreach = self.outreach(1)
		with outgoing_account(), self.as_user(self.marketer):
			api.send_test(outreach.name)
		self.assertEqual(recipients(outreach.name), {})
		self.assertEqual(self.status(outreach), "Draft")
		profile = self.people[0].name
		for doctype, field in (
			("Interaction", "customer_profile"),
			("Communication", "reference_name"),
			("Email Queue", "reference_name"),
		):
			self.assertFalse(frappe.db.exists(doctype, {field: profile}), doctype)
		opt_outs.opt_out(opt_outs.recipient_of(opt_outs.token_for("test")))
		self.assertEqual(frappe.db.get_value("Customer Profile", profile, "no_outreach"), 0)

	def test_a_chosen_profile_fills_it(self) -> None:
		outreach = self.outreach(1)
		(chosen,) = make_people(1, "elsewhere")
		with outgoing_account() as mailbox:
			with self.as_user(self.marketer):
				api.send_test(outreach.name, chosen.name)
			flush()
			self.assertEqual(mailbox.envelopes[0][1]["Subject"], f"Test: News for {chosen.full_name}")

	def test_a_profile_that_the_writer_may_not_read_fills_none(self) -> None:
		outreach, agent = self.outreach(2), user_with("Sales User")
		no_teams()
		show("Private")
		make_team([self.marketer])
		make_team([agent])
		for person in self.people:
			person.db_set("profile_owner", agent)
		with self.as_user(self.marketer):
			self.assertRaises(frappe.PermissionError, api.send_test, outreach.name, self.people[0].name)
			with self.assertRaisesRegex(frappe.ValidationError, "choose a profile"):
				api.send_test(outreach.name)

	def test_without_an_account_to_send_by_it_says_so(self) -> None:
		outreach = self.outreach(1)
		frappe.db.set_value("Email Account", {"enable_outgoing": 1}, "enable_outgoing", 0)
		frappe.local.outgoing_email_account = {}
		with self.as_user(self.marketer), self.assertRaisesRegex(frappe.ValidationError, "Email Account"):
			api.send_test(outreach.name)

	def test_a_segment_without_anybody_says_so(self) -> None:
		outreach = self.outreach(0)
		with self.as_user(self.marketer), self.assertRaisesRegex(frappe.ValidationError, "choose a profile"):
			api.send_test(outreach.name)


class TestTryAgain(OutreachCase):
	def failed(self, mailbox: Mailbox, count: int = 2) -> Any:
		"""Return an outreach whose first mail Frappe's queue has given up, the others have arrived."""
		outreach = self.outreach(count)
		self.let_go(outreach)
		job.send()
		refused = recipients(outreach.name)[self.people[0].name].email_queue
		mailbox.refusals = ALL_TRIES
		for _time in range(ALL_TRIES):
			if frappe.db.get_value("Email Queue", refused, "status") != "Error":
				with suppress(SMTPException):
					frappe.get_doc("Email Queue", refused).send()
		mailbox.refusals = 0
		flush()
		return outreach

	def again(self, outreach: Any) -> int:
		with self.as_user(self.marketer):
			return api.try_again(outreach.name)

	def arrived(self, mailbox: Mailbox) -> list[int]:
		return [len(mailbox.sent_to(person.email)) for person in self.people]

	def test_whom_it_did_not_reach_gets_it_once(self) -> None:
		with outgoing_account() as mailbox:
			outreach = self.failed(mailbox)
			self.assertEqual((self.arrived(mailbox), self.statuses(outreach)), ([0, 1], [("Sent", "")] * 2))
			job.follow_mail()
			self.assertEqual(self.statuses(outreach), [("Failed", ""), ("Sent", "")])
			self.assertEqual(self.again(outreach), 1)
			self.assertEqual(self.statuses(outreach), [("Sent", "")] * 2)
			flush()
			job.send()
			flush()
			self.assertEqual(self.arrived(mailbox), [1, 1])
			with self.assertRaisesRegex(NotReleased, "nobody"):
				self.again(outreach)

	def test_it_is_found_before_the_hour(self) -> None:
		with outgoing_account() as mailbox:
			self.assertEqual(self.again(self.failed(mailbox)), 1)

	def test_a_mail_that_was_never_made_is_made(self) -> None:
		outreach = self.outreach(2)
		with outgoing_account() as mailbox:
			self.let_go(outreach)
			row = recipients(outreach.name)[self.people[1].name]
			frappe.db.set_value("Outreach Recipient", row.name, "status", "Failed")
			job.send()
			self.assertEqual((self.status(outreach), self.again(outreach)), ("Sent", 1))
			self.assertEqual(self.status(outreach), "Sending")
			job.send()
			flush()
			self.assertEqual((self.status(outreach), self.arrived(mailbox)), ("Sent", [1, 1]))

	def test_who_has_opted_out_since_is_left_alone(self) -> None:
		with outgoing_account() as mailbox:
			outreach = self.failed(mailbox)
			self.people[0].update({"no_outreach": 1}).save()
			with self.assertRaisesRegex(NotReleased, "nobody"):
				self.again(outreach)
			frappe.db.rollback()
			flush()
			self.assertEqual(self.arrived(mailbox), [0, 1])

	def test_what_was_sent_by_hand_meanwhile_is_not_sent_twice(self) -> None:
		with outgoing_account() as mailbox:
			outreach = self.failed(mailbox)
			job.follow_mail()
			refused = recipients(outreach.name)[self.people[0].name].email_queue
			frappe.db.set_value("Email Queue", refused, {"status": "Not Sent", "retry": 0})
			flush()
			self.again(outreach)
			job.send()
			flush()
			self.assertEqual(self.arrived(mailbox), [1, 1])

	def test_what_was_given_up_stays_so(self) -> None:
		with outgoing_account() as mailbox:
			outreach = self.failed(mailbox)
			outreach.db_set("status", "Cancelled")
			self.assertRaises(NotReleased, self.again, outreach)
