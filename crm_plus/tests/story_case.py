"""One deal and its documents, made as ERPNext's own buttons make them."""

from typing import ClassVar

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe.utils import nowdate

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase


class StoryCase(CRMPlusTestCase):
	"""A customer with a deal, and the way of its documents through ERPNext's own buttons."""

	customer: ClassVar[str]

	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.make_customer().name
		self.profile = factories.make_profile(erpnext_customer=self.customer).name
		self.item = factories.make_item().name
		self.deal = factories.make_deal(
			customer_profile=self.profile, items=[{"item_code": self.item, "qty": 2, "rate": 500}]
		).name
		frappe.db.commit()

	def quotation(self, **values):
		quotation = frappe.get_doc(
			{
				"doctype": "Quotation",
				"quotation_to": "Customer",
				"party_name": self.customer,
				"company": factories.company(),
				"crm_plus_deal": self.deal,
				"items": [{"item_code": self.item, "qty": 2, "rate": 500}],
				**values,
			}
		).insert()
		quotation.submit()
		frappe.db.commit()
		return quotation

	def order(self, quotation):
		order = make_sales_order(quotation.name)
		order.delivery_date = nowdate()
		for row in order.items:
			row.delivery_date = nowdate()
		order.insert().submit()
		frappe.db.commit()
		return order

	def stage(self) -> str:
		return frappe.db.get_value(
			"Pipeline Stage", frappe.db.get_value("Deal", self.deal, "stage"), "stage_name"
		)

	def changes(self) -> list[str]:
		where = {"reference_doctype": "Deal", "reference_name": self.deal}
		return frappe.get_all("Stage Change", where, pluck="cause", order_by="changed_on, creation")

	def told(self) -> set[str]:
		"""Return on how many occasions the owner was told that the deal is not where a document wants it."""
		where = {"reference_doctype": "Deal", "reference_name": self.deal, "event": "stage_refused"}
		return set(frappe.get_all("Reminder Delivery", where, pluck="occasion"))
