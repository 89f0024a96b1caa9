"""A deal's quotation equals the deal to the cent, as ERPNext itself counts it."""

import unittest
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import flt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_plus.api import deals as api
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.workflows import deal_loss, deal_stages, deal_value, quoting


def quote(deal: Document) -> Document:
	"""Make the deal's quotation and save it, as the form does."""
	quotation = frappe.get_doc(api.make_quotation(deal.name))
	return quotation.insert()


def tax_template(company: str, rate: float) -> str:
	account = frappe.get_all(
		"Account", {"company": company, "account_type": "Tax", "is_group": 0}, pluck="name", limit=1
	)[0]
	row = {"charge_type": "On Net Total", "account_head": account, "description": "Tax", "rate": rate}
	template = factories.make(
		"Sales Taxes and Charges Template", title=factories.unique("Tax"), company=company, taxes=[row]
	)
	return template.name


class TestQuoting(CRMPlusTestCase):
	def assert_equal_to_the_cent(self, quotation: Document, deal: Document) -> None:
		quoted = [
			(row.item_code, row.qty, row.uom, row.rate, row.amount, row.discount_percentage)
			for row in quotation.items
		]
		wanted = [
			(row.item_code, row.qty, row.uom, row.rate, row.amount, row.discount_percentage)
			for row in deal.items
		]
		self.assertEqual(quoted, wanted)
		self.assertEqual(quotation.net_total, deal.amount)
		self.assertEqual(quotation.base_net_total, deal.base_amount)

	def test_a_deal_in_a_foreign_currency_for_the_second_company(self) -> None:
		"""Two items, one with 10% off, in EUR for a company that keeps its books in USD, with pricing rules about."""
		item = factories.make_item(0.01)
		factories.make(
			"Pricing Rule",
			title=factories.unique("Rule"),
			apply_on="Item Code",
			items=[{"item_code": item.name}],
			selling=1,
			rate_or_discount="Discount Percentage",
			discount_percentage=50,
			company=factories.make_company2(),
			currency="EUR",
		)
		deal = factories.make_deal(
			company=factories.make_company2(),
			currency="EUR",
			conversion_rate=1.0837,
			items=[
				{"item_code": item.name, "qty": 3, "rate": 333.33},
				{"qty": 7, "price_list_rate": 19.99, "discount_percentage": 10},
			],
			additional_discount_percentage=2.5,
		)
		quotation = quote(deal)
		self.assert_equal_to_the_cent(quotation, deal)
		self.assertEqual((quotation.currency, quotation.company), ("EUR", deal.company))
		self.assertEqual(flt(quotation.conversion_rate, 4), 1.0837)
		self.assertEqual(quotation.crm_plus_deal, deal.name)
		self.assertEqual({row.crm_plus_deal for row in quotation.items}, {deal.name})
		quotation.reload()
		quotation.submit()
		self.assert_equal_to_the_cent(quotation, deal)

	def test_taxes_terms_contact_and_source_come_along(self) -> None:
		company = factories.company()
		template = tax_template(company, 19)
		terms = factories.make(
			"Terms and Conditions", title=factories.unique("Terms"), terms="Within a week", selling=1
		)
		profile = factories.make_profile()
		links = [{"link_doctype": "Customer Profile", "link_name": profile.name}]
		contact = factories.make("Contact", first_name=factories.unique("Ann"), links=links)
		deal = factories.make_deal(
			customer_profile=profile.name,
			items=[{"rate": 100}],
			taxes_and_charges=template,
			tc_name=terms.name,
			contact=contact.name,
			source="Referral",
			campaign="Spring Fair",
		)
		quotation = quote(deal)
		self.assertEqual([row.rate for row in quotation.taxes], [19])
		self.assertEqual((quotation.net_total, quotation.grand_total), (100, 119))
		self.assertEqual((quotation.terms, quotation.contact_person), ("Within a week", contact.name))
		meta = frappe.get_meta("Quotation")
		source = "utm_source" if meta.has_field("utm_source") else "source"
		self.assertEqual(quotation.get(source), "Referral")

	def test_a_contact_of_somebody_else_is_left_out(self) -> None:
		contact = factories.make("Contact", first_name=factories.unique("Ann"))
		quotation = quote(factories.make_deal(items=[{"rate": 100}], contact=contact.name))
		self.assertNotEqual(quotation.contact_person, contact.name)

	def test_a_typed_amount_needs_the_item_of_the_settings(self) -> None:
		deal = factories.make_deal(amount=1234.56)
		frappe.db.set_single_value("CRM Plus Settings", "default_item", None)
		with self.assertRaises(frappe.ValidationError) as raised:
			api.make_quotation(deal.name)
		self.assertIn("Add items to this deal", str(raised.exception))
		# The item has a price of its own, which must not replace the deal's.
		frappe.db.set_single_value("CRM Plus Settings", "default_item", factories.make_item(9.99).name)
		quotation = quote(deal)
		self.assertEqual((len(quotation.items), quotation.net_total), (1, 1234.56))

	def test_the_second_quotation_is_for_the_same_customer(self) -> None:
		deal = factories.make_deal(items=[{"rate": 10}])
		first, second = quote(deal), quote(deal)
		self.assertEqual((first.quotation_to, first.party_name), (second.quotation_to, second.party_name))

	def test_making_a_quotation_needs_the_right_to_quotations(self) -> None:
		deal = factories.make_deal(items=[{"rate": 10}])
		with self.as_user(factories.make_user("Support Team").name):
			self.assertRaises(frappe.PermissionError, api.make_quotation, deal.name)


