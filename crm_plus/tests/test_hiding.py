"""A condition is left out only where it hides no row: after every change, and for every shape of condition."""

import frappe

from crm_plus.access.conditions import one_of
from crm_plus.access.hiding import FEW, hides_nothing
from crm_plus.access.rows import RawCondition, readable_rows
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.request_case import user_with

COLUMN = "`tabDeal`.`company`"


class TestHiding(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.deal = factories.make_deal()
		companies = frappe.get_all("Deal", pluck="company", distinct=True)
		self.companies = [name for name in companies if name]

	def interactions_of(self, user: str) -> tuple[list[str], str]:
		"""Return what a user lists, and the condition by which he does."""
		with self.as_user(user):
			listed = frappe.get_list("Interaction", pluck="name", limit=0)
			return listed, str(getattr(readable_rows("Interaction"), "sql", ""))

	def test_a_permission_for_all_companies_is_not_asked_and_for_all_but_one_it_is(self) -> None:
		user = user_with("Sales User")
		other = factories.make_deal(company=factories.make_company2())
		talks = {
			deal.name: factories.make(
				"Interaction",
				interaction_type=factories.make("Interaction Type", type_name=factories.unique("Way")).name,
				customer_profile=deal.customer_profile,
				deal=deal.name,
			).name
			for deal in (self.deal, other)
		}
		for company in {*self.companies, other.company}:
			factories.make("User Permission", user=user, allow="Company", for_value=company)
		listed, condition = self.interactions_of(user)
		self.assertLessEqual(set(talks.values()), set(listed))
		self.assertNotIn("select", condition.lower())
		gone = {"user": user, "for_value": other.company}
		frappe.delete_doc("User Permission", frappe.db.get_value("User Permission", gone), force=True)
		listed, condition = self.interactions_of(user)
		self.assertIn(talks[self.deal.name], listed)
		self.assertNotIn(talks[other.name], listed)
		self.assertIn("select", condition.lower())
		factories.make("User Permission", user=user, allow="Company", for_value=other.company)
		self.assertNotIn("select", self.interactions_of(user)[1].lower())
		# The first deal of a company that had none when last looked at.
		frappe.db.set_value("Deal", other.name, "company", "Somebody Else's")
		listed, condition = self.interactions_of(user)
		self.assertNotIn(talks[other.name], listed)
		self.assertIn("select", condition.lower())

	def test_what_a_condition_leaves_open_hides_a_row(self) -> None:
		"""As with Frappe's strict permissions and a deal of no company."""
		strict = one_of(COLUMN, self.companies)
		self.assertTrue(hides_nothing("Deal", strict))
		for nothing in (None, ""):
			frappe.db.set_value("Deal", self.deal.name, "company", nothing)
			self.assertFalse(hides_nothing("Deal", strict), repr(nothing))
			self.assertTrue(hides_nothing("Deal", f"(ifnull({COLUMN}, '') = '' or {strict})"))
		frappe.db.set_value("Deal", self.deal.name, "company", self.deal.company)

	def test_what_cannot_be_told_at_a_glance_is_asked(self) -> None:
		every = one_of(COLUMN, self.companies)
		self.assertTrue(hides_nothing("Deal", ""))
		for condition in (
			"1 = 0",
			f"({every} and `tabDeal`.`name` is not null)",
			f"{COLUMN} in (select `name` from `tabCompany`)",
			f"({every} or `tabDeal`.name in ('x'))",
			f"({every} or name in ('x'))",
			f"({every} or `name` = 'x')",
			"`tabDeal`.`rate_of_no_index` is null",
			"`tabCustomer Profile`.`territory` is null",
		):
			self.assertFalse(hides_nothing("Deal", condition), condition)

	def test_names_that_look_like_columns_or_percents(self) -> None:
		odd = ["`tabUser`.`name`", "100 %", "it's", "\\", "a select b"]
		for condition in (one_of(COLUMN, [*self.companies, *odd]), one_of(COLUMN, odd)):
			hidden = RawCondition(f"({condition}) is not true")
			expected = not frappe.qb.from_("Deal").select("name").where(hidden).limit(1).run()
			self.assertEqual(hides_nothing("Deal", condition), expected, condition)

	def test_many_values_are_not_looked_at(self) -> None:
		for _more in range(FEW + 1 - frappe.db.count("Deal")):
			factories.make_deal()
		self.assertFalse(hides_nothing("Deal", "`tabDeal`.`creation` is not null"))
