"""What holds for every report alike: fiscal years, companies, readers' clocks, empty periods, and lists that are cut."""

import importlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, getdate

from crm_plus.reports.report_money import rates_into
from crm_plus.reports.report_scope import read_scope
from crm_plus.tests import factories
from crm_plus.tests.report_case import RATE, bulk
from crm_plus.tests.taken_report import OTHERS, TakenReport
from crm_plus.tests.test_reports import REPORTS

ZONES = ("Pacific/Kiritimati", "America/Los_Angeles", "")
# Reports of how things stand today.
WITHOUT_PERIOD = {"Pipeline Summary", "Rotten and Slipping Deals", "Customers At Risk"}
FIGURES = ("Int", "Currency", "Float", "Percent")
# What companies together have is what each of them has: the columns that are sums, in one currency.
SUMS = {
	"Pipeline Summary": ("deals", "amount", "weighted", "no_follow_up"),
	"Sales Forecast": ("deals", "won", "commit", "best_case", "weighted", "open", "then", "quota"),
	"Forecast Accuracy": ("won", "said_1"),
	"Quota Attainment": ("attained",),
	"Deal to Cash": ("deals", "won", "ordered", "invoiced", "paid", "outstanding", "not_paid"),
	"Funnel and Stage Conversion": ("reached", "amount", "stays", "lost"),
	"Sales Velocity": ("closed", "won", "amount"),
	"Win Loss Analysis": ("lost", "lost_amount"),
	"Revenue by Source and Campaign": ("deals", "revenue", "collected", "open", "written_off"),
	"Customer Value": ("revenue",),
	"Pipeline Movement": ("deals", "amount"),
	"Lead Source Quality": ("deals", "won", "lost", "amount", "invoiced", "paid"),
}
FEW = 5
# Reports whose lists end somewhere: the module behind it, and what leads there.
CUT = (
	("Response Time", "response_time", {"show": "All"}),
	("Lifecycle Movement", "lifecycle_movement", {"show": "Profiles", "stands": "", "stood": ""}),
	("Pipeline Movement", "pipeline_movement", {"behind": "Start"}),
	("Forecast by History", "history_deals", {"show": "Deals"}),
	("Lead Source Quality", "source_quality", {"group_by": "Customer"}),
	("Customer Value", "customer_value", {}),
)


