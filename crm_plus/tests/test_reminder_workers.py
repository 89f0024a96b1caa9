"""Real workers: killed in the middle of a message, and two at once."""

import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import frappe

from crm_plus.rules.deliveries import SENT, UNKNOWN
from crm_plus.tests import connection
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_reminders import bells, in_minutes, make_follow_up, make_person, rows, run
from crm_plus.tests.mail_server import outgoing_account
from crm_plus.tests.sms_gateway import sms_gateway
from crm_plus.workflows import ledger, reminder_engine, site_clock

PEOPLE, KILLS = 4, 6
ALL = {"follow_up_due": {"in_app": 1, "email": 1, "sms": 1}}


class TestWorkers(CRMPlusTestCase):
	def people_with_work(self, due: datetime) -> list[str]:
		"""Return people who have a follow-up each; what other tests left is none of this one's business."""
		frappe.db.delete("Reminder Delivery", {"status": ["!=", SENT]})
		people, self.numbers = [], [f"+4917{random.randrange(10**9):09}" for _ in range(PEOPLE)]
		for number in self.numbers:
			people.append(make_person(choices=ALL, mobile_no=number))
			make_follow_up(people[-1], due)
		self.commit()
		return people

	def worker(self, at: datetime) -> subprocess.Popen[str]:
		"""Start a worker's process."""
		environment = {
			**os.environ,
			"CRM_PLUS_SITE": connection.site_name(),
			"BENCH_DIR": str(connection.sites_directory().resolve().parent),
		}
		command = [sys.executable, "-m", "crm_plus.tests.reminder_worker", at.isoformat()]
		return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

	def kill_while_sending(self, worker: subprocess.Popen[str], seconds: float) -> None:
		"""Kill a worker some time after it began to send; it may have gone on to the next message, or be done."""
		line = worker.stdout.readline()
		if line.strip() == "sending":
			time.sleep(seconds)
		worker.kill()
		worker.wait()
		worker.stdout.close()

	def test_workers_that_are_killed_lose_nothing_and_tell_nobody_twice(self) -> None:
		rng, due = random.Random(11), in_minutes(60)
		with outgoing_account(), sms_gateway() as gateway:
			people = self.people_with_work(due)
			for _ in range(KILLS):
				self.kill_while_sending(self.worker(due), rng.uniform(0, 0.5))
			self.commit()  # see what the workers wrote
			run(due)
			run(due + timedelta(minutes=20))
			mails = frappe.get_all("Email Queue Recipient", {"recipient": ["in", people]}, pluck="parent")
			subjects = frappe.get_all(
				"Reminder Delivery", {"channel": "E-mail", "user": ["in", people]}, pluck="message_name"
			)
			self.assertLessEqual(set(subjects), set(mails))
			reminders = [
				name
				for name in mails
				if "is to be done by" in frappe.db.get_value("Email Queue", name, "message")
			]
			self.assertEqual(len(reminders), PEOPLE)
			for person in people:
				self.assertEqual(len([one for one in bells(person) if "is to be done by" in one.subject]), 1)
				found = {row.channel: row.status for row in rows(person)}
				self.assertEqual((found["In-App"], found["E-mail"]), (SENT, SENT))
				self.assertIn(found["SMS"], (SENT, UNKNOWN))
			receivers = [receiver for receiver, _text in gateway.taken if receiver in self.numbers]
			self.assertEqual(len(receivers), len(set(receivers)))
			sent = {person for person in people if rows(person, channel="SMS")[0].status == SENT}
			self.assertGreaterEqual(len(receivers), len(sent))

	def test_two_workers_at_once_share_the_work(self) -> None:
		due = in_minutes(60)
		with outgoing_account(), sms_gateway() as gateway:
			people = self.people_with_work(due)
			workers = [self.worker(due) for _ in range(2)]
			for worker in workers:
				out, _error = worker.communicate(timeout=300)
				self.assertIn("done", out)
			self.commit()
			for person in people:
				self.assertEqual({row.status for row in rows(person)}, {SENT})
				self.assertEqual(len(bells(person)), 1)
			receivers = [receiver for receiver, _text in gateway.taken if receiver in self.numbers]
			self.assertEqual(sorted(receivers), sorted(self.numbers))

	def test_a_batch_that_another_connection_holds_is_not_taken_again(self) -> None:
		due = in_minutes(60)
		people = self.people_with_work(due)
		now, store = site_clock.moment(due), ledger.SiteStore()
		taken = store.take_occasions(now, 1000)
		self.assertGreaterEqual(len(taken), PEOPLE)
		with ThreadPoolExecutor(1) as elsewhere:
			self.assertEqual(elsewhere.submit(self.take_elsewhere, now).result(), 0)
		store.rollback()
		run(due)
		self.assertEqual([len(bells(person)) for person in people], [1] * PEOPLE)

	def take_elsewhere(self, now: datetime) -> int:
		"""Count what another connection can take; a thread has a context of Frappe's of its own."""
		frappe.init(site=connection.site_name(), sites_path=".")
		frappe.connect()
		try:
			return len(ledger.SiteStore().take_occasions(now, 1000))
		finally:
			frappe.destroy()

	def test_two_schedulers_that_enter_the_same_make_one_row(self) -> None:
		due = in_minutes(60)
		[person] = self.people_with_work(due)[:1]
		now, store = site_clock.moment(due), ledger.SiteStore()
		taken = [one for one in store.take_occasions(now, 1000) if person in dict(one.told)]
		store.rollback()
		for _ in range(2):
			store.enter(
				[row for one in taken for row in reminder_engine.entries(one, store.preferences([person]))]
			)
		store.commit()
		# A site that other tests gave an account to send from delivers by mail too.
		channels = [row.channel for row in rows(person)]
		self.assertIn("In-App", channels)
		self.assertEqual(sorted(channels), sorted(set(channels)))
