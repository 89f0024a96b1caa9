"""Runs of adoption that are stopped, killed, undone halfway, or asked for by the wrong person."""

from unittest.mock import patch

import frappe

from crm_plus.api import adoption as api
from crm_plus.jobs import adoption as job
from crm_plus.tests import factories as make
from crm_plus.tests import factories_adoption as old
from crm_plus.tests.adoption_case import AdoptionTestCase, the_user
from crm_plus.workflows import adoption, adoption_deals, adoption_undo


class Killed(BaseException):
	"""What nothing catches: the worker is gone."""


class TestAdoptionRuns(AdoptionTestCase):
	def setUp(self) -> None:
		super().setUp()
		small = patch.object(adoption, "BATCH", 20)
		small.start()
		self.addCleanup(small.stop)

	def check_complete(self, leads: list[str], sales: list[str]) -> None:
		for doctype, target, names in (("Lead", "Customer Profile", leads), ("Opportunity", "Deal", sales)):
			where = {
				"source_doctype": doctype,
				"source_name": ["in", names],
				"kind": ["in", ["Party", "Deal"]],
			}
			rows = frappe.get_all("Adoption Entry", where, ["source_name", "target_name"])
			self.assertEqual(sorted(row.source_name for row in rows), sorted(names))
			targets = [row.target_name for row in rows]
			self.assertEqual(len(set(targets)), len(targets))
			self.assertEqual(frappe.db.count(target, {"name": ["in", targets]}), len(targets))
		linked = frappe.get_all("Customer Profile", {"erpnext_lead": ["in", leads]}, pluck="erpnext_lead")
		self.assertEqual(sorted(linked), sorted(leads))

	def test_a_run_stops_and_goes_on(self) -> None:
		leads, sales = self.past(90, 70)
		run, batches = self.prepare(), []

		def stop_soon(name: str) -> None:
			batches.append(name)
			if frappe.db.count("Adoption Entry", {"run": run, "source_name": ["in", leads]}) > 30:
				api.stop(run)
				frappe.db.commit()

		self.work(run, stop_soon)
		self.assertEqual(self.status(run), "Stopped")
		taken = frappe.db.count("Adoption Entry", {"run": run, "source_name": ["in", leads]})
		self.assertTrue(0 < taken < len(leads))
		self.go_on(run)
		self.assertEqual(self.status(run), "Finished")
		self.check_complete(leads, sales)

	def test_a_worker_that_is_killed_leaves_nothing_half_done(self) -> None:
		leads, sales = self.past(50, 90)
		before = self.counts()
		run, calls = self.prepare(), []
		write = adoption_deals.write

		def write_and_die(batch: adoption_deals.Batch) -> None:
			write(batch)
			calls.append(len(batch.deals))
			if len(calls) == 3:
				raise Killed

		with patch.object(adoption_deals, "write", write_and_die), self.assertRaises(Killed):
			self.work(run)
		frappe.db.rollback()  # the connection of a killed worker ends like this
		self.assertEqual(self.status(run), "Running")
		self.assertEqual(
			frappe.db.count("Adoption Entry", {"run": run, "kind": "Deal", "action": "Created"}),
			sum(calls[:2]),
		)
		self.assertFalse(adoption.WORKER.is_at_work())
		job.resume_abandoned()
		self.assertEqual(frappe.db.get_value("Adoption Run", run, "attempt"), 2)
		self.commit()
		self.work(run)
		self.assertEqual(self.status(run), "Finished")
		self.check_complete(leads, sales)
		self.undo(run)
		self.assertEqual(self.counts(), before)

	def test_a_batch_that_fails_is_told_and_can_be_resumed(self) -> None:
		leads, sales = self.past(30, 30)
		run = self.prepare()
		with patch.object(adoption_deals, "write", side_effect=frappe.ValidationError("The disk is full")):
			self.work(run)
		self.assertEqual(self.status(run), "Failed")
		self.assertEqual(frappe.db.get_value("Adoption Run", run, "last_error"), "The disk is full")
		self.go_on(run)
		self.check_complete(leads, sales)

	def test_undoing_keeps_what_people_worked_on(self) -> None:
		_leads, sales = self.past(6, 6)
		run = self.adopt()
		changed, quoted, commented, free = (self.became("Opportunity", name) for name in sales[:4])
		changed.next_step = "Call"
		changed.save()
		commented.add_comment("Comment", "A word")
		old_owner = commented.deal_owner
		invoice = frappe.new_doc("Quotation")
		customer = make.make_customer().name
		# Nobody's yet: else the deal, which is with somebody else, would be refused.
		frappe.db.delete("Customer Profile", {"erpnext_customer": customer})
		invoice.update({"quotation_to": "Customer", "party_name": customer, "company": quoted.company})
		invoice.append(
			"items", {"item_code": self.items[0], "qty": 1, "rate": 5, "crm_plus_deal": quoted.name}
		)
		invoice.insert()
		self.commit()
		self.undo(run)

		kept = {row["target_name"]: row["kept_reason"] for row in adoption_undo.kept(run)}
		self.assertEqual(kept[changed.name], "changed_since")
		self.assertEqual(kept[quoted.name], "has_new_links")
		self.assertEqual(kept[commented.name], "has_new_links")
		self.assertNotIn(free.name, kept)
		self.assertFalse(frappe.db.exists("Deal", free.name))
		self.assertEqual(frappe.db.get_value("Deal", commented.name, "deal_owner"), old_owner)
		for deal in (changed, quoted, commented):
			self.assertTrue(frappe.db.exists("Deal", deal.name))
			self.assertEqual(kept[deal.customer_profile], "has_new_links")
		again = self.adopt()
		self.assertEqual(frappe.db.count("Adoption Entry", {"source_name": sales[0], "kind": "Deal"}), 1)
		self.undo(again)

	def test_a_profile_that_was_here_keeps_living_without_its_run(self) -> None:
		with old.before_crm_plus():
			customer = make.make_customer()
			mine = make.make_profile(erpnext_customer=customer.name)
			twin = make.make_customer(customer_name=make.unique("Twin"))
			profile = make.make_profile(full_name=twin.customer_name)
		old.add_comments("Customer", [customer.name], self.owners[0])
		self.commit()
		before, seen = self.counts(), frappe.db.get_value("Customer Profile", profile.name, "modified")
		run = self.adopt()
		self.assertEqual(self.became("Customer", customer.name).name, mine.name)
		self.assertEqual(self.became("Customer", twin.name).name, profile.name)
		self.assertEqual(frappe.db.get_value("Customer Profile", profile.name, "erpnext_customer"), twin.name)
		self.undo(run)
		self.assertEqual(self.counts(), before)
		self.assertFalse(frappe.db.get_value("Customer Profile", profile.name, "erpnext_customer"))
		self.assertEqual(frappe.db.get_value("Customer Profile", profile.name, "modified"), seen)

	def test_two_workers_never_work_at_once(self) -> None:
		leads, _sales = self.past(5, 0)
		run = self.prepare()
		other = frappe.db.get_connection()
		cursor = other.cursor()
		cursor.execute("select get_lock(%s, 0)", (adoption.WORKER.lock_name,))
		try:
			self.work(run)
			self.assertEqual(frappe.db.count("Adoption Entry", {"source_name": ["in", leads]}), 0)
			self.assertRaises(frappe.ValidationError, api.resume, run)
		finally:
			cursor.execute("select release_lock(%s)", (adoption.WORKER.lock_name,))
			other.close()
		self.work(run)
		self.assertEqual(frappe.db.count("Adoption Entry", {"source_name": ["in", leads]}), len(leads))

	def test_only_managers_may(self) -> None:
		run = adoption.prepare().name
		with self.as_user(the_user("adoption-0@example.com", "Sales User")):
			for method in (api.start, api.stop, api.resume, api.undo, api.recount, api.progress, api.kept):
				self.assertRaises(frappe.PermissionError, method, run)
			self.assertRaises(frappe.PermissionError, api.prepare)
		with self.as_user(the_user("adoption-manager@example.com", "Sales Manager")):
			self.assertEqual(api.prepare(), run)
			self.assertEqual(api.progress(run)["status"], "Draft")

	def test_a_run_with_entries_cannot_be_deleted_or_changed(self) -> None:
		self.past(1, 0)
		run = frappe.get_doc("Adoption Run", self.adopt())
		self.assertRaises(frappe.ValidationError, run.delete)
		run.sources[0].take = 1 - run.sources[0].take
		self.assertRaises(frappe.ValidationError, run.save)
