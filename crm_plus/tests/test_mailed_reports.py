"""Every report as Auto Email Report sends it: the rows that its receiver sees when he opens it, or none where he may not."""

import csv
import io
import json
from typing import Any

import frappe
from bs4 import BeautifulSoup
from frappe.desk.query_report import run
from frappe.utils import nowdate

from crm_plus.tests import factories, factories_accounting
from crm_plus.tests.taken_report import OTHERS, TakenReport
from crm_plus.tests.test_reports import REPORTS


class TestMailedReports(TakenReport):
	"""The mail is put together by the Administrator, who sees more."""

	def sent(self, name: str, receiver: str, filters: dict[str, Any]) -> list[list[str]]:
		"""Return the lines of the file that a receiver is sent."""
		return list(csv.reader(io.StringIO(self.mailed(name, receiver, filters, "CSV"))))

	def mailed(self, name: str, receiver: str, filters: dict[str, Any], form: str) -> str:
		"""Return a report as a receiver is sent it, in one of Frappe's forms."""
		mail = frappe.get_doc(
			{
				"doctype": "Auto Email Report",
				"report": name,
				"user": receiver,
				"email_to": receiver,
				"format": form,
				"frequency": "Daily",
				"filters": json.dumps(filters),
				"enabled": 1,
				"no_of_rows": 10_000,
			}
		)
		return str(mail.get_report_content() or "")

	def seen(
		self, name: str, reader: str, filters: dict[str, Any]
	) -> tuple[list[str], list[list[Any]]] | None:
		"""Return what a reader sees of a report, None where he may not open it."""
		with self.as_user(reader):
			try:
				return self.expected(name, filters)
			except frappe.PermissionError:
				return None

	def receivers(self) -> list[str]:
		made = self.world
		nobody = factories.make_user("Sales User").name
		return [made.manager, made.bound, made.agents[0], made.accountant, nobody]

	def test_a_receiver_is_sent_what_he_sees_and_nothing_else(self) -> None:
		refused, differ = set(), set()
		for name in (*REPORTS, *OTHERS):
			filters = self.filters(name)
			whole = self.seen(name, "Administrator", filters)
			for receiver in self.receivers():
				with self.subTest(name, receiver=receiver):
					seen = self.seen(name, receiver, filters)
					if seen is None:
						refused.add(name)
						with self.assertRaises(frappe.PermissionError):
							self.sent(name, receiver, filters)
						continue
					self.assert_lines(name, self.sent(name, receiver, filters), seen)
					differ |= {name} if seen != whole else set()
		self.assertEqual(differ | refused, {*REPORTS, *OTHERS})

	def test_a_mail_draws_nothing_where_nothing_is_known_and_text_as_it_stands(self) -> None:
		markup = "<img src=x> & 'more'"
		frappe.db.set_value("Deal", {"pipeline": self.pipeline}, "title", markup)
		wrong, empty, titles = [], 0, 0
		for name in (*REPORTS, *OTHERS):
			filters = self.filters(name)
			found = run(name, json.dumps(filters))
			drawn = BeautifulSoup(self.mailed(name, "Administrator", filters, "HTML"), "html.parser")
			lines = [line.find_all("td")[1:] for line in drawn.select("table.table tbody tr")]
			for row, line in zip(found["result"], lines, strict=False):
				for column, cell in zip(found["columns"], line, strict=True):
					value, shown = row.get(column["fieldname"]), cell.get_text()
					is_right = bool(shown) == (value not in (None, ""))
					if column["fieldtype"] == "Data":
						is_right = shown == str("" if value is None else value)
					wrong += [] if is_right else [(name, column["fieldname"], value, shown)]
					empty += not shown
					titles += shown == markup
		self.assertEqual(wrong, [])
		self.assertGreater(empty, 100)
		self.assertGreater(titles, 0)

	def test_a_mailed_file_has_no_formula_and_says_that_it_ends(self) -> None:
		pipeline, titles = factories.make_pipeline().name, ("=1+1", "@SUM(A1)", "+49 30", "Plain")
		for title in titles:
			factories.make_deal(pipeline=pipeline, title=title, amount=5)
		stored = frappe.get_all("Deal", {"pipeline": pipeline}, pluck="title")
		lines = self.sent("Sales Forecast", "Administrator", {"pipeline": pipeline, "figure": "open"})
		place = lines[0].index("Title")
		kept = sorted(f"'{title}" if title[0] in "=@" else title for title in stored)
		self.assertEqual(sorted(line[place] for line in lines[1:]), kept)
		self.assertEqual(len([title for title in kept if title.startswith("'")]), 2)
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		name, few = "Rotten and Slipping Deals", {"pipeline": self.pipeline, "rows": 2}
		shown = run(name, json.dumps(few))
		self.assertIn("The 2 largest of", shown["message"])
		self.assertEqual(len(shown["result"]), 3, "two rows and the total, and no sentence on the screen")
		lines = self.sent(name, "Administrator", few)
		self.assertEqual((len(lines), lines[-1].count(shown["message"])), (5, 1))
		whole = self.sent(name, "Administrator", {"pipeline": self.pipeline})
		self.assertNotIn(
			"largest of", "".join(whole[-1]), "what another report noted is not said of this one"
		)

	def test_the_chart_and_the_rows_of_invoices_are_the_receivers(self) -> None:
		customers = [factories_accounting.make_party()[0] for _ in range(2)]
		names = [factories_accounting.make_invoice(customer, 750).name for customer in customers]
		limited = factories_accounting.make_accountant()
		factories.make("User Permission", user=limited, allow="Customer", for_value=customers[0])
		filters = {"company": factories.company(), "from_date": nowdate()}
		with self.as_user(limited):
			own = run(OTHERS[0], json.dumps(filters))
		mailed = run(OTHERS[0], json.dumps(filters), user=limited)
		for found in (own, mailed):
			self.assertEqual({row.get("name") for row in found["result"]} & {*names}, {names[0]})
		self.assertEqual(mailed["report_summary"], own["report_summary"])
		self.assertEqual(mailed["chart"], own["chart"])

	def test_naming_another_reader_shows_what_both_may_see(self) -> None:
		made, own = self.world, factories.make_user("Sales Manager").name
		factories.make(
			"Revenue Team", team_name=factories.unique("Led"), members=[{"user": own, "is_leader": 1}]
		)
		filters = {"from_date": nowdate(), "to_date": nowdate()}
		with self.as_user(own):
			alone = run(OTHERS[1], json.dumps(filters))["result"]
			both = run(OTHERS[1], json.dumps(filters), user=made.manager)["result"]
			self.assertEqual(frappe.session.user, own)
			self.assertTrue(all(row in alone for row in both))
			with self.assertRaises(frappe.PermissionError):
				run(OTHERS[1], json.dumps(filters), user=made.agents[0])
			self.assertEqual(frappe.session.user, own)

	def assert_lines(
		self, name: str, lines: list[list[str]], seen: tuple[list[str], list[list[Any]]]
	) -> None:
		"""Assert that a mailed file, whose rows are numbered, holds what is seen."""
		heads, rows = seen
		if len(lines) > len(rows) + 1 and any(cell and cell in self.said for cell in lines[-1][1:]):
			# The report ends before all is told, and its file says so below its rows.
			lines = lines[:-1]
		self.assertEqual(lines[0][-len(heads) :], heads, name)
		self.assertEqual(len(lines) - 1, len(rows), name)
		for line, row in zip(lines[1:], rows, strict=True):
			for cell, value in zip(line[-len(heads) :], row, strict=True):
				self.assertTrue(self.same(cell, value), f"{name}: {cell!r} is not {value!r}")
