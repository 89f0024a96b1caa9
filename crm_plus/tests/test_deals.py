"""Deals on a real site: defaults, bad input, items and prices, and what saving costs."""

from typing import Any

import frappe
from frappe.utils import add_days, add_to_date, now_datetime, today

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_deals import changes, gated_pipeline
from crm_plus.workflows import deal_stages


class TestNewDeals(CRMPlusTestCase):
	def test_a_deal_that_says_nothing_gets_the_defaults(self) -> None:
		deal = factories.make_deal()
		default = frappe.db.get_value("Pipeline", {"is_default": 1})
		first = deal_stages.load_stages(default)[0]
		self.assertEqual((deal.pipeline, deal.stage, deal.status), (default, first.name, "Open"))
		self.assertEqual((deal.currency, deal.conversion_rate), ("EUR", 1))
		self.assertEqual((deal.amount, deal.base_amount), (1000, 1000))
		self.assertEqual(deal.probability, first.probability)
		self.assertIsNone(deal.closed_on)
		created = changes(deal.name)
		self.assertEqual(
			[(row.from_stage, row.to_stage, row.cause) for row in created], [(None, first.name, "Created")]
		)

	def test_the_currency_is_the_companys_and_rates_come_from_erpnext(self) -> None:
		factories.make_exchange_rate("EUR", "USD", 1.25)
		own = factories.make_deal(company=factories.make_company2())
		foreign = factories.make_deal(company=factories.make_company2(), currency="EUR")
		self.assertEqual((own.currency, own.conversion_rate), ("USD", 1))
		self.assertEqual((foreign.conversion_rate, foreign.base_amount), (1.25, 1250))

	def test_an_import_creates_deals_in_any_stage_and_meets_its_entry_rules(self) -> None:
		pipeline = gated_pipeline()
		closed_on = add_to_date(now_datetime(), years=-1).replace(microsecond=0)
		deal = factories.make_deal(
			pipeline=pipeline, stage=f"{pipeline}-Won", stage_entered_on=closed_on, closed_on=closed_on
		)
		self.assertEqual((deal.status, deal.closed_on, deal.stage_entered_on), ("Won", closed_on, closed_on))
		self.refused("fill Lost Reason", pipeline=pipeline, stage=f"{pipeline}-Lost")
		self.refused("fill Source and submit a quotation", pipeline=pipeline, stage=f"{pipeline}-Proposal")

	def test_a_data_import_gets_the_same_defaults_and_rules(self) -> None:
		profile = factories.make_profile().name
		frappe.flags.in_import = True
		try:
			deal = factories.make_deal(customer_profile=profile)
			self.assertEqual((deal.currency, deal.status, deal.base_amount), ("EUR", "Open", 1000))
			with self.assertRaises(deal_stages.StageRuleNotMet):
				factories.make_deal(customer_profile=profile, stage="Sales-Lost")
		finally:
			frappe.flags.in_import = False

	def test_a_stage_alone_says_the_pipeline(self) -> None:
		self.assertEqual(factories.make_deal(stage="Renewals-Upcoming").pipeline, "Renewals")

	def test_bad_input_gives_one_sentence(self) -> None:
		self.refused("must not be negative", amount=-1)
		self.refused("belongs to pipeline", pipeline="Sales", stage="Renewals-Upcoming")
		self.refused("Could not find Currency", currency="XXX")
		self.refused("exchange rate must be more than zero", currency="USD", conversion_rate=0)
		self.refused("exchange rate must be more than zero", currency="USD", conversion_rate=-2)
		self.refused("longer than 140 characters", title="x" * 5000)
		self.refused("between the years 1970 and 2100", expected_close_date="1900-01-01")
		self.refused("between the years 1970 and 2100", expected_close_date="2999-12-31")
		self.refused("between 0 and 100", probability=101, probability_overridden=1)
		self.refused("quantity must be more than zero", items=[{"qty": -1}])
		self.refused("rate must not be negative", items=[{"rate": -1}])
		self.refused("between 0 and 100", items=[{"rate": 1, "discount_percentage": 101}])
		self.refused("too large", amount=1e15)
		self.refused("Say why", snoozed_until=add_days(today(), 3))

	def refused(self, sentence: str, **values: Any) -> None:
		"""Assert that such a deal is refused with a message that holds `sentence`, and that nothing stays behind."""
		profile = factories.make_profile().name
		with self.assertRaises(frappe.ValidationError) as raised:
			factories.make_deal(customer_profile=profile, **values)
		self.assertIn(sentence, str(raised.exception))
		self.assertLess(len(str(raised.exception)), 200)
		self.assertFalse(frappe.db.exists("Deal", {"customer_profile": profile}))

	def test_every_script_is_stored_and_markup_is_made_harmless(self) -> None:
		deal = factories.make_deal(
			title="<script>alert(1)</script> 😀 שלום", description="<img src=x onerror=alert(1)>"
		)
		deal.reload()
		self.assertIn("😀 שלום", deal.title)
		self.assertNotIn("<script", deal.title)
		self.assertNotIn("onerror", deal.description)

	def test_an_exchange_rate_follows_a_changed_currency(self) -> None:
		factories.make_exchange_rate("USD", "EUR", 0.8)
		deal = factories.make_deal()
		deal.currency = "USD"
		deal.save()
		self.assertEqual((deal.conversion_rate, deal.base_amount), (0.8, 800))
		deal.conversion_rate = 0
		self.assertRaises(frappe.ValidationError, deal.save)

	def test_what_the_books_say_is_nobodys_to_type(self) -> None:
		deal = factories.make_deal(paid_amount=5, billing_status="Paid", followed_documents="[]")
		self.assertEqual(
			(deal.paid_amount, deal.billing_status, deal.followed_documents), (0, "Not Billed", None)
		)
		# An invoice is paid while somebody has the form open; he saves what he saw, and types into it besides.
		frappe.db.set_value(
			"Deal", deal.name, {"paid_amount": 70, "invoiced_amount": 70}, update_modified=False
		)
		deal.update({"next_step": "Call", "outstanding_amount": 123})
		deal.save()
		deal.reload()
		self.assertEqual((deal.invoiced_amount, deal.paid_amount, deal.outstanding_amount), (70, 70, 0))


