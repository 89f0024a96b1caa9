"""Every figure of every report leads to what it counts, and what stands there adds up or averages to it."""

import json
from collections import defaultdict
from typing import Any

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, getdate

from crm_plus.tests import factories, test_deal_to_cash
from crm_plus.tests.figures_behind import FROM_REPORT, average_visit, list_makers
from crm_plus.tests.planned_sales import put_nights, put_quotas
from crm_plus.tests.report_case import FIELDS, ReportCase, as_list
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lead_source_quality import put_sources
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_reports import REPORTS
from crm_plus.tests.test_response_time import put_talks

PERIOD = {"from_date": str(add_days(getdate(), -300)), "to_date": str(getdate())}
# Of talks and promises: some are still ahead.
AROUND_TODAY = {"from_date": str(add_days(getdate(), -40)), "to_date": str(add_days(getdate(), 10))}
FIGURES = ("Int", "Currency", "Float", "Percent")
ROWS = 5
# By what each report is grouped here; the first group is the usual one.
GROUPS = {
	"Pipeline Summary": ("Stage", "Owner", "Source", "Campaign", "Size"),
	"Deal to Cash": ("Owner", "Month", "Source", "Campaign", "Customer", "Size", "Deal"),
	"Sales Velocity": ("Owner", "Source", "Size"),
	"Win Loss Analysis": ("Lost Reason", "Competitor", "Owner", "Source", "Size", "Month"),
	"Revenue by Source and Campaign": ("Source", "Campaign", "Owner", "Customer", "Deal", "Invoice"),
	"Response Time": ("Person", "Team", "Type", "Hour"),
	"Lifecycle Movement": ("Stage", "From and To", "Owner", "Territory"),
	"Lead Source Quality": ("Source", "Campaign", "Owner", "Month", "Customer"),
}
# The difference of two figures that stand beside it, each of which is a link.
DIFFERENCES = {
	"Sales Forecast": {"gap", "change"},
	"Forecast Accuracy": {"error"},
	"Quota Attainment": {"gap"},
	"Lifecycle Movement": {"net"},
}
# What lies between them is simulated: they lead to the deals that were played with, and nothing adds up to them.
SIMULATED = {"low", "high"}
# A row is a record.
OF_RECORDS = {"Customer Value", "Customers At Risk", "Rotten and Slipping Deals"}
OF_CUSTOMERS = ("Customer Value", "Customers At Risk")


