"""What holds for every report: bad filters get a sentence, nothing gets an empty table, exports and mails tell no more."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import frappe
from frappe.desk.query_report import run
from frappe.utils import getdate

from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase

PERIOD = {"from_date": str(getdate() - timedelta(days=300)), "to_date": str(getdate())}


REPORTS = (
	*("Pipeline Summary", "Sales Forecast", "Forecast Accuracy", "Quota Attainment", "Deal to Cash"),
	*("Funnel and Stage Conversion", "Sales Velocity", "Win Loss Analysis", "Rotten and Slipping Deals"),
	*("Revenue by Source and Campaign", "Customer Value", "Customers At Risk"),
	*("Pipeline Movement", "Forecast by History"),
	*("Team Activity", "Follow-up Discipline", "Response Time"),
	*("Lifecycle Movement", "Lead Source Quality"),
)


class TestEveryReport(ReportCase):
	def test_every_report_over_the_shared_filters_is_held_to_them(self) -> None:
		ours = frappe.get_all("Report", {"module": "CRM Plus", "report_type": "Script Report"}, pluck="name")
		others = {"Invoices Without Deal", "Audit Trail"}
		self.assertEqual(set(ours) - others, set(REPORTS))

	def test_no_report_is_offered_to_whom_it_would_refuse(self) -> None:
		for name in REPORTS:
			report = frappe.get_doc("Report", name)
			rights = frappe.get_meta(report.ref_doctype).permissions
			may = {right.role for right in rights if right.report and not right.permlevel}
			self.assertLessEqual({row.role for row in report.roles}, may, name)

	def refused(self, filters: dict[str, Any], sentence: str) -> None:
		for name in REPORTS:
			with self.subTest(name), self.assertRaisesRegex(frappe.ValidationError, sentence):
				self.report(name, **filters)

	def test_bad_filters_get_a_sentence(self) -> None:
		self.refused({"from_date": "2026-05-01", "to_date": "2026-04-30"}, "ends before it begins")
		self.refused({"from_date": "2000-01-01", "to_date": "2050-01-01"}, "at most 20 years")
		self.refused({"from_date": "yesterday"}, "dates such as")
		for far in ("0001-01-01", "9999-12-31"):
			self.refused({"from_date": far, "to_date": far}, "between the years 1900 and 2199")
		self.refused({"pipeline": "Gone <b>"}, "There is no Pipeline Gone &lt;b&gt;")
		self.refused({"company": "Gone"}, "There is no Company")
		self.refused({"team": "Gone"}, "no team Gone")
		self.refused({"owner": "gone@example.com"}, "There is no User")
		self.refused({"fiscal_year": "1801"}, "There is no Fiscal Year")
		self.refused({"currency": "XAU", "company": factories.company()}, "no Currency|no exchange rate")

	def test_nothing_there_is_an_empty_table_and_a_sentence(self) -> None:
		pipeline = factories.make_pipeline().name
		source = factories.make("Customer Source", source_name=factories.unique("Source")).name
		owner = factories.make_user("Sales User").name
		for name in REPORTS:
			with self.subTest(name):
				found = self.report(name, pipeline=pipeline, source=source, owner=owner)
				figures = [
					value for row in found["result"] for key, value in row.items() if isinstance(value, float)
				]
				self.assertTrue(found["result"] == [] or not any(figures))
				self.assertTrue(found["message"] or found["result"])

	def test_a_team_of_nobody_and_a_user_without_a_team(self) -> None:
		team = factories.make("Revenue Team", team_name=factories.unique("Team"), members=[]).name
		alone = factories.make_user("Sales Manager").name
		for user in ("Administrator", alone):
			with self.as_user(user):
				for name in REPORTS:
					with self.subTest(name):
						self.report(name, team=team, pipeline=self.pipeline)

	def test_the_last_moment_of_the_last_day_counts(self) -> None:
		deal = self.deals(status="Won")[0]
		day = deal.closed_on.date()
		frappe.db.set_value("Deal", deal.name, "closed_on", f"{day} 23:59:59")
		owner = {"owner": deal.deal_owner, "pipeline": self.pipeline}
		for name, key in (("Win Loss Analysis", "won"), ("Deal to Cash", "deals"), ("Sales Velocity", "won")):
			first = self.report(name, from_date=day, to_date=day, group_by="Owner", **owner)["result"]
			self.assertGreaterEqual(first[0][key], 1, name)

	def test_a_fiscal_year_stands_in_for_the_dates(self) -> None:
		year = factories.make(
			"Fiscal Year",
			year=factories.unique("FY"),
			year_start_date="2041-04-01",
			year_end_date="2042-03-31",
		).name
		rows = self.report("Sales Forecast", fiscal_year=year, pipeline=self.pipeline)["result"]
		keys = [row["month"] for row in rows if row["month"][:2] == "20"]
		self.assertEqual((keys[0], keys[-1], len(keys)), ("2041-04", "2042-03", 12))

	def test_who_may_read_no_deal_gets_no_report(self) -> None:
		with self.as_user(factories.make_user("Accounts User").name):
			for name in ("Pipeline Summary", "Deal to Cash", "Win Loss Analysis"):
				with self.assertRaises(frappe.PermissionError):
					self.report(name)

	def test_a_currency_without_a_rate_asks_for_one(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "no exchange rate from EUR to GBP"):
			self.report("Pipeline Summary", currency="GBP", company=self.world.companies[0])

	def test_a_report_without_money_needs_no_rate(self) -> None:
		for name in ("Team Activity", "Follow-up Discipline", "Response Time", "Lifecycle Movement"):
			with self.subTest(name):
				self.assertTrue(self.report(name, currency="GBP", **PERIOD)["columns"])

	def test_none_is_a_prepared_report(self) -> None:
		"""Frappe's stored results are not protected by row."""
		for name in REPORTS:
			self.assertFalse(frappe.db.get_value("Report", name, "prepared_report"))

	def test_the_number_of_queries_is_fixed(self) -> None:
		for name in REPORTS:
			counts = []
			for pipeline in (self.pipeline, self.world.pipelines[1]):
				filters = {"pipeline": pipeline, "currency": "EUR", **PERIOD}
				self.report(name, **filters)
				with self.count_queries() as queries:
					self.report(name, **filters)
				counts.append(len(queries))
			self.assertLessEqual(max(counts) - min(counts), 1, name)
			self.assertLessEqual(max(counts), 30, name)


