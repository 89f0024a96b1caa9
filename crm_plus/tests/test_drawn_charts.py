"""What is left out where a report is only drawn: its chart and the line above it say the same as those of the whole report."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import flt, getdate

from crm_plus.access.remembered import remembering
from crm_plus.api import insight
from crm_plus.reports import customer_value, deal_to_cash, service_cards, source_quality
from crm_plus.reports.report_parts import full_names
from crm_plus.reports.report_scope import read_scope
from crm_plus.reports.revenue_by_source import collected, revenue_by_source
from crm_plus.tests import factories
from crm_plus.tests.ledger_rows import let_deals_say
from crm_plus.tests.plans import step_along
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.same_line import assert_same_chart, assert_same_line
from crm_plus.tests.test_customer_reports import shop

YEARS = {"from_date": getdate() - timedelta(days=730), "to_date": getdate()}


class TestDrawnCharts(ReportCase):
	DRAWN = ("profiles", "with_deal", "buyers", "won", "lost", "amount")

	def drawn(self, report: str, **filters: Any) -> tuple[Any, Any]:
		"""Return the chart and the line above it as a dashboard asks for them; no row is told, not all of it is known."""
		answer = self.report(report, **filters, chart_only=1)
		self.assertEqual(answer["result"], [])
		return answer["chart"], answer["report_summary"]

	def whole(self, report: str, **filters: Any) -> tuple[Any, Any]:
		answer = self.report(report, **filters)
		return answer["chart"], answer["report_summary"]

	def test_deals_to_cash_and_the_quality_of_sources(self) -> None:
		for report, groups in (
			("Deal to Cash", ("Owner", "Month")),
			("Lead Source Quality", ("Source", "Campaign", "Owner")),
		):
			for group in groups:
				for company in (self.world.companies[0], ""):
					asked = {"group_by": group, "company": company, **YEARS}
					with self.subTest(report, **asked):
						(chart, line), (own, own_line) = (
							self.drawn(report, **asked),
							self.whole(report, **asked),
						)
						assert_same_chart(self, chart, own)
						assert_same_line(self, line, own_line)

	def test_what_was_billed(self) -> None:
		"""Deals billed within the period alone, before and after it too, on its days only, and in two currencies."""
		shop()
		let_deals_say(self.world.deals)
		today = getdate()
		periods = [YEARS, *({**YEARS, "from_date": today - timedelta(days=days)} for days in (500, 300, 90))]
		periods.append({"from_date": today - timedelta(days=400), "to_date": today - timedelta(days=200)})
		drawn = 0
		for group, dated in (("Source", "Invoices"), ("Owner", "Invoices"), ("Source", "Payments")):
			for company, currency in ((self.world.companies[0], ""), ("", "EUR"), ("", "USD")):
				for period in periods:
					asked = {"group_by": group, "dated_by": dated, "company": company, **period}
					asked["pipeline"] = self.pipeline
					asked["currency"] = currency
					with self.subTest(**asked):
						report = "Revenue by Source and Campaign"
						chart, line = self.whole(report, **asked, chart_only=1)
						own, own_line = self.whole(report, **asked)
						assert_same_chart(self, chart, own)
						assert_same_line(self, line, own_line)
						drawn += bool(chart)
		self.assertGreater(drawn, 40)

	def test_what_came_in_within_some_periods(self) -> None:
		"""Asked for together it is what the report says of each, also where a rate changed between them."""
		shop()
		today = getdate()
		ends = [(730, 0), (300, 120), (200, 100), (90, 0)]
		for rate in (0, 2.5):
			if rate:
				factories.make_exchange_rate("USD", "EUR", rate, str(today - timedelta(days=95)))
			for company, currency in ((self.world.companies[0], ""), ("", "EUR"), ("", "USD")):
				asked = [
					{
						**{"company": company, "currency": currency, "dated_by": "Payments"},
						"from_date": today - timedelta(days=first),
						"to_date": today - timedelta(days=last),
					}
					for first, last in ends
				]
				with self.subTest(rate=rate, company=company, currency=currency):
					for together, filters in zip(collected(*asked), asked, strict=True):
						alone = revenue_by_source(filters)[3]["collected"]
						self.assertTrue(alone)
						self.assert_close(together, alone, str(filters))

	def test_the_way_to_cash_is_read_along_an_index(self) -> None:
		scope = read_scope({"company": self.world.companies[0]})
		with self.count_queries() as queries:
			deal_to_cash.read_drawn(scope, "")
		self.assert_covered([one for one in queries if "`ordered_net`" in one], "report_cash")

	def test_the_largest_of_many_customers(self) -> None:
		shop()
		whole = self.whole("Customer Value", **YEARS)
		self.assertTrue(whole[0]["data"]["labels"])
		with patch.object(customer_value, "MOST_ROWS", 0):
			answer = self.report("Customer Value", **YEARS, chart_only=1)
		self.assertEqual(answer["chart"], whole[0])
		self.assertEqual(answer["report_summary"][:3], whole[1][:3])

	def test_sources_are_drawn_along_an_index(self) -> None:
		scope = read_scope({"company": self.world.companies[0]})
		with self.count_queries() as queries:
			source_quality.read_drawn(scope, "Source")
		self.assert_covered([one for one in queries if "`tabDeal`" in one and "source" in one], "by_customer")

	def test_sources_that_no_list_knows_are_drawn_by_their_words(self) -> None:
		source = frappe.get_doc(
			{"doctype": "Customer Source", "source_name": frappe.generate_hash()}
		).insert()
		profiles = [factories.make_profile(source=source.name).name for _n in range(5)]
		scope = read_scope(YEARS)
		for profile, told in zip(profiles, ("", source.name.upper(), "Gone Since", None), strict=False):
			frappe.db.set_value("Customer Profile", profile, "source", told)
			with self.subTest(told):
				drawn, whole = (
					{
						str(row["value"] or "").casefold(): {key: flt(row[key]) for key in self.DRAWN}
						for row in rows
					}
					for rows in (
						source_quality.read_drawn(scope, "Source"),
						source_quality.read(scope, "Source", ""),
					)
				)
				self.assertEqual(drawn.keys(), whole.keys())
				for word, sums in drawn.items():
					for key, value in sums.items():
						self.assert_close(value, whole[word][key], f"{word} {key}")

	def assert_covered(self, queries: list[str], index: str) -> None:
		"""Assert that there is one query, and that it can read an index of deals and none of their rows."""
		(query,) = queries
		step = step_along(query, "Deal", index)
		self.assertEqual(step["key"], index)
		self.assertIn("Using index", step["Extra"])
		self.assertNotIn("Using index condition", step["Extra"])

	def test_two_cards_of_one_request_ask_once(self) -> None:
		counted = patch.object(service_cards, "response_totals", wraps=service_cards.response_totals)
		with counted as asked, patch.object(service_cards, "getdate", lambda: date(2026, 11, 20)):
			alone = [insight.median_response(), insight.answered_in_time()]
			self.assertEqual(asked.call_count, 4)
			with remembering():
				together = [insight.median_response(), insight.answered_in_time()]
			self.assertEqual(asked.call_count, 6)
		self.assertEqual(alone, together)

	def test_charts_of_the_same_people_ask_once_for_their_names(self) -> None:
		first, other = (factories.make_user("Sales User").name for _number in range(2))
		with remembering(), self.count_queries() as queries:
			found = [full_names([first, other]), full_names([other, None, first]), full_names([None, ""])]
		self.assertEqual(len(queries), 1)
		self.assertEqual(found[0], found[1])
		self.assertEqual(found[0].keys(), {first, other})
		self.assertEqual(found[2], {})
		frappe.db.set_value("User", first, "full_name", "Somebody Else")
		self.assertEqual(full_names([first, other])[first], "Somebody Else")

	def test_two_cards_of_stages_ask_once_where_profiles_stood(self) -> None:
		replayed = patch.object(service_cards, "stood_then", wraps=service_cards.stood_then)
		with replayed as asked, patch.object(service_cards, "getdate", lambda: date(2026, 11, 20)):
			alone = [insight.active_customers(), insight.risky_customers()]
			self.assertEqual(asked.call_count, 2)
			with remembering():
				together = [insight.active_customers(), insight.risky_customers()]
			self.assertEqual(asked.call_count, 3)
		self.assertEqual(alone, together)

	def test_who_changed_nothing_since_stood_where_he_stands(self) -> None:
		before = service_cards.stood_then({})
		profile = factories.make_profile().name
		frappe.db.set_value(
			"Customer Profile", profile, {"creation": "2020-01-01", "lifecycle_stage": "At Risk"}
		)
		frappe.db.delete("Stage Change", {"reference_name": profile})
		after = service_cards.stood_then({})
		self.assertEqual(after, {**before, "At Risk": before.get("At Risk", 0) + 1})

	def test_two_cards_of_open_deals_are_counted_together(self) -> None:
		asked = {"filters": {"company": self.world.companies[0]}}
		alone = [insight.deals_without_next_step(**asked), insight.rotten_deals(**asked)]
		with remembering(), self.count_queries() as queries:
			together = [insight.deals_without_next_step(**asked), insight.rotten_deals(**asked)]
		self.assertEqual(alone, together)
		self.assertEqual(len([query for query in queries if "`next_follow_up_on`" in query]), 1)