def spread(rows: list[Any]) -> list[Any]:
	"""Return a few of the rows, the last one among them."""
	return rows[:: -max(len(rows) // ROWS, 1)]


class TestLinks(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		for put in (put_rows, put_talks, put_lives, put_sources, shop):
			put()
		test_deal_to_cash.TestDealToCash.put_documents()
		# Undone after each test.
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		frappe.db.set_value("Deal", {"pipeline": self.pipeline, "status": "Won"}, "quoted_net", 321.0)
		put_quotas(self.world)
		self.nights = put_nights(self.world)
		self.checked = 0
		self.followed: dict[str, set[str]] = defaultdict(set)

	def listed(self, doctype: str, filters: dict[str, Any]) -> list[Any]:
		fields = [*FIELDS, "began_on"] if doctype == "Deal" else ["*"]
		return frappe.get_list(doctype, as_list(filters), fields, limit=0)

	def behind(self, name: str, column: dict[str, Any], filters: dict[str, Any]) -> float | None:
		"""Return what the records or the report behind a figure make of it."""
		key = column["fieldname"]
		if column.get("drill_report"):
			return self.behind_in_report(name, column, filters)
		rows = self.listed(column["drill"], filters)
		if column["drill"] == "Stage Change":
			return average_visit(rows)
		makers = list_makers(self.amount, lambda deal, field: self.of_books(deal.company, deal[field]))
		maker = makers.get((name, key)) or makers.get(key)
		if column["fieldtype"] == "Int" and key != "customers":
			return len(rows)
		assert maker, f"{name}: how does a list make {key}?"
		return maker(rows)

	def behind_in_report(self, name: str, column: dict[str, Any], filters: dict[str, Any]) -> float | None:
		key, found = column["fieldname"], run(column["drill_report"], json.dumps(filters))
		rows = [row for row in found["result"] if not row.get("is_total")]
		if (name, key) in FROM_REPORT:
			return FROM_REPORT[name, key](rows)
		known = {each["fieldname"] for each in found["columns"]}
		is_own = column["drill_report"] == name and key in known
		if (column["fieldtype"] == "Int" and not is_own) or key == "invoices":
			return len(rows)
		summed = next(each for each in (key, "brings", "amount", "revenue") if each in known)
		return sum(row[summed] or 0 for row in rows)

	def follow(self, name: str, filters: dict[str, Any], *, to_lists: bool = True) -> None:
		found = self.report(name, **filters)
		rows = spread([row for row in found["result"] if not row.get("is_total")])
		total = [row for row in found["result"] if row.get("is_total")]
		for row in [*rows, *total]:
			for column in found["columns"]:
				key = column["fieldname"]
				filters = (row.get("drill") or {}).get(key)
				if (
					not filters
					or not row.get(key)
					or key in SIMULATED
					or not (to_lists or column.get("drill_report"))
				):
					continue
				where = f"{name}: {key} of {row}"
				self.assertTrue(column.get("drill") or column.get("drill_report"), where)
				if column["fieldtype"] == "Percent" and self.leads_where_its_parts_lead(
					row, key, found["columns"]
				):
					continue
				self.assert_close(row[key], self.behind(name, column, filters), where)
				self.checked += 1
				self.followed[name].add(key)

	def leads_where_its_parts_lead(
		self, row: dict[str, Any], key: str, columns: list[dict[str, Any]]
	) -> bool:
		"""Tell whether a rate leads to what a figure beside it counts; that one is held to it by itself."""
		others = [each["fieldname"] for each in columns if each["fieldtype"] in ("Int", "Currency")]
		return any(row["drill"].get(other) == row["drill"][key] for other in others)

	def filters(self, name: str, group: str) -> dict[str, Any]:
		of_deals = {"pipeline": self.pipeline, "currency": "EUR"}
		of_people = {"team": self.world.team, **AROUND_TODAY}
		people = ("Team Activity", "Follow-up Discipline", "Response Time", "Lifecycle Movement")
		chosen = of_people if name in people else of_deals
		first = {"from_date": str(self.nights[-1])} if name == "Pipeline Movement" else {}
		return {**PERIOD, **chosen, "group_by": group, **first}

	def test_what_stands_behind_a_figure_adds_up_to_it(self) -> None:
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				for name in sorted(set(REPORTS) - OF_RECORDS):
					groups = GROUPS.get(name, ("",))
					for group in groups if user == "Administrator" else groups[:1]:
						with self.subTest(name, group=group, user=user):
							self.follow(name, self.filters(name, group))
					with self.subTest(name, user=user):
						linked = self.linked(self.report(name, **self.filters(name, groups[0])))
						self.assertEqual(
							linked - self.followed[name], set(), f"{name} had no such figure to follow"
						)

	def linked(self, found: dict[str, Any]) -> set[str]:
		"""Return the columns of sums, counts and averages that are links."""
		return {
			column["fieldname"]
			for column in found["columns"]
			if (column.get("drill") or column.get("drill_report")) and column["fieldtype"] != "Percent"
		} - SIMULATED

	def test_quotas_attained_by_invoices_lead_to_what_was_invoiced(self) -> None:
		before = frappe.db.get_single_value("CRM Plus Settings", "attainment_from")
		self.addCleanup(frappe.db.set_single_value, "CRM Plus Settings", "attainment_from", before)
		frappe.db.set_single_value("CRM Plus Settings", "attainment_from", "Invoices")
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				for name in ("Quota Attainment", "Sales Forecast"):
					self.followed.clear()
					self.follow(name, self.filters(name, ""))
					self.assertLessEqual({"quota", "attained"}, self.followed[name], f"{name} as {user}")

	def test_a_figure_and_what_is_behind_it_are_of_one_rate(self) -> None:
		"""The rate of the report's last day counts for each of its months, and so in the list behind one."""
		days = (add_days(getdate(), -3000), add_days(getdate(), -45))
		for day, pound in zip(days, (0.8, 1.6), strict=True):
			for books in ("EUR", "USD"):
				factories.make_exchange_rate(books, "GBP", pound, str(day))
		for name in (
			"Sales Forecast",
			"Forecast Accuracy",
			"Quota Attainment",
			"Forecast by History",
			*GROUPS,
		):
			filters = {**self.filters(name, GROUPS.get(name, ("",))[-1]), "currency": "GBP"}
			with self.subTest(name):
				self.follow(name, filters, to_lists=False)
		self.assertGreater(self.checked, 100)

	def test_every_figure_but_a_difference_is_a_link(self) -> None:
		for name in sorted(set(REPORTS) - OF_RECORDS):
			found = self.report(name, **self.filters(name, GROUPS.get(name, ("",))[0]))
			figures = [
				column
				for column in found["columns"]
				if column["fieldtype"] in FIGURES and not column.get("hidden")
			]
			bare = {
				column["fieldname"]
				for column in figures
				if not column.get("drill") and not column.get("drill_report")
			}
			self.assertEqual(bare, DIFFERENCES.get(name, set()), name)
			for row in [row for row in found["result"] if not row.get("is_total")][:ROWS]:
				for column in figures:
					key = column["fieldname"]
					if key not in bare and row.get(key) and row.get("value", "") is not None:
						self.assertIn(key, row["drill"], f"{name}: {key} of {row}")

	def test_what_customers_bought_adds_up_from_their_invoices(self) -> None:
		for user in ("Administrator", self.world.bound):
			with self.as_user(user):
				for name in OF_CUSTOMERS:
					found = self.report(name, source=shop().source, currency="EUR", **PERIOD)["result"]
					self.assertTrue(found)
					for row in [each for each in found if not each.get("is_total")][: 2 * ROWS]:
						for key, filters in row["drill"].items():
							behind = self.report("Customer Value", **filters)["result"]
							rows = [each for each in behind if not each.get("is_total")]
							made = {own: sum(each[own] for each in rows) for own in ("revenue", "purchases")}
							made["average"] = (
								made["revenue"] / made["purchases"] if made["purchases"] else None
							)
							self.assert_close(row.get(key, made[key]), made[key], f"{name}: {key} of {row}")
		with self.as_user(self.world.agents[0]), self.assertRaises(frappe.PermissionError):
			self.report("Customer Value", show="Purchases", customer=shop().profiles[0])

	def test_what_no_report_shows_gets_a_sentence(self) -> None:
		for name, filters in (
			("Sales Forecast", {"figure": "Broken <b>"}),
			("Follow-up Discipline", {"show": "Broken <b>"}),
			("Deal to Cash", {"behind": "Broken=<b>"}),
		):
			with self.assertRaisesRegex(frappe.ValidationError, "cannot show|no group"):
				self.report(name, **filters)
		self.assertEqual(self.report("Sales Forecast", figure="open", month="1801-01")["result"], [])
