"""Quotas that are attained by invoices: what is counted, where it leads, and who may not know it."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.rules.periods import next_month
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.test_customer_reports import shop

FROM = "attainment_from"


class TestQuotasByInvoices(ReportCase):
	REPORT = "Quota Attainment"

	def setUp(self) -> None:
		super().setUp()
		self.shop = shop()
		before = frappe.db.get_single_value("CRM Plus Settings", FROM)
		self.addCleanup(frappe.db.set_single_value, "CRM Plus Settings", FROM, before)
		frappe.db.set_single_value("CRM Plus Settings", FROM, "Invoices")
		# The invoices of another test's world are left out; undone after each test.
		frappe.db.sql(
			"update `tabSales Invoice` set docstatus = 0 where name like %s", (f"SI-R-{self.world.key}%",)
		)
		self.company = self.world.companies[0]
		today = getdate()
		self.first = (today - timedelta(days=300)).replace(day=1)
		self.last = next_month(today) - timedelta(days=1)
		self.asked = {"company": self.company, "from_date": self.first, "to_date": self.last}

	def billed(self, *pipelines: str) -> dict[tuple[str, str], float]:
		"""Return what the deals of each owner were invoiced for in each month, by hand: net, returns taken off."""
		chosen = {"name": ["in", self.world.deals], "pipeline": ["in", pipelines or self.world.pipelines]}
		owners = dict(frappe.get_all("Deal", chosen, ["name", "deal_owner"], as_list=True))
		found: dict[tuple[str, str], float] = defaultdict(float)
		for row in self.shop.rows:
			invoice = self.shop.invoices[row.parent]
			is_counted = (
				invoice.docstatus == 1 and invoice.company == self.company and row.crm_plus_deal in owners
			)
			if is_counted and self.first <= invoice.posting_date <= self.last:
				month = invoice.posting_date.strftime("%Y-%m")
				found[owners[row.crm_plus_deal], month] += row.base_net_amount
		return found

	def of(self, *owners: str) -> float:
		return sum(amount for (owner, _month), amount in self.billed().items() if owner in owners)

	def quota(self, user: str, amount: float = 12_000) -> None:
		start = getdate().replace(day=1)
		factories.make("Sales Quota", user=user, company=self.company, amount=amount, starts_on=start)

	def test_each_row_is_what_was_invoiced_and_leads_to_its_deals(self) -> None:
		first, below = self.world.agents[:2]
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				found = self.report(**self.asked)
				rows = {row["who"]: row for row in found["result"] if not row.get("is_total")}
				self.assert_close(rows[below]["attained"], self.of(below))
				self.assert_close(rows[self.world.below]["attained"], self.of(below))
				self.assert_close(rows[self.world.team]["attained"], self.of(first, below))
				[column] = [each for each in found["columns"] if each["fieldname"] == "attained"]
				for who in (first, below, self.world.below, self.world.team):
					behind = self.report(column["drill_report"], **rows[who]["drill"]["attained"])["result"]
					deals = [row for row in behind if not row.get("is_total")]
					self.assertTrue(deals)
					self.assert_close(sum(row["revenue"] for row in deals), rows[who]["attained"], who)

	def test_rows_of_a_chosen_team_or_owner_lead_to_theirs_alone(self) -> None:
		below, agent = self.world.below, self.world.agents[1]
		for chosen, whose in (({"team": below}, {below, agent}), ({"owner": agent}, {agent})):
			found = self.report(**self.asked, **chosen)["result"]
			self.assertEqual({row["who"] for row in found if not row.get("is_total")}, whose)
			for row in found:
				self.assert_close(row["attained"], self.of(agent))
				behind = self.report("Revenue by Source and Campaign", **row["drill"]["attained"])["result"][
					:-1
				]
				self.assert_close(sum(deal["revenue"] for deal in behind), row["attained"], str(row))

	def test_the_forecast_counts_invoices_month_by_month(self) -> None:
		months: dict[str, float] = defaultdict(float)
		for (_owner, month), amount in self.billed(self.pipeline).items():
			months[month] += amount
		for row in self.rows_of_forecast():
			self.assert_close(row["attained"], months.get(row["month"], 0), row["month"])

	def rows_of_forecast(self) -> list[dict[str, Any]]:
		found = self.report("Sales Forecast", **self.asked, pipeline=self.pipeline)["result"]
		return [row for row in found if not row.get("is_total") and row["month"][:2] == "20"]

	def test_who_may_not_read_invoices_is_told_so_and_nothing_else(self) -> None:
		agent = self.world.agents[1]
		self.quota(agent)
		with self.as_user(agent):
			for name in (self.REPORT, "Sales Forecast"):
				found = self.report(name, **self.asked)
				self.assertTrue(found["result"], name)
				self.assertIn("no permission to read", found["message"])
				self.assertEqual({row.get("attained") for row in found["result"][:-1]} - {0.0}, {None}, name)
				self.assertTrue(all(not row.get("attained") for row in found["result"]), name)
				self.assertTrue(all(row.get("attainment") is None for row in found["result"]), name)
				drawn = [
					each["name"]
					for each in (found["chart"] or {"data": {"datasets": []}})["data"]["datasets"]
				]
				self.assertNotIn("Attained", drawn)
			[mine] = [row for row in self.rows(**self.asked) if row["who"] == agent]
			self.assertEqual((mine["quota"], mine["gap"], [*mine["drill"]]), (12_000, None, ["quota"]))
		frappe.db.set_single_value("CRM Plus Settings", FROM, "Won Deals")
		with self.as_user(agent):
			self.assertNotIn("no permission", self.report(**self.asked)["message"] or "")
