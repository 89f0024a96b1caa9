"""No report of ours is kept as Frappe's Prepared Report, which is not protected by row (overrides.prepared_report.before_insert)."""

import json

import frappe
from frappe.core.doctype.prepared_report.prepared_report import make_prepared_report

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.taken_report import OTHERS
from crm_plus.tests.test_reports import REPORTS

STORED = "Prepared Report"


class TestPreparedReports(CRMPlusTestCase):
	def refused(self, name: str) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "never stored"):
			make_prepared_report(name, json.dumps({"company": factories.company()}))
		self.assertFalse(frappe.db.exists(STORED, {"report_name": name}))

	def test_none_of_our_reports_is_prepared(self) -> None:
		for name in (*REPORTS, *OTHERS):
			self.assertFalse(frappe.db.get_value("Report", name, "prepared_report"), name)

	def test_what_a_manager_saw_is_not_there_for_anybody_else(self) -> None:
		with self.as_user(factories.make_user("Sales Manager", "Accounts Manager", "System Manager").name):
			for name in (*REPORTS, *OTHERS):
				with self.subTest(name):
					self.refused(name)

	def test_somebodys_columns_of_a_report_are_that_report(self) -> None:
		own = factories.make(
			"Report",
			report_name=factories.unique("Mine"),
			report_type="Custom Report",
			reference_report=REPORTS[0],
			ref_doctype="Deal",
			is_standard="No",
		)
		self.refused(own.name)

	def test_other_reports_are_stored_as_ever(self) -> None:
		name = make_prepared_report("Sales Register", "{}")["name"]
		self.assertEqual(frappe.db.get_value(STORED, name, "report_name"), "Sales Register")
