"""Pipeline Snapshot: a night, a night again, and old weeks of which one day stays."""

from datetime import date, datetime, timedelta

import frappe
from frappe.utils import getdate

from crm_plus.jobs import pipeline_snapshots
from crm_plus.rules.periods import months
from crm_plus.tests.report_case import ReportCase, bulk
from crm_plus.workflows.pipeline_snapshots import day_told


class TestSnapshots(ReportCase):
	"""A night commits batch by batch: what it leaves is taken back, lest it stand in other tests' past."""

	def setUp(self) -> None:
		super().setUp()
		before = frappe.db.get_single_value("CRM Plus Settings", "snapshots_daily_for_days")
		self.addCleanup(self.forget, before)

	def forget(self, daily_for_days: int) -> None:
		frappe.db.delete("Pipeline Snapshot", {"snapshot_date": ["<", "2020-01-01"]})
		frappe.db.set_single_value("CRM Plus Settings", "snapshots_daily_for_days", daily_for_days)
		self.commit()

	def test_a_night_twice_or_in_parts_is_one_night(self) -> None:
		"""crm_plus.jobs.pipeline_snapshots.run calls these."""
		day = date(2019, 5, 5)
		pipeline_snapshots.take(day, batch=7)
		once = frappe.db.count("Pipeline Snapshot", {"snapshot_date": day})
		self.assertEqual(once, frappe.db.count("Deal", {"status": "Open"}))
		pipeline_snapshots.take(day, batch=100_000)
		self.assertEqual(frappe.db.count("Pipeline Snapshot", {"snapshot_date": day}), once)
		deal = self.deals(status="Open")[0]
		kept = frappe.get_doc("Pipeline Snapshot", f"{day}-{deal.name}")
		for fieldname in ("company", "stage", "deal_owner", "amount", "base_amount", "probability"):
			self.assertEqual(kept.get(fieldname), deal[fieldname])

	def test_old_weeks_keep_their_last_day(self) -> None:
		frappe.db.set_single_value("CRM Plus Settings", "snapshots_daily_for_days", 30)
		frappe.db.delete("Pipeline Snapshot", {"snapshot_date": ["<", "2018-02-01"]})
		days = [date(2018, 1, 1) + timedelta(days=n) for n in range(10)]
		bulk(
			"Pipeline Snapshot",
			[{"name": f"{day}-x{n}", "snapshot_date": day} for day in days for n in (1, 2)],
		)
		pipeline_snapshots.thin(getdate(), batch=1)
		left = frappe.get_all(
			"Pipeline Snapshot", {"snapshot_date": ["<", "2018-02-01"]}, pluck="snapshot_date", distinct=True
		)
		self.assertEqual(sorted(set(left)), [date(2018, 1, 7), date(2018, 1, 10)])
		frappe.db.set_single_value("CRM Plus Settings", "snapshots_daily_for_days", 0)
		bulk("Pipeline Snapshot", [{"name": f"{days[0]}-x", "snapshot_date": days[0]}])
		pipeline_snapshots.run()
		self.assertTrue(frappe.db.exists("Pipeline Snapshot", f"{days[0]}-x"))

	def test_a_run_at_night_tells_of_the_day_before(self) -> None:
		self.assertEqual(day_told(datetime(2026, 3, 1, 0, 5)), date(2026, 2, 28))
		self.assertEqual(day_told(datetime(2026, 3, 1, 15, 0)), date(2026, 3, 1))
		self.assertEqual(len(months(date(2026, 2, 28), date(2026, 3, 1))), 2)
