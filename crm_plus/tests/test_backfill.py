"""The past is taken in once, in batches, from wherever a worker was stopped or killed."""

from typing import Any

import frappe
from frappe.utils.background_jobs import is_job_enqueued

from crm_plus.api import capture as api
from crm_plus.jobs import adoption as adoption_jobs
from crm_plus.jobs import capture as jobs
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import interaction_of, make_event, make_mail, make_person
from crm_plus.workflows import adoption, backfill, capture


class TestBackfill(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		backfill.store({})
		self.commit()
		self.batch, backfill.BATCH = backfill.BATCH, 5

	def tearDown(self) -> None:
		backfill.BATCH = self.batch
		backfill.store({})
		frappe.db.commit()  # the next test begins anew
		super().tearDown()

	def past(self, count: int = 12) -> list[Any]:
		person = make_person()
		mails = [make_mail(sender=person.email) for _ in range(count)]
		return [*mails, make_event(with_=[("Customer Profile", person.name)])]

	def start(self) -> None:
		api.start()
		self.commit()

	def test_all_of_it_once(self) -> None:
		past = self.past()
		self.start()
		jobs.backfill()
		for document in past:
			self.assertIsNotNone(interaction_of(document), document.name)
		progress = api.progress()
		self.assertEqual((progress["status"], progress["percent"], progress["failed"]), ("Finished", 100, 0))
		self.assertEqual(progress["done"], progress["total"])
		before = frappe.db.count("Interaction")
		self.start()
		jobs.backfill()
		self.assertEqual(frappe.db.count("Interaction"), before)

	def test_killed_in_the_middle_it_goes_on(self) -> None:
		past = self.past()
		self.start()
		batches = []

		def die(progress: dict[str, Any]) -> None:
			batches.append(progress["done"])
			if len(batches) == 2:
				raise KeyboardInterrupt

		with self.assertRaises(KeyboardInterrupt):
			backfill.work(die)
		frappe.db.rollback()
		self.assertEqual(api.progress()["status"], "Running")
		reached = api.progress()["done"]
		jobs.sweep()  # gives it to a new worker
		backfill.work(lambda progress: batches.append(progress["done"]))
		self.assertGreater(batches[2], reached)
		self.assertEqual(api.progress()["done"], api.progress()["total"])
		for document in past:
			self.assertIsNotNone(interaction_of(document))

	def test_stopping_and_going_on(self) -> None:
		self.past()
		self.start()
		backfill.work(lambda progress: api.stop())
		self.assertEqual(api.progress()["status"], "Stopped")
		stopped_at = api.progress()["done"]
		self.assertLess(stopped_at, api.progress()["total"])
		self.start()
		jobs.backfill()
		self.assertEqual(api.progress()["status"], "Finished")

	def test_never_twice_at_once(self) -> None:
		self.start()
		self.assertTrue(is_job_enqueued(backfill.STATE))
		other = frappe.db.__class__(
			host=frappe.conf.db_host, user=frappe.conf.db_name, password=frappe.conf.db_password
		)
		other.connect()
		other.use(frappe.conf.db_name)
		try:
			other.sql("select get_lock(%s, 0)", backfill.WORKER.lock_name)
			with self.assertRaises(frappe.ValidationError):
				api.start()
			backfill.work()
			self.assertEqual(api.progress()["done"], 0)
		finally:
			other.close()

	def test_an_adoption_that_is_done_lets_it_follow_once(self) -> None:
		run = adoption.prepare().name
		frappe.db.set_value("Adoption Run Source", {"parent": run}, "take", 0)
		adoption.begin(run)
		adoption.set_running(run)
		self.commit()
		adoption_jobs.work(run)
		self.assertEqual(frappe.db.get_value("Adoption Run", run, "status"), "Finished")
		self.assertEqual(backfill.state()["status"], "Running")
		backfill.store({"status": "Stopped"})
		backfill.start_once()
		self.assertEqual(backfill.state(), {"status": "Stopped"})

	def test_only_those_who_take_over_data(self) -> None:
		with self.as_user(factories.make_user("Sales User").name), self.assertRaises(frappe.PermissionError):
			api.start()


class TestSweep(CRMPlusTestCase):
	def test_what_a_lost_queue_left_behind_is_found(self) -> None:
		mail = make_mail(sender=make_person().email)
		self.commit()
		self.assertIsNone(interaction_of(mail))
		jobs.sweep()
		self.assertIsNotNone(interaction_of(mail))

	def test_plans_of_a_calendar_whose_time_has_come(self) -> None:
		event = make_event(with_=[("Customer Profile", make_person().name)])
		self.commit()
		capture.capture("Event", event.name)
		made = interaction_of(event)
		frappe.db.set_value("Interaction", made.name, "status", "Planned")
		self.commit()
		jobs.sweep()
		self.assertEqual(interaction_of(event).status, "Done")

	def test_sources_that_were_deleted_past_their_documents(self) -> None:
		mail = make_mail(sender=make_person().email)
		self.commit()
		capture.capture("Communication", mail.name)
		frappe.db.delete("Communication", {"name": mail.name})
		self.commit()
		jobs.nightly()
		self.assertIsNone(interaction_of(mail))

	def test_a_time_that_a_killed_worker_did_not_write(self) -> None:
		person = make_person()
		mail = make_mail(sender=person.email)
		self.commit()
		capture.capture("Communication", mail.name)
		frappe.db.set_value("Customer Profile", person.name, "last_interaction_on", None)
		self.commit()
		jobs.nightly()
		self.assertIsNotNone(frappe.db.get_value("Customer Profile", person.name, "last_interaction_on"))
