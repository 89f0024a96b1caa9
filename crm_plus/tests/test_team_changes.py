"""Who leaves a team loses sight of its records with his very next request, by whatever road he left."""

import frappe

from crm_plus.tests import factories
from crm_plus.tests.factories_teams import make_team, show
from crm_plus.tests.private_case import PrivateRequestCase

MEMBER = "Revenue Team Member"


class TestNextRequest(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		show("Team")
		self.deal = factories.make_deal(deal_owner=self.theirs).name
		self.team = make_team([self.mine, self.theirs])
		self.commit()  # the requests are other connections
		self.assertTrue(self.sees())

	def sees(self) -> bool:
		"""Ask as the team's member for the deal of his team mate."""
		asked = {"doctype": "Deal", "filters": {"name": self.deal}}
		status, body = self.call("frappe.client.get_list", asked, token=self.token)
		self.assertEqual(status, 200, body)
		return bool(body["message"])

	def test_every_road_out_of_a_team(self) -> None:
		roads = {
			"its form": self.leave_by_form,
			"a statement past all events": lambda: frappe.db.delete(MEMBER, {"user": self.mine}),
			"a team set aside": lambda: frappe.db.set_value("Revenue Team", self.team, "disabled", 1),
			"a team taken away": lambda: frappe.delete_doc("Revenue Team", self.team, force=True),
		}
		for road, leave in roads.items():
			with self.subTest(road):
				self.team = self.team_of_both()
				self.assertTrue(self.sees())
				leave()
				self.assertTrue(self.sees(), "what is not committed counts for nobody else")
				self.commit()
				self.assertFalse(self.sees())

	def test_what_was_rolled_back_did_not_happen(self) -> None:
		self.leave_by_form()
		with self.as_user(self.mine):
			self.assertFalse(frappe.get_list("Deal", {"name": self.deal}))
		self.assertTrue(self.sees())
		frappe.db.rollback()
		self.assertTrue(self.sees())
		with self.as_user(self.mine):
			self.assertTrue(frappe.get_list("Deal", {"name": self.deal}))

	def team_of_both(self) -> str:
		"""Return a team of the two, the only one there is."""
		frappe.db.delete("Revenue Team")
		frappe.db.delete(MEMBER)
		team = make_team([self.mine, self.theirs])
		self.commit()
		return team

	def leave_by_form(self) -> None:
		team = frappe.get_doc("Revenue Team", self.team)
		team.members = [row for row in team.members if row.user != self.mine]
		team.save()
