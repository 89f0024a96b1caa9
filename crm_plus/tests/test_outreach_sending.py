"""Sending: once to each, in batches, whatever dies, fails or is pressed twice meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe

from crm_plus.api import outreach as api
from crm_plus.api.timeline import entries
from crm_plus.jobs import outreach as job
from crm_plus.tests.connection import press_again, site_name
from crm_plus.tests.factories import unique
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.factories_outreach import recipients
from crm_plus.tests.mail_server import flush, outgoing_account
from crm_plus.tests.outreach_case import OutreachCase
from crm_plus.tests.request_case import user_with
from crm_plus.workflows.outreaches import NotReleased


class TestSending(OutreachCase):
	def test_batches(self) -> None:
		use_settings(outreach_batch_size=2)
		outreach, other = self.outreach(3), None
		self.mark = unique("Mark")
		other = self.outreach(2)
		with outgoing_account():
			self.let_go(outreach), self.let_go(other)
			job.send()
			self.assertEqual([one[0] for one in self.statuses(outreach)], ["Sent", "Sent", "Waiting"])
			job.send()
			self.assertEqual((self.status(outreach), self.status(other)), ("Sent", "Sending"))
			self.assertEqual([one[0] for one in self.statuses(other)], ["Sent", "Waiting"])
			job.send()
			job.send()
			self.assertEqual(self.status(other), "Sent")

	def test_who_opts_out_after_the_release_gets_nothing(self) -> None:
		outreach = self.outreach(2)
		with outgoing_account():
			self.let_go(outreach)
			frappe.db.set_value("Customer Profile", self.people[0].name, "no_outreach", 1)
			job.tick()
			self.assertEqual(self.statuses(outreach), [("Sent", ""), ("Skipped", "Opted Out")])

	def test_a_worker_that_dies_sends_nobody_twice_and_loses_nobody(self) -> None:
		outreach = self.outreach(3)
		with outgoing_account() as mailbox:
			self.let_go(outreach)
			self.commit()
			real, calls = frappe.sendmail, []

			def dies(*args: Any, **kwargs: Any) -> Any:
				"""The worker is killed after its second mail stands in the queue, before it could say so."""
				queued = real(*args, **kwargs)
				calls.append(queued)
				if len(calls) == 2:
					raise SystemExit
				return queued

			frappe.sendmail = dies
			try:
				with self.assertRaises(SystemExit):
					job.send()
			finally:
				frappe.sendmail = real
			frappe.db.rollback()  # the connection is gone
			self.assertEqual([one[0] for one in self.statuses(outreach)], ["Sent", "Waiting", "Waiting"])
			job.send()
			flush()
			self.assertEqual([len(mailbox.sent_to(person.email)) for person in self.people], [1, 1, 1])

	def test_one_failure_does_not_stop_the_rest(self) -> None:
		outreach = self.outreach(3)
		with outgoing_account():
			self.let_go(outreach)
			broken, real = self.people[1].email, frappe.sendmail

			def fails(*args: Any, **kwargs: Any) -> Any:
				queued = real(*args, **kwargs)
				if kwargs["recipients"] == [broken]:
					raise ValueError("broken")
				return queued

			frappe.sendmail = fails
			try:
				job.send()
			finally:
				frappe.sendmail = real
			self.assertEqual([one[0] for one in self.statuses(outreach)], ["Failed", "Sent", "Sent"])
			self.assertFalse(frappe.db.exists("Email Queue Recipient", {"recipient": broken}), "half a mail")
			self.assertEqual(self.status(outreach), "Sent")

	def test_without_an_outgoing_account_it_waits_and_says_so(self) -> None:
		outreach = self.outreach(2)
		frappe.db.set_value("Email Account", {"enable_outgoing": 1}, "enable_outgoing", 0)
		frappe.local.outgoing_email_account = {}
		self.let_go(outreach)
		job.send()
		self.assertEqual([one[0] for one in self.statuses(outreach)], ["Waiting", "Waiting"])
		self.assertIn("Email Account", frappe.db.get_value("Outreach", outreach.name, "problem"))
		with outgoing_account():
			job.send()
		self.assertEqual(
			frappe.db.get_value("Outreach", outreach.name, ["status", "problem"]), ("Sent", None)
		)

	def test_two_people_press_send_at_once(self) -> None:
		outreach = self.outreach(20)
		self.commit()
		with ThreadPoolExecutor(2) as both:
			answers = list(both.map(press, [api.send] * 2, [outreach.name] * 2))
		self.commit()
		self.assertEqual(sorted(answers, key=str), [20, "refused"])
		self.assertEqual(len(recipients(outreach.name)), 20)

	def test_cancelled_while_a_batch_is_on_its_way(self) -> None:
		outreach = self.outreach(3)
		with outgoing_account():
			self.let_go(outreach)
			self.commit()
			real, calls = frappe.sendmail, []

			def is_cancelled(*args: Any, **kwargs: Any) -> Any:
				"""Somebody cancels while the first mail is made: he waits for that one alone."""
				if not calls:
					calls.append(elsewhere.submit(press, api.cancel, outreach.name))
				return real(*args, **kwargs)

			frappe.sendmail = is_cancelled
			try:
				with ThreadPoolExecutor(1) as elsewhere:
					job.send()
			finally:
				frappe.sendmail = real
		self.commit()
		sent = [one[0] for one in self.statuses(outreach)].count("Sent")
		self.assertEqual((self.status(outreach), calls[0].result()), ("Cancelled", 3 - sent))
		self.assertIn(sent, (1, 2), "not all of them")

	def test_cancelled_in_the_middle(self) -> None:
		use_settings(outreach_batch_size=1)
		outreach = self.outreach(3)
		with outgoing_account() as mailbox:
			self.let_go(outreach)
			job.send()
			with self.as_user(self.marketer):
				self.assertEqual(api.cancel(outreach.name), 2)
			job.send()
			flush()
			self.assertEqual(len(mailbox.envelopes), 1)
		reasons = [("Sent", ""), ("Skipped", "Cancelled"), ("Skipped", "Cancelled")]
		self.assertEqual((self.status(outreach), self.statuses(outreach)), ("Cancelled", reasons))
		self.assertRaises(NotReleased, api.send, outreach.name)
		self.assertRaises(NotReleased, api.cancel, outreach.name)

	def test_a_reply_belongs_to_the_customer(self) -> None:
		outreach = self.outreach(1)
		with outgoing_account():
			self.let_go(outreach)
			job.send()
			queued = frappe.get_doc("Email Queue", recipients(outreach.name)[self.people[0].name].email_queue)
		self.assertEqual(
			(queued.reference_doctype, queued.reference_name), ("Customer Profile", self.people[0].name)
		)

	def test_it_stands_once_on_the_timeline_of_who_got_it(self) -> None:
		outreach = self.outreach(2)
		self.people[1].update({"no_outreach": 1}).save()
		with outgoing_account():
			self.let_go(outreach)
			job.send()
		with self.as_user(user_with("Sales User")):
			got, left_out = (
				[
					entry
					for entry in entries("Customer Profile", person.name)["entries"]
					if entry["kind"] == "outreach"
				]
				for person in self.people
			)
			(entry,) = got
			self.assertEqual((entry["title"], entry["who"]), (outreach.title, self.marketer))
			self.assertEqual(left_out, [])
			self.assertIsNone(entry["about"], "an agent may not open the outreach")
		with self.as_user(self.marketer):
			found = entries("Customer Profile", self.people[0].name, filters={"text": outreach.title})[
				"entries"
			]
			self.assertEqual([row["about"] for row in found], [["Outreach", outreach.name]])
			self.assertEqual(
				entries("Customer Profile", self.people[0].name, filters={"text": "elsewhere"})["entries"], []
			)
		self.assertFalse(frappe.db.exists("Interaction", {"customer_profile": self.people[0].name}))
		self.assertIsNone(frappe.db.get_value("Customer Profile", self.people[0].name, "last_interaction_on"))


def press(function: Callable[[str], int], name: str) -> Any:
	"""Press a button in a request of its own; returns what came of it."""
	frappe.init(site=site_name())
	frappe.connect()
	try:
		frappe.set_user("Administrator")
		answer = press_again(lambda: function(name))
		frappe.db.commit()  # the end of the request
		return answer
	except NotReleased:
		return "refused"
	finally:
		frappe.destroy()
