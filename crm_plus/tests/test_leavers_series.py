"""The series of somebody who has left goes on with whoever looks after the deal, the customer or the team."""

from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import make_follow_up, successor_of
from crm_plus.tests.factories_teams import make_team
from crm_plus.tests.follow_up_case import FollowUpCase


class TestLeaver(FollowUpCase):
	def left(self, leaver: str, **values: Any) -> Any:
		"""Close the follow-up of somebody who has left, and return the next one."""
		one = make_follow_up(assigned_to=leaver, repeat="Weekly", **values)
		frappe.get_doc("User", leaver).update({"enabled": 0}).save()
		one.reload().update({"status": "Done"}).save()
		following = successor_of(one.name)
		if following.assigned_to:
			todo = {"reference_name": following.name, "allocated_to": following.assigned_to, "status": "Open"}
			self.assertTrue(frappe.db.exists("ToDo", todo))
			self.assertTrue(following.remind_on)
		return following

	def test_the_deals_owner_gets_it_before_the_customers(self) -> None:
		leaver, seller, keeper = (factories.make_user("Sales User").name for _ in range(3))
		profile = factories.make_profile(profile_owner=keeper).name
		deal = factories.make_deal(deal_owner=seller, customer_profile=profile).name
		self.assertEqual(self.left(leaver, deal=deal).assigned_to, seller)

	def test_else_the_customers_owner(self) -> None:
		leaver, keeper = (factories.make_user("Sales User").name for _ in range(2))
		profile = factories.make_profile(profile_owner=keeper).name
		deal = factories.make_deal(deal_owner=leaver, customer_profile=profile).name
		self.assertEqual(self.left(leaver, deal=deal).assigned_to, keeper)

	def test_else_who_leads_the_leavers_team(self) -> None:
		leaver, leader = (factories.make_user("Sales User").name for _ in range(2))
		make_team([leaver], [leader])
		profile = factories.make_profile(profile_owner=leaver).name
		self.assertEqual(self.left(leaver, customer_profile=profile).assigned_to, leader)

	def test_nobody_where_nobody_is_left(self) -> None:
		leaver = factories.make_user("Sales User").name
		profile = factories.make_profile(profile_owner=leaver).name
		self.assertFalse(self.left(leaver, customer_profile=profile).assigned_to)