class TestMailedReport(ReportCase):
	"""Auto Email Report runs as whoever starts it; what it adds up is what the receiver may see."""

	def mailed(self, name: str, user: str, filters: dict[str, Any]) -> list[list[str]]:
		"""Return the lines of the file that the receiver is sent."""
		mail = frappe.get_doc(
			{
				"doctype": "Auto Email Report",
				**{"report": name, "user": user, "email_to": user, "format": "CSV", "frequency": "Daily"},
				"filters": json.dumps(filters),
				"enabled": 1,
				"no_of_rows": 1000,
			}
		).insert()
		return list(csv.reader(io.StringIO(str(mail.get_report_content()))))

	def deals_in(self, lines: list[list[str]]) -> float:
		return float(lines[-1][lines[0].index("Deals")])

	def test_the_receiver_is_sent_what_he_may_see(self) -> None:
		filters = {"pipeline": self.pipeline, "currency": "EUR"}
		seen = {}
		for user in (self.world.bound, self.world.manager):
			with self.as_user(user):
				seen[user] = len(self.deals(status="Open"))
			self.assertEqual(self.deals_in(self.mailed("Pipeline Summary", user, filters)), seen[user])
		self.assertLess(seen[self.world.bound], len(self.deals(status="Open")))

	def test_nobody_widens_his_view_by_naming_another_reader(self) -> None:
		with self.as_user(self.world.bound):
			own = len(self.deals(status="Open"))
			found = run("Pipeline Summary", json.dumps({"pipeline": self.pipeline}), user=self.world.manager)
		self.assertEqual(found["result"][-1]["deals"], own)

	def test_a_receiver_who_may_see_nothing_is_sent_nothing(self) -> None:
		with self.assertRaises(frappe.PermissionError):
			self.mailed("Deal to Cash", self.world.accountant, {"pipeline": self.pipeline})

	def test_reports_of_talk_and_customers_are_mailed_as_the_receiver_sees_them(self) -> None:
		heads = {"Response Time": "Came In", "Lifecycle Movement": "After", "Lead Source Quality": "Profiles"}
		for name, head in heads.items():
			for user in (self.world.agents[0], self.world.manager):
				lines = self.mailed(name, user, PERIOD)
				with self.as_user(user):
					found = self.report(name, **PERIOD)
				columns = [column for column in found["columns"] if not column.get("hidden")]
				key = next(column["fieldname"] for column in columns if column["label"] == head)
				sent = [float(line[lines[0].index(head)]) for line in lines[1:]]
				self.assertEqual(sent, [row[key] for row in found["result"]], f"{name} for {user}")
