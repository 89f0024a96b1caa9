"""Quota Attainment of a chosen team or owner, of people in no team or in two, and for who knows only some of the quotas."""

import json
from datetime import date
from typing import Any

import frappe
from frappe.desk.query_report import run

from crm_plus.tests import factories
from crm_plus.tests.factories_teams import make_team
from crm_plus.tests.report_case import as_list
from crm_plus.tests.test_quotas_and_mail_rows import TreeCase

REPORT, FORECAST = "Quota Attainment", "Sales Forecast"
FIRST, LAST = date(2031, 1, 1), date(2031, 1, 31)
QUOTA = 7000


def rows_of(name: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
	"""Return the rows of a report, its total among them."""
	return run(name, json.dumps(filters, default=str))["result"]


class TestQuotaAttainment(TreeCase):
	"""Each of the two agents sold something in January; each has a quota, and so has somebody in no team."""

	def setUp(self) -> None:
		super().setUp()
		self.alone = factories.make_user("Sales User").name
		self.sold = {self.agent: 100, self.other: 4000}
		self.company, self.pipeline = factories.company(), factories.make_pipeline().name
		self.january = {"company": self.company, "from_date": FIRST, "to_date": LAST}
		for owner, amount in self.sold.items():
			deal = factories.make_deal(pipeline=self.pipeline, deal_owner=owner, amount=amount)
			frappe.db.set_value("Deal", deal.name, {"status": "Won", "closed_on": FIRST})
		for user in (*self.sold, self.alone):
			values = {"quota_for": "Person", "user": user, "company": self.company, "period": "Month"}
			factories.make("Sales Quota", **values, starts_on=FIRST, amount=QUOTA)

	def found(self, **chosen: Any) -> tuple[dict[str, tuple[float, float]], Any]:
		"""Return quota and attainment by whose they are, and the total."""
		*rows, total = rows_of(REPORT, {**self.january, **chosen})
		self.assertTrue(total["is_total"])
		return {row["who"]: (row["quota"], row["attained"]) for row in rows}, total

	def test_a_chosen_team_is_measured_by_its_own_quotas(self) -> None:
		rows, total = self.found(team=self.team)
		self.assertEqual(rows, {self.team: (QUOTA, 100), self.agent: (QUOTA, 100)})
		self.assertEqual((total["quota"], total["attained"], total["gap"]), (QUOTA, 100, QUOTA - 100))

	def test_a_chosen_owner_is_measured_by_his_own_quota(self) -> None:
		rows, total = self.found(owner=self.other)
		self.assertEqual(rows, {self.other: (QUOTA, 4000)})
		self.assertEqual((total["quota"], total["attained"]), (QUOTA, 4000))
		nobody = {**self.january, "owner": self.other, "team": self.team}
		self.assertEqual(rows_of(REPORT, nobody), [])
		self.assertEqual({row["quota"] for row in rows_of(FORECAST, nobody)}, {0})

	def test_who_is_in_no_team_and_has_sold_nothing_stands_there_with_his_quota(self) -> None:
		rows, total = self.found()
		self.assertEqual(rows[self.alone], (QUOTA, 0))
		self.assertEqual((total["quota"], total["attained"]), (3 * QUOTA, 4100))

	def test_who_is_in_two_teams_counts_once_in_the_total(self) -> None:
		second = make_team([self.agent], [])
		rows, total = self.found()
		self.assertEqual((rows[self.team], rows[second]), ((QUOTA, 100), (QUOTA, 100)))
		self.assertEqual((total["quota"], total["attained"]), (3 * QUOTA, 4100))

	def test_who_knows_some_quotas_is_told_what_their_people_attained(self) -> None:
		for user, sold in ((self.agent, 100), (self.leader, 100), (self.manager, 4000), (self.free, 4100)):
			with self.as_user(user):
				rows, total = self.found()
				[month] = [row for row in rows_of(FORECAST, self.january) if row["month"] == "2031-01"]
			self.assertEqual(total["attained"], sold, user)
			self.assertEqual((month["quota"], month["attained"]), (total["quota"], sold), user)
			self.assertEqual({row[1] for row in rows.values()} - {0, *self.sold.values()}, set(), user)

	def test_the_total_of_each_reader_leads_to_what_makes_it(self) -> None:
		for user in (self.agent, self.manager, self.free):
			with self.as_user(user):
				_rows, total = self.found()
				won = frappe.get_list(
					"Deal", as_list(total["drill"]["attained"]), pluck="base_amount", limit=0
				)
				behind = rows_of(FORECAST, total["drill"]["quota"])
			self.assertEqual(sum(won), total["attained"], user)
			quotas = [row["amount"] for row in behind if not row.get("is_total")]
			self.assertEqual(sum(quotas), total["quota"], user)