class TestItems(CRMPlusTestCase):
	def test_rows_are_completed_from_item_and_price_list(self) -> None:
		item = factories.make_item(19.99)
		deal = factories.make_deal(items=[{"item_code": item.name, "qty": 3, "discount_percentage": 10}])
		row = deal.items[0]
		self.assertEqual((row.item_name, row.uom, row.price_list_rate), (item.item_name, "Nos", 19.99))
		self.assertEqual((row.rate, row.amount, deal.amount), (17.99, 53.97, 53.97))

	def test_what_was_typed_last_wins(self) -> None:
		deal = factories.make_deal(items=[{"rate": 90, "price_list_rate": 100}])
		self.assertEqual(deal.items[0].discount_percentage, 10)
		deal.items[0].rate = 75
		deal.save()
		self.assertEqual(deal.items[0].discount_percentage, 25)
		deal.items[0].discount_percentage = 50
		deal.save()
		self.assertEqual((deal.items[0].rate, deal.amount), (50, 50))

	def test_a_price_of_the_customers_own_goes_first(self) -> None:
		customer = factories.make_customer()
		profile = factories.make_profile(erpnext_customer=customer.name)
		item = factories.make_item(100)
		factories.make(
			"Item Price",
			item_code=item.name,
			price_list="Standard Selling",
			price_list_rate=70,
			customer=customer.name,
		)
		row = {"item_code": item.name}
		self.assertEqual(factories.make_deal(customer_profile=profile.name, items=[row]).amount, 70)
		self.assertEqual(factories.make_deal(items=[row]).amount, 100)

	def test_a_bigger_unit_costs_as_many_prices(self) -> None:
		item = factories.make_item(2.5, uoms=[{"uom": "Box", "conversion_factor": 12}])
		deal = factories.make_deal(items=[{"item_code": item.name, "uom": "Box"}])
		self.assertEqual(deal.amount, 30)

	def test_removing_all_items_lets_an_amount_be_typed(self) -> None:
		deal = factories.make_deal(items=[{"rate": 5}])
		deal.items = []
		deal.amount = 77.777
		deal.save()
		self.assertEqual((deal.amount, deal.base_amount), (77.78, 77.78))


class TestCosts(CRMPlusTestCase):
	def test_saving_a_deal_asks_few_queries(self) -> None:
		deal = factories.make_deal(items=[{"rate": 5}, {"rate": 6}])
		frappe.local.crm_plus_stages = {}
		deal.next_step = "Call"
		with self.count_queries() as saving:
			deal.save()
		frappe.local.crm_plus_stages = {}
		with self.count_queries() as moving:
			deal_stages.move(deal, "Sales-Contacted")
		self.assertLessEqual(len(saving), 40, "\n".join(saving))
		self.assertLessEqual(len(moving), 45, "\n".join(moving))

	def test_ten_thousand_items_are_priced_without_a_query_a_row(self) -> None:
		codes = [factories.make_item(10 + number).name for number in range(20)]
		rows = [
			{"doctype": "Deal Item", "item_code": codes[number % 20], "qty": 1} for number in range(10_000)
		]
		deal = frappe.get_doc(
			{
				"doctype": "Deal",
				"title": "Big",
				"company": factories.company(),
				"customer_profile": factories.make_profile().name,
				"items": rows,
			}
		)
		with self.count_queries() as queries:
			deal.insert()
		reading = [query for query in queries if query.lstrip().lower().startswith("select")]
		self.assertLess(len(reading), 200)
		self.assertEqual(deal.amount, sum(10 + number for number in range(20)) * 500)
