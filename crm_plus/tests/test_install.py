"""What installing does to a site that is in use: nothing a second time, and nothing at all where a name is taken."""

import frappe

from crm_plus.patches.v0_3 import settings_defaults
from crm_plus.setup import install
from crm_plus.setup.custom_fields import CUSTOM_FIELDS, MODULE
from crm_plus.tests.base import CRMPlusTestCase

PREFIX = "crm_plus_"


class TestInstall(CRMPlusTestCase):
	def test_custom_fields_carry_module_and_prefix(self) -> None:
		"""Without the module Frappe would not remove them; without the prefix they could clash with ERPNext's own."""
		wanted = {
			(doctype, field["fieldname"]) for doctype, fields in CUSTOM_FIELDS.items() for field in fields
		}
		stored = frappe.get_all("Custom Field", {"module": MODULE}, ["dt", "fieldname"], as_list=True)
		self.assertEqual(set(stored), wanted)
		self.assertEqual([name for _doctype, name in stored if not name.startswith(PREFIX)], [])

	def test_a_second_installation_leaves_masters_and_fields_alone(self) -> None:
		"""An administrator's changes survive, and nothing is doubled."""
		frappe.db.set_value("Pipeline Stage", "Sales-New", "probability", 33)
		before = self.masters()
		install.before_install()
		install.after_install()
		install.after_migrate()
		self.assertEqual(self.masters(), before)

	def test_a_setting_that_came_later_gets_its_default_and_a_choice_stays(self) -> None:
		settings = "CRM Plus Settings"
		frappe.db.set_single_value(settings, "at_risk_after_days", 77)
		frappe.db.delete("Singles", {"doctype": settings, "field": "quiet_after_days"})
		settings_defaults.execute()
		stored = frappe.db.get_singles_dict(settings)
		self.assertEqual((stored["quiet_after_days"], stored["at_risk_after_days"]), ("14", "77"))

	def masters(self) -> dict[str, list]:
		fields = {"Pipeline Stage": "probability", "Pipeline": "is_default", "Custom Field": "insert_after"}
		names = ("Pipeline", "Pipeline Stage", "Customer Source", "Lost Reason", "Custom Field")
		return {
			doctype: frappe.get_all(
				doctype, fields=["name", fields.get(doctype, "owner")], order_by="name", as_list=True
			)
			for doctype in names
		}

	def test_a_name_that_another_app_owns_is_refused(self) -> None:
		frappe.db.set_value("DocType", "Deal", "module", "Selling")
		with self.assertRaises(frappe.ValidationError) as refusal:
			install.before_install()
		self.assertIn("Deal (Selling)", str(refusal.exception))
		frappe.db.rollback()
		install.before_install()
