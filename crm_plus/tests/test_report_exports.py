"""The files that reports are taken away as, opened again: each cell is what the screen shows."""

import csv
import io
import json
from typing import Any

import frappe
import openpyxl
from frappe.desk.query_report import run

from crm_plus.api import exports
from crm_plus.tests import factories
from crm_plus.tests.taken_report import OTHERS, TakenReport
from crm_plus.tests.test_reports import REPORTS


def download(name: str, kind: str, filters: dict[str, Any]) -> bytes:
	"""Return the file that the Desk's export gives."""
	frappe.local.form_dict = frappe._dict(
		report_name=name,
		file_format_type=kind,
		filters=json.dumps(filters),
		visible_idx="[]",
		include_indentation="0",
		csv_delimiter=",",
		csv_quoting="2",
	)
	frappe.local.response = frappe._dict()
	exports.of_report()
	content = frappe.local.response.filecontent
	return content if isinstance(content, bytes) else content.encode()


class TestExports(TakenReport):
	def workbook(self, name: str, filters: dict[str, Any]) -> list[list[Any]]:
		sheet = openpyxl.load_workbook(io.BytesIO(download(name, "Excel", filters))).active
		return [list(line) for line in sheet.iter_rows(values_only=True)]

	def table(self, name: str, filters: dict[str, Any]) -> list[list[Any]]:
		return list(csv.reader(io.StringIO(download(name, "CSV", filters).decode("utf-8-sig"))))

	def lists(self, name: str) -> list[tuple[str, dict[str, Any]]]:
		"""Return the reports that list what is behind the figures of one, each once, with dates, durations and statuses."""
		found = run(name, json.dumps(self.filters(name)))
		leading = {
			column["fieldname"]: column["drill_report"]
			for column in found["columns"]
			if column.get("drill_report")
		}
		asked = {}
		for row in found["result"]:
			for key, report in leading.items():
				filters = (row.get("drill") or {}).get(key)
				if filters and row.get(key):
					asked[report, filters.get("show"), filters.get("figure")] = (report, filters)
		return list(asked.values())

	def test_every_workbook_holds_what_the_screen_shows(self) -> None:
		filled = []
		for name in (*REPORTS, *OTHERS):
			with self.subTest(name):
				filters = self.filters(name)
				filled += [name] * (len(self.assert_same(name, self.workbook, filters)) > 1)
		self.assertEqual(set(REPORTS) - set(filled), set())

	def test_every_csv_holds_what_the_screen_shows(self) -> None:
		for name in (*REPORTS, *OTHERS):
			with self.subTest(name):
				filters = self.filters(name)
				self.assert_same(name, self.table, filters)

	def test_a_file_in_another_currency_holds_the_amounts_of_the_screen(self) -> None:
		for name in ("Deal to Cash", "Sales Forecast", "Win Loss Analysis", "Revenue by Source and Campaign"):
			sums = {}
			for currency in ("EUR", "USD"):
				filters = {**self.filters(name), "currency": currency}
				lines = self.assert_same(name, self.workbook, filters)
				self.assert_same(name, self.table, filters)
				sums[currency] = [cell for cell in lines[-1] if isinstance(cell, float)]
			self.assertNotEqual(sums["EUR"], sums["USD"], name)

	def test_the_lists_behind_figures_are_taken_away_as_they_are_shown(self) -> None:
		kinds: set[str] = set()
		for name in REPORTS:
			for report, filters in self.lists(name):
				with self.subTest(name, report=report, filters=filters):
					self.assert_same(report, self.workbook, filters)
					self.assert_same(report, self.table, filters)
					kinds |= {column["fieldtype"] for column in run(report, json.dumps(filters))["columns"]}
		self.assertLessEqual({"Date", "Datetime", "Float", "Currency", "Percent", "Int", "Link"}, kinds)

	def test_what_begins_like_a_formula_is_text(self) -> None:
		titles = ("=1+1", '=HYPERLINK("http://elsewhere.example", "<open>")', "@SUM(A1)", "-2+3", "+49 30")
		pipeline = factories.make_pipeline().name
		for title in titles:
			factories.make_deal(pipeline=pipeline, title=title, amount=5)
		stored = frappe.get_all("Deal", {"pipeline": pipeline}, pluck="title")
		filters = {"pipeline": pipeline, "figure": "open"}
		sheet = openpyxl.load_workbook(io.BytesIO(download("Sales Forecast", "Excel", filters))).active
		cells = [line[1] for line in sheet.iter_rows(min_row=2)]
		taken_from_list = self.cells_in_list("Deal", "title", {"pipeline": pipeline})
		for taken in (cells, taken_from_list):
			self.assertEqual({cell.data_type for cell in taken}, {"s"})
			self.assertEqual(sorted(str(cell.value) for cell in taken), sorted(stored))
		self.assertIn("=1+1", stored)
		# A spreadsheet makes a formula of a value in a CSV file; a number, an amount and a telephone number stay what they are.
		kept = sorted(f"'{title}" if title[0] in "=@" else title for title in stored)
		lines = list(csv.reader(io.StringIO(download("Sales Forecast", "CSV", filters).decode())))
		self.assertEqual(sorted(line[1] for line in lines[1:]), kept)

	def test_a_file_says_below_its_rows_that_there_are_more(self) -> None:
		filters = {"pipeline": self.pipeline, "rows": 2}
		shown = self.report("Rotten and Slipping Deals", **filters)
		self.assertEqual(len(shown["result"]), 3)
		self.assertIn("The 2 largest of", shown["message"])
		for taken in (self.workbook, self.table):
			lines = taken("Rotten and Slipping Deals", filters)
			self.assertEqual((len(lines), lines[-1][0]), (5, shown["message"]))
			self.assertEqual(lines[-2][1], "Total")
			self.assertTrue(self.same(lines[-2][5], shown["result"][-1]["amount"]))
		noted = frappe.get_all("Access Log", pluck="page", order_by="creation desc, name desc", limit=1)
		self.assertEqual(noted, ["2 rows"], "the total is no row that somebody took")
		whole = self.table("Rotten and Slipping Deals", {"pipeline": self.pipeline})
		self.assertNotIn("largest of", whole[-1][0])

	def test_a_report_that_once_took_long_is_still_made_for_who_takes_it(self) -> None:
		"""Frappe marks it as one to be stored, and gives no file of what is not stored."""
		filters = {"pipeline": self.pipeline}
		whole = self.table("Pipeline Summary", filters)
		# Undone after each test.
		frappe.db.set_value("Report", "Pipeline Summary", "prepared_report", 1)
		self.assertEqual(self.table("Pipeline Summary", filters), whole)

	def test_files_of_other_apps_keep_their_formulas(self) -> None:
		name = f"=1+{factories.unique('')}"
		factories.make("Territory", territory_name=name)
		[cell] = self.cells_in_list("Territory", "territory_name", {"territory_name": name})
		self.assertEqual(cell.data_type, "f")

	def cells_in_list(self, doctype: str, field: str, filters: dict[str, Any]) -> list[Any]:
		"""Return the cells of a field in the Excel file that a list gives."""
		asked = {"doctype": doctype, "title": doctype, "file_format_type": "Excel"}
		asked |= {"start": "0", "page_length": "0", "fields": json.dumps([f"`tab{doctype}`.`{field}`"])}
		frappe.local.form_dict = frappe._dict(asked, filters=json.dumps(filters))
		frappe.local.response = frappe._dict()
		exports.of_list()
		sheet = openpyxl.load_workbook(io.BytesIO(frappe.local.response.filecontent)).active
		heads, *lines = sheet.iter_rows()
		label = frappe.get_meta(doctype).get_label(field)
		place = next(number for number, head in enumerate(heads) if str(head.value).startswith(label))
		return [line[place] for line in lines]

	def test_a_file_holds_no_more_than_its_reader_may_see(self) -> None:
		sums = {}
		for user in ("Administrator", self.world.bound):
			with self.as_user(user):
				filters = self.filters("Pipeline Summary")
				sums[user] = self.workbook("Pipeline Summary", filters)[-1][1]
				self.assertEqual(sums[user], len(self.deals(status="Open")))
		self.assertLess(sums[self.world.bound], sums["Administrator"])
