"""The files that reports are taken away as, opened again: each cell is what the screen shows."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import frappe
import openpyxl
from frappe.desk.query_report import run
from frappe.utils import add_days, format_datetime, formatdate, getdate

from crm_plus.api import exports
from crm_plus.tests import factories
from crm_plus.tests.planned_sales import put_nights, put_quotas
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lead_source_quality import put_sources
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_reports import REPORTS
from crm_plus.tests.test_response_time import put_talks

PERIOD = {"from_date": str(add_days(getdate(), -300)), "to_date": str(getdate())}
OTHERS = ("Invoices Without Deal", "Audit Trail")
Take = Callable[[str, dict[str, Any]], list[list[Any]]]
PEOPLE = ("Team Activity", "Follow-up Discipline", "Response Time")


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


class TestExports(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		for put in (put_rows, put_talks, put_lives, put_sources, shop):
			put()
		# Undone after each test.
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		put_quotas(self.world)
		self.nights = put_nights(self.world)

	def filters(self, name: str) -> dict[str, Any]:
		if name in PEOPLE:
			return {**PERIOD, "team": self.world.team}
		if name == "Pipeline Movement":
			return {
				"from_date": str(self.nights[-1]),
				"to_date": str(self.nights[0]),
				"pipeline": self.pipeline,
			}
		if name in OTHERS:
			return {**PERIOD, "company": self.world.companies[0]}
		return {**PERIOD, "pipeline": self.pipeline, "currency": "EUR"}

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

	def expected(self, name: str, filters: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
		"""Return heads and rows as the screen shows them."""
		found = run(name, json.dumps(filters))
		columns = [column for column in found["columns"] if not column.get("hidden")]
		rows = [[row.get(column["fieldname"]) for column in columns] for row in found["result"]]
		return [column["label"] for column in columns], rows

	def same(self, cell: Any, value: Any) -> bool:
		"""Tell whether a cell holds a value: rounded as its column says, times without parts of a second, in ISO or as shown."""
		if isinstance(value, int | float):
			return abs(float(cell or 0) - value) < 0.051
		if not isinstance(value, date):
			return str(cell or "").strip() == str(value or "").strip()
		if str(cell) in (formatdate(value), format_datetime(value)):
			return True
		found = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
		moment = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
		return abs((found - moment).total_seconds()) <= 1

	def assert_same(self, name: str, take: Take, filters: dict[str, Any]) -> list[list[Any]]:
		"""Assert that a file holds what the screen shows; return its lines."""
		# Looked at first: the Audit Trail has a row more once a file was taken.
		heads, rows = self.expected(name, filters)
		lines = take(name, filters)
		self.assertEqual([str(cell) for cell in lines[0]], heads, name)
		self.assertEqual(len(lines) - 1, len(rows), name)
		for line, row in zip(lines[1:], rows, strict=True):
			for head, cell, value in zip(heads, line, row, strict=True):
				self.assertTrue(self.same(cell, value), f"{name}, {head}: {cell!r} is not {value!r}")
		return lines

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
