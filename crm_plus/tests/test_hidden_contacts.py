"""Nobody gets at the name and address of a contact whom he may not see by naming him."""

from typing import Any

import frappe

from crm_plus.api import interactions
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_mail
from crm_plus.tests.factories_teams import no_teams, show, show_everything
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person


class TestHiddenContacts(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.addCleanup(show_everything)  # capture commits
		self.mine, self.theirs = (sales_person("Sales User", f"contact {number}") for number in range(2))
		self.own = self.person(self.mine)
		self.hidden = self.person(self.theirs)

	def person(self, owner: str) -> Any:
		name = factories.unique("Ann")
		address = f"{frappe.scrub(name)}@hidden.example"
		return factories.make_profile(
			full_name=name, profile_type="Person", email=address, profile_owner=owner
		)

	def contact_of(self, profile: Any) -> str:
		(contact,) = frappe.get_all("Dynamic Link", {"link_name": profile.name}, pluck="parent")
		return contact

	def naming(self, contact: str) -> dict[str, Any]:
		about = {"interaction_type": "Call", "customer_profile": self.own.name, "subject": "x"}
		row = {"customer_profile": self.own.name, "contact": contact}
		plan = {**about, "status": "Planned", "starts_on": "2090-01-01"}
		return {
			"logged": lambda: interactions.log({**about, "contact": contact}),
			"header": lambda: factories.make("Interaction", **about, contact=contact),
			"row": lambda: factories.make("Interaction", **about, participants=[row]),
			"plan": lambda: factories.make("Interaction", **plan, participants=[row]),
			"deal": lambda: factories.make_deal(
				customer_profile=self.own.name, deal_owner=self.mine, contact=contact
			),
		}

	def test_one_who_is_hidden_is_refused_without_his_name(self) -> None:
		with self.as_user(self.mine):
			for road, name in self.naming(self.contact_of(self.hidden)).items():
				with self.subTest(road), self.assertRaises(frappe.PermissionError) as refused:
					name()
				self.assertNotIn(self.hidden.email, str(refused.exception))

	def test_ones_own_is_taken(self) -> None:
		with self.as_user(self.mine):
			for road, name in self.naming(self.contact_of(self.own)).items():
				with self.subTest(road):
					self.assertTrue(name())

	def test_support_names_the_contact_of_a_customer_whom_it_sees(self) -> None:
		"""It has no right to contacts as such."""
		with self.as_user(user_with("Support Team")):
			self.assertFalse(frappe.has_permission("Contact", "read", doc=self.contact_of(self.own)))
			self.assertTrue(self.naming(self.contact_of(self.own))["row"]())

	def test_capture_names_whoever_wrote(self) -> None:
		with self.as_user(self.mine):
			mail = make_mail(sender=self.hidden.email)
		self.assertEqual(captured(mail).participants[0].email, self.hidden.email)