class TestEveryReport(TakenReport):
	def figures(self, name: str, filters: dict[str, Any]) -> list[list[Any]]:
		"""Return the figures of all rows."""
		found = run(name, json.dumps(filters))
		columns = [column["fieldname"] for column in found["columns"] if column["fieldtype"] in FIGURES]
		return [[row.get(column) for column in columns] for row in found["result"]]

	def assert_alike(self, ours: list[list[Any]], theirs: list[list[Any]], message: str) -> None:
		self.assertEqual(len(ours), len(theirs), message)
		for one, other in zip(ours, theirs, strict=True):
			for found, expected in zip(one, other, strict=True):
				self.assertEqual(found is None, expected is None, message)
				# The clock may go on between the two: by less than a hundredth of an hour.
				self.assertAlmostEqual(float(found or 0), float(expected or 0), delta=0.02, msg=message)

	def test_a_fiscal_year_is_its_days(self) -> None:
		first = add_days(getdate(), -330)
		last = add_days(first, 364)
		# As a row: ERPNext would refuse a year that meets another one.
		year = factories.unique("FY")
		days = {"year_start_date": first, "year_end_date": last}
		bulk("Fiscal Year", [{"name": year, "year": year, "disabled": 1, **days}])
		filled = set()
		for name in REPORTS:
			with self.subTest(name):
				asked = {key: value for key, value in self.filters(name).items() if not key.endswith("_date")}
				by_days = self.figures(name, {**asked, "from_date": str(first), "to_date": str(last)})
				# The year stands in for whatever days stand beside it.
				asked |= {"from_date": "2001-01-01", "to_date": "2001-01-02", "fiscal_year": year}
				self.assert_alike(self.figures(name, asked), by_days, name)
				filled |= {name} if by_days else set()
		# No night was kept before the year began.
		self.assertLessEqual(set(REPORTS) - filled, {"Pipeline Movement"})

	def test_the_usual_period_is_the_fiscal_year_of_the_company(self) -> None:
		first, second = self.world.companies
		of_all = read_scope({"company": first})
		year, start = factories.unique("FY"), add_days(getdate(), -100)
		days = {"year_start_date": start, "year_end_date": add_days(start, 364)}
		bulk("Fiscal Year", [{"name": year, "year": year, "disabled": 0, **days}])
		bulk(
			"Fiscal Year Company",
			[{"name": year, "parent": year, "parenttype": "Fiscal Year", "company": second}],
		)
		scope = read_scope({"company": second})
		self.assertEqual((scope.first, scope.last), (start, days["year_end_date"]))
		scope = read_scope({"company": first})
		self.assertEqual((scope.first, scope.last), (of_all.first, of_all.last))
		reader = factories.make_user("Sales Manager").name
		frappe.defaults.set_user_default("company", second, reader)
		with self.as_user(reader):
			self.assertEqual(read_scope({}).first, start)

	def test_the_newest_exchange_rate_counts_whichever_way_round_it_is_written(self) -> None:
		second = self.world.companies[1]
		day = add_days(getdate(), -10)
		for source, target, rate, expected in (("EUR", "USD", 2, 0.5), ("USD", "EUR", 0.8, 0.8)):
			factories.make_exchange_rate(source, target, rate, str(day))
			self.assertEqual(rates_into("EUR", second, getdate()), {second: expected})
		self.assertEqual(rates_into("EUR", second, add_days(day, -1)), {second: RATE})

	def test_companies_add_up(self) -> None:
		companies = frappe.get_all("Company", pluck="name")
		for name, columns in SUMS.items():
			filters = {**self.filters(name), "currency": "EUR"}
			sums = [self.summed(name, columns, {**filters, "company": one}) for one in ("", *companies)]
			for column in columns:
				with self.subTest(name, column=column):
					whole, *parts = (found[column] for found in sums)
					self.assertTrue(any(parts), "no company has any")
					self.assert_close(sum(parts), whole)

	def summed(self, name: str, columns: tuple[str, ...], filters: dict[str, Any]) -> dict[str, float]:
		rows = [row for row in run(name, json.dumps(filters))["result"] if not row.get("is_total")]
		return {column: sum(row.get(column) or 0 for row in rows) for column in columns}

	def test_the_readers_clock_changes_nothing(self) -> None:
		readers = [factories.make_user("Sales Manager", "Accounts Manager").name for _ in ZONES]
		for reader, zone in zip(readers, ZONES, strict=True):
			frappe.db.set_value("User", reader, "time_zone", zone)
		for name in REPORTS:
			found = []
			for reader in readers:
				with self.as_user(reader):
					found.append(self.figures(name, self.filters(name)))
			self.assertTrue(found[0], name)
			for other in found[1:]:
				self.assert_alike(other, found[0], name)

	def test_a_time_in_which_nothing_happened_has_no_figures_and_a_sentence(self) -> None:
		# Before the oldest deal of the world, and after its exchange rates.
		days = {"from_date": str(add_days(getdate(), -2900)), "to_date": str(add_days(getdate(), -2500))}
		for name in sorted(set(REPORTS) - WITHOUT_PERIOD):
			with self.subTest(name):
				found = self.report(name, **{**self.filters(name), **days})
				figures = [
					column["fieldname"] for column in found["columns"] if column["fieldtype"] in FIGURES
				]
				rows = found["result"]
				if name == "Sales Forecast":
					# Open deals without a day stand in no month and in every total.
					rows = [row for row in rows if str(row["month"])[:2] == "20"]
					self.assertTrue(rows)
				told = [row.get(key) for row in rows for key in figures]
				self.assertFalse(any(told), name)
				self.assertTrue(found["message"] or found["result"], name)
		for name in OTHERS:
			self.assertEqual(self.report(name, **{**self.filters(name), **days})["result"], [])

	def test_days_that_end_before_they_begin_get_a_sentence_everywhere(self) -> None:
		for name in (*REPORTS, *OTHERS):
			with self.subTest(name), self.assertRaisesRegex(frappe.ValidationError, "ends before it begins"):
				self.report(
					name, company=self.world.companies[0], from_date="2026-02-01", to_date="2026-01-31"
				)

	def test_days_that_are_none_or_too_far_get_a_sentence(self) -> None:
		for name, filters in (
			("Audit Trail", {"from_date": "{bad}"}),
			("Audit Trail", {"to_date": "{bad}"}),
			("Sales Forecast", {"compare_with": "{bad}"}),
			("Sales Forecast", {"compare_with": "{bad}", "figure": "then"}),
			("Pipeline Movement", {"closing_to": "{bad}"}),
		):
			for bad, sentence in (
				("soon", "dates such as"),
				("0001-01-01", "between the years 1900"),
				("9999-12-31", "between the years 1900"),
			):
				asked = {key: value.format(bad=bad) for key, value in filters.items()}
				with self.subTest(name, **asked), self.assertRaisesRegex(frappe.ValidationError, sentence):
					self.report(name, **asked)

	def test_one_end_of_a_period_is_enough_for_the_audit_trail(self) -> None:
		for one in ({"to_date": "2020-05-01"}, {"from_date": "2190-05-01"}):
			self.assertEqual(self.report("Audit Trail", **one)["result"], [])

	def test_a_list_that_ends_before_its_end_says_so(self) -> None:
		for name, module, more in CUT:
			with self.subTest(name):
				whole = self.report(name, **{**self.filters(name), **more})
				with self.few_rows(name, module):
					cut = self.report(name, **{**self.filters(name), **more})
				rows = [row for row in cut["result"] if not row.get("is_total")]
				self.assertEqual(len(rows), FEW)
				self.assertNotEqual(cut["message"], whole["message"])
				self.assertRegex(cut["message"], rf"\b{FEW}\b")
				sums = [*cut["report_summary"]] if cut["report_summary"] else []
				self.assertTrue(all(each in whole["report_summary"] for each in sums), "the sums are of all")

	@contextmanager
	def few_rows(self, name: str, module: str) -> Iterator[None]:
		"""Let a report's lists end after a few rows."""
		document = f"crm_plus.crm_plus.report.{frappe.scrub(name)}.{frappe.scrub(name)}"
		places = [importlib.import_module(one) for one in (document, f"crm_plus.reports.{module}")]
		with ExitStack() as stack:
			for place in places:
				if hasattr(place, "MOST_ROWS"):
					stack.enter_context(patch.object(place, "MOST_ROWS", FEW))
			yield
