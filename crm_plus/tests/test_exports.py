"""Exports: as many rows as the list shows, no column that a role may not read, and a note of who took how many."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import frappe
from frappe.utils import now_datetime

from crm_plus.api import exports
from crm_plus.reports import audit_trail
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import bare, no_teams, show
from crm_plus.tests.report_case import bulk
from crm_plus.tests.request_case import user_with

MANY = 50_000


class ExportCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.agent, self.marketing = user_with("Sales User"), user_with("Marketing User")
		self.word = factories.unique("Taken")

	def tearDown(self) -> None:
		frappe.response.pop("filecontent", None)
		frappe.response.pop("result", None)
		super().tearDown()

	def put_deals(self, count: int, owner: str, **values: Any) -> None:
		"""Insert deals as rows."""
		template = factories.make_deal(deal_owner=owner)
		same = {"docstatus": 0, "status": "Open", "company": template.company, "currency": template.currency}
		same |= {"pipeline": template.pipeline, "stage": template.stage, "deal_owner": owner, **values}
		same |= {"customer_profile": template.customer_profile}
		key = factories.unique("EXP")
		rows = [{"name": f"{key}-{number}", "title": f'{self.word}, "a"\nb'} for number in range(count)]
		bulk("Deal", [{**row, **same} for row in rows])

	def ask(self, **values: Any) -> None:
		frappe.local.form_dict = frappe._dict(
			{key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
		)

	def take_list(self, *fields: str, file_type: str = "CSV", doctype: str = "Deal", **values: Any) -> Any:
		"""Export what the word finds, as the list's menu does; returns the file."""
		title = {"Deal": "title", "Customer Profile": "full_name"}[doctype]
		self.ask(
			**{"doctype": doctype, "fields": [f"`tab{doctype}`.`{field}`" for field in fields]},
			**{"filters": [[doctype, title, "like", f"{self.word}%"]], "file_format_type": file_type},
			**{"title": doctype, "start": "0", "page_length": "0", **values},
		)
		exports.of_list()
		return frappe.response.pop("filecontent", None)

	def csv_rows(self, content: Any) -> list[list[str]]:
		text = content.decode() if isinstance(content, bytes) else str(content)
		return list(csv.reader(StringIO(text, newline="")))

	def log(self) -> Any:
		fields = ["user", "export_from", "report_name", "file_type", "filters", "page", "method"]
		return frappe.get_all("Access Log", fields, {"page": ["like", "% rows"]}, order_by="creation desc")[0]


class TestCounts(ExportCase):
	def test_1234_rows_are_1234_rows_and_noted(self) -> None:
		self.put_deals(1234, self.agent)
		self.put_deals(3, user_with("Sales Manager"))
		with self.as_user(self.agent):
			rows = self.csv_rows(self.take_list("name", "title"))
		self.assertEqual(len(rows) - 1, 1234)
		noted = self.log()
		self.assertEqual((noted.user, noted.export_from, noted.page), (self.agent, "Deal", "1234 rows"))
		self.assertIn(self.word, noted.filters)
		self.assertEqual((noted.file_type, noted.method), ("CSV", "List"))

	def test_a_workbook_and_chosen_rows(self) -> None:
		self.put_deals(5, self.agent)
		with self.as_user(self.agent):
			chosen = frappe.get_list("Deal", {"title": ["like", f"{self.word}%"]}, pluck="name", limit=2)
			book = self.take_list("name", file_type="Excel", selected_items=chosen)
		self.assertEqual(exports.rows_in_workbook(book), 3)
		self.assertEqual(self.log().page, "2 rows")

	def test_fifty_thousand_rows(self) -> None:
		self.put_deals(MANY, self.agent)
		with self.as_user(self.agent):
			content = self.take_list("name", "title", "stage", "expected_close_date")
		self.assertEqual(len(self.csv_rows(content)) - 1, MANY)
		self.assertEqual(self.log().page, f"{MANY} rows")

	def test_a_file_for_an_import_is_noted_too(self) -> None:
		self.put_deals(4, self.agent)
		with self.as_user(self.agent):
			exports.for_import(
				"Deal", {"Deal": ["name", "title"]}, "by_filter", {"title": ["like", f"{self.word}%"]}
			)
		self.assertEqual(len(self.csv_rows(frappe.response.pop("result"))) - 1, 4)
		self.assertEqual((self.log().user, self.log().page), (self.agent, "4 rows"))
		self.assertEqual(self.log().method, "For Import")

	def test_data_export_is_noted_too(self) -> None:
		self.put_deals(4, self.agent)
		filters = {"title": ["like", f"{self.word}%"]}
		with self.as_user(self.agent):
			self.ask(doctype="Deal", with_data="1", filters=filters, file_type="CSV")
			exports.of_records("Deal")
		self.assertEqual(str(frappe.response.pop("result")).count(self.word), 4)
		self.assertEqual((self.log().page, self.log().method), ("4 rows", "Data Export"))

	def test_a_report_without_chosen_rows_is_counted_in_its_file(self) -> None:
		asked = {"report_name": "Audit Trail", "file_format_type": "CSV", "visible_idx": "[]"}
		asked |= {"include_filters": "1", "applied_filters": {"Who": "x", "What": ""}}
		self.ask(**asked, filters={"user": "nobody@example.com"})
		exports.of_report()
		self.assertEqual(self.log().page, "0 rows")
		bare("View Log", viewed_by=self.agent, reference_doctype="Deal", reference_name="x")
		self.ask(**asked, filters={"user": self.agent, "action": "Viewed", "name": "x"})
		exports.of_report()
		self.assertEqual(self.log().page, "1 rows")

	def test_lists_of_other_modules_are_left_to_frappe(self) -> None:
		before = frappe.db.count("Access Log")
		self.ask(doctype="ToDo", fields=["name"], filters=[], file_format_type="CSV", title="ToDo")
		exports.of_list()
		self.assertEqual(frappe.db.count("Access Log"), before + 1)


