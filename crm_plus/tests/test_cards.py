"""The cards of the dashboards: their numbers are those of the reports, their changes those of two periods."""

from datetime import timedelta

import frappe
from frappe.utils import getdate

from crm_plus.api import insight
from crm_plus.reports import cards
from crm_plus.rules.periods import month_so_far
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase

CARDS = (
	*("won_this_month", "win_rate", "forecast_this_month", "collected_this_month", "new_customers"),
	*("interactions_this_week", "follow_ups_done"),
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

	def test_a_count_leads_to_the_list_that_it_counts(self) -> None:
		factories.make_profile()
		for user in ("Administrator", self.world.agents[0]):
			with self.as_user(user):
				card = insight.new_customers()
				listed = frappe.get_list(card["route"][1], card["route_options"], pluck="name", limit=0)
				self.assertEqual(card["value"], len(listed))

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
				self.assertIn("route", card, name)

	def test_the_cards_and_dashboards_are_there(self) -> None:
		for dashboard in ("CRM Plus Sales", "CRM Plus Activity", "CRM Plus Customers"):
			doc = frappe.get_doc("Dashboard", dashboard)
			self.assertTrue(doc.charts and doc.cards)
			for row in doc.charts:
				self.assertTrue(frappe.db.exists("Dashboard Chart", row.chart), row.chart)
