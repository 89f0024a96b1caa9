"""The cards of the dashboards: their numbers are those of the reports, their changes those of two periods."""

from datetime import timedelta

import frappe
from frappe.utils import getdate

from crm_plus.api import insight
from crm_plus.reports import cards
from crm_plus.rules.periods import days_so_far, month_so_far
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.same_line import assert_same_chart, assert_same_line

CARDS = (
	*("won_this_month", "win_rate", "forecast_this_month", "collected_this_month", "new_customers"),
	*("interactions_this_week", "follow_ups_done", "support_requests", "median_response"),
	*("answered_in_time", "waiting_customers", "tickets_opened", "active_customers", "risky_customers"),
	*("open_deals", "deals_without_next_step", "rotten_deals"),
)


class TestCards(ReportCase):
	def test_won_this_month_is_what_can_be_listed(self) -> None:
		now, before = month_so_far(getdate())
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				sums = []
				for period in (now, before):
					filters = {
						"status": "Won",
						"company": cards.own_company(),
						"closed_on": ["between", [period.first, period.last]],
					}
					sums.append(sum(frappe.get_list("Deal", filters, pluck="base_amount", limit=0)))
				card = insight.won_this_month()
				self.assert_close(card["value"], sums[0])
				expected = (sums[0] - sums[1]) / sums[1] * 100 if sums[1] else None
				self.assert_close(card["change"], expected)

	def test_the_win_rate_is_the_reports(self) -> None:
		for user in ("Administrator", self.world.manager, self.world.agents[0]):
			with self.as_user(user):
				card = insight.win_rate()
				rows = self.report("Win Loss Analysis", group_by="Owner", **card["route_options"])["result"]
				self.assertAlmostEqual(card["value"], rows[-1]["win_rate"] if rows else 0, delta=0.06)

	def test_no_company_is_all_companies(self) -> None:
		now = month_so_far(getdate())[0]
		period = {"from_date": str(now.first), "to_date": str(now.last)}
		card = insight.won_this_month(filters={"company": ""})
		whole = self.report("Win Loss Analysis", group_by="Owner", **period)["result"]
		self.assert_close(card["value"], whole[-1]["won_amount"] if whole else 0)
		self.assertNotIn("company", card["route_options"])
		counted = insight.deals_without_next_step(filters={"company": ""})
		open_ones = {"status": "Open", "next_follow_up_on": ["is", "not set"]}
		self.assertEqual(counted["value"], len(frappe.get_list("Deal", open_ones, pluck="name", limit=0)))

	def test_a_count_leads_to_the_list_that_it_counts(self) -> None:
		factories.make_profile()
		for user in ("Administrator", self.world.agents[0]):
			with self.as_user(user):
				card = insight.new_customers()
				listed = frappe.get_list(card["route"][1], card["route_options"], pluck="name", limit=0)
				self.assertEqual(card["value"], len(listed))

	def test_the_forecast_is_what_the_report_says_of_the_month(self) -> None:
		for user in ("Administrator", self.world.agents[0]):
			with self.as_user(user):
				card = insight.forecast_this_month(filters={"company": self.world.companies[0]})
				*rows, _total = self.report("Sales Forecast", **card["route_options"])["result"]
				row = next(row for row in rows if row["month"])
				self.assert_close(card["value"], row["weighted"])

	def test_interactions_of_the_last_seven_days(self) -> None:
		before = insight.interactions_this_week()["value"]
		kind = factories.make("Interaction Type", type_name=factories.unique("Call")).name
		for days in (0, 6, 7, 30):
			factories.make(
				"Interaction",
				interaction_type=kind,
				subject=factories.unique("Call"),
				status="Done",
				starts_on=getdate() - timedelta(days=days),
				customer_profile=self.world.profiles[0],
			)
		self.assertEqual(insight.interactions_this_week()["value"], before + 2)

	def test_every_card_answers_on_an_empty_company_too(self) -> None:
		with self.as_user(self.world.bound):
			for name in CARDS:
				card = getattr(insight, name)()
				self.assertIn("value", card, name)
				if card["value"] is not None:
					self.assertIn("route", card, name)

	def test_the_cards_and_dashboards_are_there(self) -> None:
		for dashboard in ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers", "CRM Plus Service"):
			doc = frappe.get_doc("Dashboard", dashboard)
			self.assertTrue(doc.charts and doc.cards)
			for row in doc.charts:
				self.assertTrue(frappe.db.exists("Dashboard Chart", row.chart), row.chart)

	def test_a_chart_alone_is_that_of_its_report(self) -> None:
		"""A dashboard does without the rows that it does not show, and shows the same."""
		charts = {"module": "CRM Plus", "chart_type": "Report"}
		for chart in frappe.get_all("Dashboard Chart", charts, ["report_name", "filters_json"]):
			asked = frappe.parse_json(chart.filters_json)
			whole = self.report(chart.report_name, **asked)
			drawn = self.report(chart.report_name, **asked, chart_only=1)
			assert_same_chart(self, drawn["chart"], whole["chart"])
			assert_same_line(self, drawn["report_summary"], whole["report_summary"])
		self.assertFalse(self.report("Rotten and Slipping Deals", chart_only=1)["result"])

	def test_a_dashboards_team_and_company_narrow_every_card(self) -> None:
		"""Of somebody whom nobody knows there is nothing, in any company."""
		alone = factories.make_user("Sales User").name
		team = factories.make(
			"Revenue Team", team_name=factories.unique("Team"), members=[{"user": alone}]
		).name
		for company in self.world.companies:
			asked = {"team": team, "company": company}
			for name in CARDS:
				if name != "tickets_opened":
					card = getattr(insight, name)(filters=frappe.as_json(asked))
					self.assertFalse(card["value"], f"{name} of {company}: {card}")

	def test_a_card_of_what_belongs_to_no_company_says_that_it_is_of_all(self) -> None:
		"""And is of all; the others count those of the chosen company alone."""
		factories.make_deal(company=self.world.companies[0])
		for name in CARDS:
			found = [getattr(insight, name)(filters={"company": company}) for company in self.world.companies]
			if name == "median_response" or name == "answered_in_time":
				continue  # each company has working days of its own
			if found[0].get("of_all_companies"):
				self.assertEqual(found[0]["value"], found[1]["value"], name)
				self.assertNotIn(
					"company", found[0]["route_options"] if found[0]["route"][0] == "List" else {}
				)
			elif found[0]["value"] is not None:
				self.assertEqual(found[0]["route_options"]["company"], self.world.companies[0], name)

	def test_a_team_that_is_gone_gets_a_sentence(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "no team Gone"):
			insight.new_customers(filters={"team": "Gone"})
		with self.assertRaisesRegex(frappe.ValidationError, "cannot be read"):
			insight.new_customers(filters="[1")

	def test_counts_of_a_team_are_what_its_people_can_list(self) -> None:
		asked = {"team": self.world.team, "company": self.world.companies[0]}
		card = insight.deals_without_next_step(filters=asked)
		listed = frappe.get_list("Deal", card["route_options"], pluck="name", limit=0)
		self.assertEqual(card["value"], len(listed))
		active = insight.active_customers(filters={"team": self.world.team})
		listed = frappe.get_list("Customer Profile", active["route_options"], pluck="name", limit=0)
		self.assertEqual(active["value"], len(listed))

	def test_service_cards_say_what_response_time_says(self) -> None:
		now = days_so_far(getdate(), 7)[0]
		asked = {"company": cards.own_company(), "from_date": now.first, "to_date": now.last}
		found = self.report("Response Time", **asked)["result"]
		total = found[-1] if found else {"median": None, "share": None}
		self.assert_close(insight.median_response()["value"], total["median"] and round(total["median"], 1))
		self.assert_close(insight.answered_in_time()["value"], total["share"] and round(total["share"], 1))

	def test_customers_of_30_days_ago_are_replayed(self) -> None:
		"""A profile that became active today was none then."""
		before = insight.active_customers()
		profile = factories.make_profile()
		profile.lifecycle_stage = "Active"
		profile.save()
		after = insight.active_customers()
		self.assertEqual(after["value"], before["value"] + 1)
		if before["change"] is not None:
			self.assertGreater(after["change"], before["change"])

	def test_tickets_are_none_of_our_business_where_there_are_none(self) -> None:
		with self.as_user(self.world.agents[0]):
			card = insight.tickets_opened()
			readable = frappe.has_permission("Issue", "read") if doctype_exists("Issue") else False
			self.assertEqual(card["value"] is not None, readable)
