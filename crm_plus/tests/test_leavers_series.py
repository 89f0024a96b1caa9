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

	def test_else_the_owner_of_the_persons_organization(self) -> None:
		leaver, keeper = (factories.make_user("Sales User").name for _ in range(2))
		organization = factories.make_profile(profile_owner=keeper).name
		person = factories.make_profile(
			profile_type="Person", profile_owner=leaver, organization=organization
		).name
		self.assertEqual(self.left(leaver, customer_profile=person).assigned_to, keeper)

	def test_where_nobody_is_left_the_managers_hear_of_it_and_find_it(self) -> None:
		leaver, manager = factories.make_user("Sales User").name, factories.make_user("Sales Manager").name
		profile = factories.make_profile(profile_owner=leaver).name
		following = self.left(leaver, customer_profile=profile)
		self.assertFalse(following.assigned_to)
		(told,) = frappe.get_all(
			"Reminder Delivery",
			{"reference_name": following.name, "user": manager},
			["event", "channel", "subject"],
		)
		self.assertEqual((told.event, told.channel), ("follow_up_unowned", "In-App"))
		self.assertIn(following.subject, told.subject)
		with self.as_user(manager):
			nobodys = {"status": "Open", "assigned_to": ["is", "not set"]}
			self.assertIn(following.name, frappe.get_list("Follow Up", nobodys, pluck="name", limit=0))

	def test_whoever_gets_the_customer_gets_the_series_with_the_next_one(self) -> None:
		leaver, keeper = (factories.make_user("Sales User").name for _ in range(2))
		profile = factories.make_profile(profile_owner=leaver)
		following = self.left(leaver, customer_profile=profile.name)
		profile.reload().update({"profile_owner": keeper}).save()
		following.reload().update({"status": "Done"}).save()
		self.assertEqual(successor_of(following.name).assigned_to, keeper)
