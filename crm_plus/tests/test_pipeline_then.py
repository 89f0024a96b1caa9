"""The card of the weighted pipeline against 30 days ago: by the snapshots, of readable deals alone, and never invented."""

from datetime import timedelta

import frappe
from frappe.utils import getdate

from crm_plus.api import board
from crm_plus.reports.pipeline_then import DAYS_AGO, OLDER_DAYS, SNAPSHOT, weighted_then
from crm_plus.tests.report_case import ReportCase, bulk


class TestPipelineThen(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = self.world.companies[0]
		first = getdate() - timedelta(days=DAYS_AGO + OLDER_DAYS)
		# Undone after each test.
		frappe.db.delete(SNAPSHOT, {"snapshot_date": [">=", first]})

	def put(self, days_ago: int, probability: float) -> None:
		"""Keep the world's deals as they stood on a day."""
		day = getdate() - timedelta(days=days_ago)
		kept = ("company", "pipeline", "stage", "deal_owner", "source", "currency", "amount", "base_amount")
		rows = [
			{
				**{"name": f"{day}-{deal.name}", "snapshot_date": day, "deal": deal.name},
				**{key: deal[key] for key in kept},
			}
			for deal in frappe.get_all("Deal", {"name": ["in", self.world.deals]}, ["name", *kept])
		]
		bulk(SNAPSHOT, [{**row, "probability": probability} for row in rows])

	def by_hand(self, probability: float) -> float:
		listed = frappe.get_list(
			"Deal", {"name": ["in", self.world.deals], "company": self.company}, ["base_amount"], limit=0
		)
		return sum(deal.base_amount for deal in listed) * probability / 100

	def test_it_is_the_snapshot_of_that_time_of_what_is_readable(self) -> None:
		self.put(DAYS_AGO - 1, 90)
		self.put(DAYS_AGO + 2, 50)
		self.put(DAYS_AGO + 5, 10)
		for user in ("Administrator", self.world.manager, *self.world.agents[:2]):
			with self.as_user(user):
				self.assert_close(weighted_then(self.company), self.by_hand(50), user)

	def test_the_card_says_by_how_much_it_changed(self) -> None:
		self.put(DAYS_AGO, 50)
		then = weighted_then(board._own_company())
		card = board.weighted_pipeline()
		self.assertTrue(then)
		self.assert_close(card["change"], 100 * (card["value"] - then) / then)

	def test_without_a_snapshot_of_that_time_no_change_is_shown(self) -> None:
		self.put(DAYS_AGO - 1, 90)
		self.put(DAYS_AGO + OLDER_DAYS + 1, 90)
		self.assertIsNone(weighted_then(self.company))
		self.assertIsNone(board.weighted_pipeline()["change"])

	def test_who_may_not_read_amounts_is_told_none(self) -> None:
		self.put(DAYS_AGO, 50)
		with self.as_user("Guest"):
			self.assertIsNone(weighted_then(self.company))