class TestColumns(ExportCase):
	"""What a role may not read is in none of its files."""

	def setUp(self) -> None:
		super().setUp()
		self.profile = factories.make_profile(full_name=self.word, email="taken.mask@example.com")
		self.profile.append("social_links", {"platform": "Website", "url": "https://taken.example"})
		self.profile.save()
		self.put_deals(1, self.agent, invoiced_amount=887766)

	def test_money_of_the_ledger_stays_out_of_an_agents_list(self) -> None:
		with self.as_user(self.agent):
			head, row = self.csv_rows(self.take_list("name", "title", "invoiced_amount"))
		self.assertNotIn("Invoiced", " ".join(head))
		self.assertNotIn("887766", " ".join(row))
		with self.as_user(user_with("Sales Manager")):
			self.assertIn("887766", str(self.take_list("name", "invoiced_amount")))

	def test_personal_data_stays_out_of_every_file_of_marketing(self) -> None:
		fields = {"Customer Profile": ["name", "full_name", "email"], "social_links": ["url"]}
		where = {"name": self.profile.name}
		with self.as_user(self.marketing):
			files = [self.take_list("full_name", "email", "phone", doctype="Customer Profile")]
			exports.for_import("Customer Profile", fields, "by_filter", where)
			files.append(frappe.response.pop("result"))
			for tables in ("true", "false"):
				self.ask(doctype="Customer Profile", with_data="1", all_doctypes=tables, filters=where)
				exports.of_records("Customer Profile")
				files.append(frappe.response.pop("result"))
		for file in files:
			shown = file.decode() if isinstance(file, bytes) else str(file)
			self.assertIn(self.word, shown)
			self.assertNotIn("taken.mask@", shown)
			self.assertNotIn("taken.example", shown)

	def test_who_may_read_the_level_has_it_in_the_file(self) -> None:
		fields = {"Customer Profile": ["name", "email"], "social_links": ["url"]}
		exports.for_import("Customer Profile", fields, "by_filter", {"name": self.profile.name})
		shown = str(frappe.response.pop("result"))
		self.assertIn("taken.mask@", shown)
		self.assertIn("taken.example", shown)


class TestInTheTrail(ExportCase):
	def test_one_export_is_one_row_and_a_refused_one_stays(self) -> None:
		self.put_deals(2, self.agent)
		with self.as_user(self.agent):
			self.take_list("name")
		with self.as_user(user_with("Support Team")), self.assertRaises(frappe.PermissionError):
			self.take_list("name")
		frappe.set_user("Administrator")
		rows, _more = audit_trail.audit_trail({"action": "Exported or Printed"})
		mine = [row["details"] for row in rows if self.word in row["details"]]
		self.assertEqual(len(mine), 2)
		self.assertEqual(sum("2 rows" in details for details in mine), 1)

	def test_the_same_asked_for_twice_is_left_out_once_for_each_that_was_taken(self) -> None:
		now = now_datetime()

		def row(seconds: int, page: str = "", method: str = "") -> Any:
			said = {"when": now - timedelta(seconds=seconds), "who": "a", "doctype": "Deal", "name": None}
			return frappe._dict(said, more_page=page, more_method=method, more_report_name=None)

		taken, asked, earlier = row(0, "2 rows", "List"), row(1), row(2)
		self.assertEqual(audit_trail.said_once([taken, asked, earlier]), [taken, earlier])
		self.assertEqual(audit_trail.said_once([taken, row(400)]), [taken, row(400)])
