"""The indexes along which a list is read that is filtered by one thing and sorted by another."""

import frappe

from crm_plus.crm_plus.doctype.deal import deal as deal_type
from crm_plus.patches.v0_3 import list_indexes
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.plans import step_along

# (filter, order, index)
LISTS = (
	("deal_owner", "amount", "owner_amount"),
	("stage", "expected_close_date", "stage_close"),
	("stage", "next_follow_up_on", "stage_follow_up"),
	("stage", "modified", "stage_modified"),
	("status", "stage", "status_stage"),
)


class TestListIndexes(CRMPlusTestCase):
	def test_the_patch_makes_what_is_missing(self) -> None:
		frappe.db.sql_ddl("alter table `tabDeal` drop index `owner_amount`")
		list_indexes.execute()
		list_indexes.execute()
		for index in deal_type.INDEXES:
			self.assertTrue(frappe.db.has_index("tabDeal", index), index)

	def test_a_list_is_read_in_its_order_and_not_sorted(self) -> None:
		"""Whether MariaDB takes the index depends on how many deals it believes there are; that it serves does not."""
		deal = factories.make_deal(deal_owner="Administrator")
		for field, order, index in LISTS:
			frappe.get_all("Deal", {field: deal.get(field)}, "name", order_by=f"{order} desc", limit=20)
			step = step_along(str(frappe.db.last_query), "Deal", index)
			with self.subTest(index):
				self.assertEqual(step["key"], index)
				self.assertNotIn("filesort", step["Extra"])
