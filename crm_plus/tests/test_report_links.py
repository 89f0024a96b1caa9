"""Every figure of every report leads to what it counts, and what stands there adds up to it; one that does not is an average."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, getdate

from crm_plus.tests.report_case import FIELDS, ReportCase, as_list
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lead_source_quality import put_sources
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_reports import REPORTS
from crm_plus.tests.test_response_time import put_talks

PERIOD = {"from_date": str(add_days(getdate(), -300)), "to_date": str(getdate())}
FIGURES = ("Int", "Currency", "Float")
ROWS = 4
# By what each report is grouped here; the first group is the usual one.
GROUPS = {
	"Pipeline Summary": ("Stage", "Owner", "Source", "Campaign", "Size"),
	"Deal to Cash": ("Owner", "Month", "Source", "Campaign", "Customer", "Size", "Deal"),
	"Sales Velocity": ("Owner", "Source", "Size"),
	"Win Loss Analysis": ("Lost Reason", "Owner", "Source", "Size", "Month"),
	"Revenue by Source and Campaign": ("Source", "Campaign", "Owner", "Customer"),
	"Response Time": ("Person", "Team", "Type", "Hour"),
	"Lifecycle Movement": ("Stage", "From and To", "Owner", "Territory"),
	"Lead Source Quality": ("Source", "Campaign", "Owner", "Month", "Customer"),
}
# Averages, rates and differences; and what is one record's own: the row links to it.
UNLINKED = {
	"Pipeline Summary": {"average", "days"},
	"Deal to Cash": {"to_order", "to_invoice", "to_cash"},
	"Sales Forecast": {"quota", "attained", "gap", "then", "change"},
	"Forecast by History": {"deals", "by_stage", "low", "high"},
	"Forecast Accuracy": {"said_1", "said_2", "said_3", "error"},
	"Quota Attainment": {"quota", "gap"},
	"Funnel and Stage Conversion": {"days"},
	"Sales Velocity": {"average", "cycle", "per_day"},
	"Revenue by Source and Campaign": {"invoices", "per_deal"},
	"Follow-up Discipline": {"days_late"},
	"Response Time": {"median", "p90", "longest"},
	"Lifecycle Movement": {"net"},
	"Lead Source Quality": {"days", "per_profile"},
}
# Without nights or quotas they have no figures: their own tests make some.
ON_THEIR_OWN = {"Pipeline Movement", "Quota Attainment"}
# Leads to the open deals alone, beside the won ones: its own test adds both.
BESIDE_THE_WON = ("Forecast by History", "expected")
# A row is a record.
OF_RECORDS = {"Customer Value", "Customers At Risk", "Rotten and Slipping Deals"}
OF_CUSTOMERS = ("Customer Value", "Customers At Risk")


class TestLinks(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		for put in (put_rows, put_talks, put_lives, put_sources, shop):
			put()
		self.checked = 0

	def adders(self) -> dict[str, Callable[[list[Any]], float]]:
		"""Return how the documents behind a figure add up to it, by column."""

		def of(fieldname: str) -> Callable[[list[Any]], float]:
			return lambda deals: sum(self.of_books(deal.company, deal[fieldname]) for deal in deals)

		amount = lambda deals: sum(self.amount(deal) for deal in deals)  # noqa: E731
		ledger = {
			key: of(f"{key}_amount") for key in ("quoted", "ordered", "invoiced", "paid", "outstanding")
		}
		return {
			**ledger,
			**dict.fromkeys(("amount", "won", "lost_amount", "won_amount", "attained"), amount),
			"weighted": lambda deals: sum(self.amount(deal) * deal.probability / 100 for deal in deals),
			"hours": lambda talks: sum(talk.duration or 0 for talk in talks) / 3600,
		}

	def listed(self, doctype: str, filters: dict[str, Any]) -> list[Any]:
		fields = list(FIELDS) if doctype == "Deal" else ["*"]
		return frappe.get_list(doctype, as_list(filters), fields, limit=0)

	def behind(self, column: dict[str, Any], filters: dict[str, Any]) -> float:
		"""Return what the records or the report behind a figure add up to."""
		key = column["fieldname"]
		if column.get("drill_report"):
			found = run(column["drill_report"], json.dumps(filters))
			rows = [row for row in found["result"] if not row.get("is_total")]
			known = {each["fieldname"] for each in found["columns"]}
			summed = next((each for each in (key, "brings", "amount") if each in known), "")
			if column["fieldtype"] == "Int" and key not in known:
				return len(rows)
			return sum(row[summed] or 0 for row in rows)
		rows = self.listed(column["drill"], filters)
		if key == "customers":
			return len({row.customer_profile for row in rows})
		return len(rows) if column["fieldtype"] == "Int" else self.adders()[key](rows)

	def follow(self, name: str, filters: dict[str, Any]) -> None:
		found = self.report(name, **filters)
		rows = [row for row in found["result"] if not row.get("is_total")][:ROWS]
		total = [row for row in found["result"] if row.get("is_total")]
		for row in [*rows, *total]:
			for column in found["columns"]:
				filters = (row.get("drill") or {}).get(column["fieldname"])
				value = row.get(column["fieldname"])
				if not filters or not value or (name, column["fieldname"]) == BESIDE_THE_WON:
					continue
				where = f"{name}: {column['fieldname']} of {row}"
				self.assertTrue(column.get("drill") or column.get("drill_report"), where)
				self.assert_close(value, self.behind(column, filters), where)
				self.checked += 1

	def filters(self, name: str, group: str) -> dict[str, Any]:
		of_deals = {"pipeline": self.pipeline, "currency": "EUR"}
		of_people = {"team": self.world.team}
		people = ("Team Activity", "Follow-up Discipline", "Response Time", "Lifecycle Movement")
		chosen = of_people if name in people else of_deals
		return {**PERIOD, **chosen, "group_by": group}

	def test_what_stands_behind_a_figure_adds_up_to_it(self) -> None:
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				for name in sorted(set(REPORTS) - OF_RECORDS):
					before = self.checked
					for group in GROUPS.get(name, ("",)):
						with self.subTest(name, group=group, user=user):
							self.follow(name, self.filters(name, group))
					if name not in ON_THEIR_OWN and user == "Administrator":
						self.assertGreater(self.checked, before, f"{name} has no link that could be followed")

	def test_every_figure_but_an_average_is_a_link(self) -> None:
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
			averages = {each for each in bare if each.startswith(self.pipeline)}
			self.assertEqual(bare - averages, UNLINKED.get(name, set()), name)
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
					for row in found[: 2 * ROWS]:
						for key, filters in row["drill"].items():
							behind = self.report("Customer Value", **filters)["result"]
							summed = sum(each[key] for each in behind if not each.get("is_total"))
							self.assert_close(row[key], summed, f"{name}: {key} of {row}")
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
