"""The workspace greets nobody with a refusal: charts and cards of columns that a reader may not see are not there."""

import json
from typing import Any

import frappe
from frappe.desk.desktop import get_desktop_page
from frappe.desk.doctype.dashboard.dashboard import get_permitted_cards, get_permitted_charts
from frappe.permissions import add_permission, update_permission_property

from crm_plus.api import dashboards, narrowed
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase

AMOUNTS = {"CRM Plus Won by Month", "CRM Plus Won This Month"}
COUNTS = {"CRM Plus Deals by Stage", "CRM Plus Open Deals"}
DASHBOARDS = ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service")
READERS = (
	*("Sales User", "Sales Manager", "Accounts User", "Accounts Manager", "Support Team", "Marketing User"),
	*("Employee", "System Manager"),
)


class TestShownCharts(CRMPlusTestCase):
	def shown(self, role: str) -> set[str]:
		with self.as_user(factories.make_user(role).name):
			page: Any = get_desktop_page(json.dumps({"name": "CRM Plus", "title": "CRM Plus", "public": 1}))
		charts = {row.chart_name for row in page["charts"]["items"]}
		return charts | {row.number_card_name for row in page["number_cards"]["items"]}

	def test_who_may_not_read_amounts_is_shown_none(self) -> None:
		self.assertEqual(self.shown("Support Team") & (AMOUNTS | COUNTS), COUNTS)
		self.assertEqual(self.shown("Sales User") & (AMOUNTS | COUNTS), AMOUNTS | COUNTS)

	def test_asked_for_all_the_same_it_is_refused(self) -> None:
		with (
			self.as_user(factories.make_user("Support Team").name),
			self.assertRaises(frappe.PermissionError),
		):
			narrowed.chart(chart_name="CRM Plus Won by Month")


class TestPermittedParts(CRMPlusTestCase):
	"""Our answer to what a dashboard shows is Frappe's, whoever asks."""

	def permitted(self) -> dict[str, list[str]]:
		"""Return the charts and cards of each dashboard for the user of the session, asked as the Desk asks."""
		return {
			name: [row["chart"] for row in dashboards.permitted_charts(name)]
			+ [row["card"] for row in dashboards.permitted_cards(name)]
			for name in DASHBOARDS
		}

	def frappes(self) -> dict[str, list[str]]:
		"""Return what Frappe itself says."""
		return {
			name: [row.chart for row in get_permitted_charts(name)]
			+ [row.card for row in get_permitted_cards(name)]
			for name in DASHBOARDS
		}

	def compare(self, user: str) -> dict[str, list[str]]:
		"""Assert that both say the same of a user; return it."""
		with self.as_user(user):
			ours, theirs = self.permitted(), self.frappes()
		self.assertEqual(ours, theirs, user)
		return ours

	def test_each_role_is_shown_what_frappe_shows_it(self) -> None:
		shown = {role: self.compare(factories.make_user(role).name) for role in READERS}
		shown["Administrator"] = self.compare("Administrator")
		self.assertTrue(all(shown["Administrator"].values()))
		self.assertLess(
			len(shown["Sales User"]["CRM Plus Customers"]), len(shown["Administrator"]["CRM Plus Customers"])
		)
		self.assertFalse(any(shown["Employee"].values()))

	def test_the_roles_of_a_chart_decide(self) -> None:
		user = factories.make_user("Sales User").name
		chart = frappe.get_doc("Dashboard Chart", self.compare(user)["CRM Plus Sales"][0])
		chart.append("roles", {"role": "Accounts User"})
		chart.db_update_all()
		frappe.clear_document_cache(chart.doctype, chart.name)
		self.addCleanup(frappe.clear_document_cache, chart.doctype, chart.name)
		self.assertNotIn(chart.name, self.compare(user)["CRM Plus Sales"])

	def test_a_user_permission_for_one_report_decides(self) -> None:
		user = factories.make_user("Sales User").name
		before = self.compare(user)["CRM Plus Activity"]
		permission = {
			"doctype": "User Permission",
			"user": user,
			"allow": "Report",
			"for_value": "Team Activity",
		}
		frappe.get_doc({**permission, "apply_to_all_doctypes": 1}).insert()
		after = self.compare(user)["CRM Plus Activity"]
		self.assertLess(len(after), len(before))

	def test_what_a_role_was_given_or_lost_decides(self) -> None:
		user = factories.make_user("Sales User").name
		before = self.compare(user)["CRM Plus Activity"]
		self.addCleanup(frappe.clear_cache, doctype="Interaction")
		add_permission("Interaction", "Support Team", 1)
		update_permission_property("Interaction", "Sales User", 0, "read", 0)
		lost = set(before) - set(self.compare(user)["CRM Plus Activity"])
		self.assertIn("Interactions in 7 Days", lost)
		self.compare(factories.make_user("Support Team").name)

	def test_a_dashboard_of_another_app_is_frappes_business(self) -> None:
		user = factories.make_user("Sales User").name
		with self.as_user(user):
			ours = dashboards.permitted_charts("CRM")
			self.assertEqual(
				[row["chart"] for row in ours], [row.chart for row in get_permitted_charts("CRM")]
			)

	def test_more_parts_need_few_queries(self) -> None:
		with self.as_user(factories.make_user("Sales User").name):
			self.permitted()  # fills Frappe's caches
			with self.count_queries() as one:
				dashboards.permitted_charts("CRM Plus Sales")
			self.assertLessEqual(len(one), 12)
