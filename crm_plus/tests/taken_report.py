"""What the tests of reports that leave the screen share: a filled world, each report's filters, and what the screen shows."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, format_datetime, formatdate, getdate
from frappe.utils.xlsxutils import handle_html
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm_plus.tests.planned_sales import put_nights, put_quotas
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.test_activity_reports import put_rows
from crm_plus.tests.test_customer_reports import shop
from crm_plus.tests.test_lead_source_quality import put_sources
from crm_plus.tests.test_lifecycle_movement import put_lives
from crm_plus.tests.test_response_time import put_talks

PERIOD = {"from_date": str(add_days(getdate(), -300)), "to_date": str(getdate())}
OTHERS = ("Invoices Without Deal", "Audit Trail")
Take = Callable[[str, dict[str, Any]], list[list[Any]]]
PEOPLE = ("Team Activity", "Follow-up Discipline", "Response Time")


class TakenReport(ReportCase):
	"""A test of reports as files or mails."""

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

	def expected(self, name: str, filters: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
		"""Return heads and rows as the screen shows them."""
		found = run(name, json.dumps(filters))
		self.said = str(found.get("message") or "")
		columns = [column for column in found["columns"] if not column.get("hidden")]
		rows = [[row.get(column["fieldname"]) for column in columns] for row in found["result"]]
		return [column["label"] for column in columns], rows

	def same(self, cell: Any, value: Any) -> bool:
		"""Tell whether a cell holds a value: rounded as its column says, times without parts of a second, in ISO or as shown."""
		if isinstance(value, int | float):
			return abs(float(cell or 0) - value) < 0.051
		if not isinstance(value, date):
			# Frappe writes into a workbook what HTML says, not its tags; and no file of XML holds control characters.
			said, shown = (ILLEGAL_CHARACTERS_RE.sub("", str(one or "")).strip() for one in (cell, value))
			# Nor is a text there that a spreadsheet would run.
			kept = f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown
			return said in (shown, kept, str(handle_html(shown)).strip())
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
		if len(lines) > len(rows) + 1 and lines[-1][0] and str(lines[-1][0]) in self.said:
			# The report ends before all is told, and its file says so below its rows.
			lines = lines[:-1]
		self.assertEqual([str(cell) for cell in lines[0]], heads, name)
		self.assertEqual(len(lines) - 1, len(rows), name)
		for line, row in zip(lines[1:], rows, strict=True):
			for head, cell, value in zip(heads, line, row, strict=True):
				self.assertTrue(self.same(cell, value), f"{name}, {head}: {cell!r} is not {value!r}")
		return lines
