"""The files that reports are taken away as, opened again: each cell is what the screen shows."""

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import frappe
import openpyxl
from frappe.desk.query_report import run
from frappe.utils import add_days, format_datetime, formatdate, getdate

from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lead_source_quality import put_sources
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_reports import REPORTS
from crm_plus.tests.test_response_time import put_talks

PERIOD = {"from_date": str(add_days(getdate(), -300)), "to_date": str(getdate())}
OTHERS = ("Invoices Without Deal", "Audit Trail")
PEOPLE = ("Team Activity", "Follow-up Discipline", "Response Time")


def download(name: str, kind: str, filters: dict[str, Any]) -> bytes:
	"""Return the file that the Desk's export gives."""
	from frappe.desk.query_report import export_query

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
	export_query()
	content = frappe.local.response.filecontent
	return content if isinstance(content, bytes) else content.encode()


class TestExports(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		for put in (put_rows, put_talks, put_lives, put_sources, shop):
			put()

	def filters(self, name: str) -> dict[str, Any]:
		if name in PEOPLE:
			return {**PERIOD, "team": self.world.team}
		if name in OTHERS:
			return {**PERIOD, "company": self.world.companies[0]}
		return {**PERIOD, "pipeline": self.pipeline, "currency": "EUR"}

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

	def assert_same(self, name: str, lines: list[list[Any]], filters: dict[str, Any]) -> int:
		heads, rows = self.expected(name, filters)
		self.assertEqual([str(cell) for cell in lines[0]], heads, name)
		self.assertEqual(len(lines) - 1, len(rows), name)
		for line, row in zip(lines[1:], rows, strict=True):
			for head, cell, value in zip(heads, line, row, strict=True):
				self.assertTrue(self.same(cell, value), f"{name}, {head}: {cell!r} is not {value!r}")
		return len(rows)

	def test_every_workbook_holds_what_the_screen_shows(self) -> None:
		filled = []
		for name in (*REPORTS, *OTHERS):
			with self.subTest(name):
				filters = self.filters(name)
				sheet = openpyxl.load_workbook(io.BytesIO(download(name, "Excel", filters))).active
				lines = [list(line) for line in sheet.iter_rows(values_only=True)]
				filled += [name] * bool(self.assert_same(name, lines, filters))
		self.assertGreater(len(filled), 15, filled)

	def test_every_csv_holds_what_the_screen_shows(self) -> None:
		for name in (*REPORTS, *OTHERS):
			with self.subTest(name):
				filters = self.filters(name)
				text = download(name, "CSV", filters).decode("utf-8-sig")
				self.assert_same(name, list(csv.reader(io.StringIO(text))), filters)

	def test_a_file_holds_no_more_than_its_reader_may_see(self) -> None:
		sums = {}
		for user in ("Administrator", self.world.bound):
			with self.as_user(user):
				filters = self.filters("Pipeline Summary")
				sheet = openpyxl.load_workbook(
					io.BytesIO(download("Pipeline Summary", "Excel", filters))
				).active
				sums[user] = [list(line) for line in sheet.iter_rows(values_only=True)][-1][1]
				self.assertEqual(sums[user], len(self.deals(status="Open")))
		self.assertLess(sums[self.world.bound], sums["Administrator"])
