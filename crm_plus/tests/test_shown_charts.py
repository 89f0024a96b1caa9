"""The workspace greets nobody with a refusal: charts and cards of columns that a reader may not see are not there."""

import json
from typing import Any

import frappe
from frappe.desk.desktop import get_desktop_page

from crm_plus.api import narrowed
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase

AMOUNTS = {"CRM Plus Won by Month", "CRM Plus Won This Month"}
COUNTS = {"CRM Plus Deals by Stage", "CRM Plus Open Deals"}


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