cents = st.integers(1, 10**7).map(lambda value: value / 100)
rows = st.fixed_dictionaries(
	{
		"qty": st.integers(1, 10**5).map(lambda value: value / 1000),
		"rate": cents,
		"price_list_rate": st.just(0.0) | cents,
		"discount_percentage": st.just(0.0) | st.integers(0, 100_000).map(lambda value: value / 1000),
	}
)


class TestToTheCent(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item = factories.make_item()
		self.customer = factories.make_customer()

	@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
	@given(
		st.lists(rows, min_size=1, max_size=6),
		st.just(0.0) | st.integers(0, 100_000).map(lambda value: value / 1000),
		st.integers(1, 5 * 10**6).map(lambda value: value / 10**6),
	)
	def test_erpnext_counts_as_we_do(self, items: list[dict[str, Any]], discount: float, rate: float) -> None:
		deal = frappe.get_doc(
			{
				"doctype": "Deal",
				"company": factories.company(),
				"currency": "USD",
				"conversion_rate": rate,
				"additional_discount_percentage": discount,
				"items": [
					{**row, "item_code": self.item.name, "item_name": "x", "uom": "Nos"} for row in items
				],
			}
		)
		deal_value.price_deal(deal)
		quotation = frappe.new_doc("Quotation")
		quotation.update(
			{
				"quotation_to": "Customer",
				"party_name": self.customer.name,
				"company": deal.company,
				"currency": "USD",
				"conversion_rate": rate,
				"ignore_pricing_rule": 1,
			}
		)
		quoting.set_discount(quotation, deal)
		for row in quoting.rows_of(deal):
			quotation.append("items", row)
		quotation.run_method("calculate_taxes_and_totals")
		self.assertEqual([row.rate for row in quotation.items], [row.rate for row in deal.items])
		self.assertEqual([row.amount for row in quotation.items], [row.amount for row in deal.items])
		self.assertEqual(
			[row.base_amount for row in quotation.items], [row.base_amount for row in deal.items]
		)
		self.assertEqual((quotation.net_total, quotation.base_net_total), (deal.amount, deal.base_amount))


class TestLosses(CRMPlusTestCase):
	def lost(self, deal: Document, **values: Any) -> None:
		deal.reload()
		deal.update({"lost_reason": self.reason, "lost_detail": "They chose another", **values})
		deal_stages.move(deal, "Sales-Lost")

	def setUp(self) -> None:
		super().setUp()
		self.reason = factories.make_lost_reason().name

	def test_the_reason_reaches_the_open_quotations_once(self) -> None:
		deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
		submitted, draft = quote(deal), quote(deal)
		submitted.submit()
		self.lost(deal)
		submitted.reload()
		self.assertEqual((submitted.status, submitted.order_lost_reason), ("Lost", "They chose another"))
		self.assertEqual([row.lost_reason for row in submitted.lost_reasons], [self.reason])
		self.assertEqual(frappe.db.get_value("Quotation", draft.name, "status"), "Draft")
		deal_stages.reopen(deal)
		self.lost(deal)
		submitted.reload()
		self.assertEqual(len(submitted.lost_reasons), 1)

	@unittest.skipUnless(doctype_exists("Competitor"), "ERPNext has no competitors any more")
	def test_the_competitor_goes_both_ways_where_erpnext_knows_it(self) -> None:
		known = factories.make("Competitor", competitor_name=factories.unique("Rival")).name
		for name, rows in ((known, [known]), (factories.unique("Unknown"), [])):
			deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
			quotation = quote(deal).submit()
			self.lost(deal, competitor=name)
			quotation.reload()
			self.assertEqual(
				(quotation.status, [row.competitor for row in quotation.competitors]), ("Lost", rows)
			)
		self.assertIsNone(deal_stages.competitor_of_quotation(quotation.name))
		other = quote(factories.make_deal(pipeline="Sales", items=[{"rate": 10}])).submit()
		other.declare_enquiry_lost(
			[{"lost_reason": deal_loss.erpnext_reason(self.reason)}], [{"competitor": known}]
		)
		self.assertEqual(deal_stages.competitor_of_quotation(other.name), known)

	def test_a_quotation_that_was_ordered_from_is_left_alone(self) -> None:
		deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
		quotation = quote(deal).submit()
		frappe.db.set_value("Quotation", quotation.name, "status", "Partially Ordered")
		self.lost(deal)
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "status"), "Partially Ordered")

	def test_a_failure_is_logged_and_the_deal_is_lost_all_the_same(self) -> None:
		deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
		quotation = quote(deal).submit()
		# A quotation whose customer is gone cannot be saved any more.
		frappe.db.set_value("Quotation", quotation.name, "party_name", "Nobody")
		frappe.clear_messages()
		self.lost(deal)
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "status"), "Lost")
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "status"), "Open")
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": quotation.name}))
		self.assertEqual(frappe.get_message_log(), [])

	def test_a_refused_loss_touches_no_quotation(self) -> None:
		deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
		quotation = quote(deal).submit()
		with self.assertRaises(frappe.ValidationError):
			self.lost(deal, lost_reason=None)
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "status"), "Open")

	def test_a_lost_quotation_says_the_reason_for_its_deal(self) -> None:
		deal = factories.make_deal(pipeline="Sales", items=[{"rate": 10}])
		quotation = quote(deal).submit()
		self.assertEqual(deal_stages.lost_reason_of_quotation(quotation.name), "Not Stated")
		reason = factories.make("Quotation Lost Reason", order_lost_reason=factories.unique("Why")).name
		quotation.declare_enquiry_lost([{"lost_reason": reason}], [])
		self.assertEqual(deal_stages.lost_reason_of_quotation(quotation.name), reason)
		self.assertTrue(frappe.db.exists("Lost Reason", reason))


class TestGateOfAQuotation(CRMPlusTestCase):
	def test_a_submitted_quotation_opens_the_gate(self) -> None:
		pipeline = factories.make_pipeline(
			("New", {"stage_name": "Proposal", "requires_quotation": 1}, "Won", "Lost")
		).name
		deal = factories.make_deal(pipeline=pipeline, items=[{"rate": 10}])
		quotation = quote(deal)
		with self.assertRaises(deal_stages.StageRuleNotMet) as raised:
			deal_stages.move(deal, f"{pipeline}-Proposal")
		self.assertIn("submit a quotation for it", str(raised.exception))
		quotation.submit()
		deal.reload()
		deal_stages.move(deal, f"{pipeline}-Proposal")
		self.assertEqual(deal.stage, f"{pipeline}-Proposal")
