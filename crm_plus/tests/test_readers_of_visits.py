"""Readers with limits: the time in stages comes from Stage Changes alone where these know what the limit is of."""

import frappe
from frappe.desk.form.assign_to import add as assign
from pypika.terms import EmptyCriterion

from crm_plus.access.hiding import asked_elsewhere
from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports import funnel
from crm_plus.reports.report_scope import read_scope
from crm_plus.tests import test_stage_reports as stages
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.request_case import user_with

TOLD = {"name": "`tabStage Change`.`reference_name`", "company": "`tabStage Change`.`company`"}


class OfTeams:
	"""The same reports where people see their teams' deals alone, and a few that were given to them."""

	def setUp(self) -> None:
		super().setUp()
		use_settings(deal_visibility="Team")
		agent, others = self.world.agents[0], {"deal_owner": ["!=", self.world.agents[0]]}
		shared, assigned = [deal.name for deal in self.deals(**others)][:2]
		frappe.share.add("Deal", shared, agent, read=1)
		assign({"assign_to": [agent], "doctype": "Deal", "name": assigned})

	def joins_deals(self, user: str) -> bool:
		"""Tell whether a user's time in stages is looked up deal by deal."""
		with self.as_user(user):
			funnel.read_days(read_scope({}), self.pipeline, [f"{self.pipeline}-New"])
			return "join" in str(frappe.db.last_query).lower()


class TestFunnelOfTeams(OfTeams, stages.TestFunnel):
	def test_no_deal_is_looked_up(self) -> None:
		for user in (*self.world.agents, self.world.manager, self.world.bound):
			self.assertFalse(self.joins_deals(user), user)

	def test_a_limit_of_customers_is_asked_of_the_deals(self) -> None:
		user = user_with("Sales User", "Sales Manager")
		kept = self.deals()[0].customer_profile
		factory = {"user": user, "allow": "Customer Profile", "for_value": kept}
		frappe.get_doc({"doctype": "User Permission", **factory}).insert()
		self.assertTrue(self.joins_deals(user))


class TestVelocityOfTeams(OfTeams, stages.TestSalesVelocity):
	pass


class TestAskedElsewhere(stages.StageCase):
	def test_values_stay_as_they_are(self) -> None:
		odd = "'`tabDeal`.`name`', 'it''s', 'a\\'b', '100 %'"
		condition = f"(`tabDeal`.`company` in ({odd}) or ifnull(`tabDeal`.name, '') = '')"
		told = (
			f"(`tabStage Change`.`company` in ({odd}) or ifnull(`tabStage Change`.`reference_name`, '') = '')"
		)
		self.assertEqual(asked_elsewhere("Deal", condition, TOLD), told)
		self.assertEqual(asked_elsewhere("Deal", "", TOLD), "")

	def test_what_the_other_table_does_not_know_is_not_asked_of_it(self) -> None:
		for condition in (
			"`tabDeal`.`customer_profile` = 'x'",
			"`tabDeal`.`company` in (select name from `tabCompany`)",
			"`tabCustomer Profile`.`company` = 'x'",
			"company = 'x'",
		):
			self.assertIsNone(asked_elsewhere("Deal", condition, TOLD), condition)

	def test_a_permission_for_every_company_is_not_asked_at_all(self) -> None:
		user = user_with("Sales User")
		for company in frappe.get_all("Deal", pluck="company", distinct=True):
			permission = {
				"doctype": "User Permission",
				"user": user,
				"allow": "Company",
				"for_value": company,
			}
			frappe.get_doc(permission).insert(ignore_links=True)
		with self.as_user(user):
			self.assertIsInstance(rows_for_readers("Deal"), EmptyCriterion)
