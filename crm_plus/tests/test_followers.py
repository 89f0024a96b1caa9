"""Frappe mails each change of a record to whoever follows it, and asks nobody's rights: nobody follows what he may not read."""

import frappe
from frappe import share
from frappe.desk.form.document_follow import follow_document

from crm_plus.overrides import document_follow
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import make_team, no_teams, show, show_everything
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person
from crm_plus.workflows import followers


class TestFollowers(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Private")
		self.leader, self.agent = (sales_person("Sales User", f"Follower {number}") for number in range(2))
		self.team = make_team([self.agent], [self.leader])
		self.deal = factories.make_deal(deal_owner=self.agent).name

	def tearDown(self) -> None:
		frappe.db.rollback()
		super().tearDown()

	def follow(self, user: str, deal: str | None = None) -> None:
		frappe.db.set_value("User", user, "document_follow_notify", 1)
		frappe.clear_document_cache("User", user)
		with self.as_user(user):
			follow_document("Deal", deal or self.deal, user)

	def followed(self, user: str) -> list[str]:
		return frappe.get_all("Document Follow", {"user": user, "ref_doctype": "Deal"}, pluck="ref_docname")

	def test_who_sees_a_deal_no_more_gets_no_mail_of_it(self) -> None:
		self.follow(self.leader)
		own = factories.make_deal(deal_owner=self.leader).name
		self.follow(self.leader, own)
		followers.end_all_blind()
		self.assertCountEqual(self.followed(self.leader), [self.deal, own])
		frappe.db.delete("Revenue Team Member", {"parent": self.team, "user": self.leader})
		frappe.local.crm_plus_sights = None
		followers.end_all_blind()
		self.assertEqual(self.followed(self.leader), [own])

	def test_a_team_that_changes_has_the_subscriptions_looked_at(self) -> None:
		self.follow(self.leader)
		self.addCleanup(show_everything)
		with self.as_user("Administrator"):
			team = frappe.get_doc("Revenue Team", self.team)
			team.members = [row for row in team.members if row.user != self.leader]
			team.save()
		self.commit()  # jobs.followers.run goes to a worker once the team is stored
		self.assertEqual(self.followed(self.leader), [])

	def test_a_share_that_ends_has_the_subscriptions_looked_at(self) -> None:
		"""overrides/docshare.py"""
		self.addCleanup(show_everything)
		other = sales_person("Sales User", "Follower 2")
		share.add("Deal", self.deal, other)
		self.follow(other)
		self.assertEqual(self.followed(other), [self.deal])
		share.remove("Deal", self.deal, other)
		self.commit()  # jobs.followers.run goes to a worker once the share is gone
		self.assertEqual(self.followed(other), [])

	def test_a_new_user_permission_has_the_subscriptions_looked_at(self) -> None:
		"""overrides/user_permission.py"""
		self.addCleanup(show_everything)
		bound = sales_person("Sales User", "Follower bound")
		make_team([self.agent], [bound])
		self.follow(bound)
		self.assertEqual(self.followed(bound), [self.deal])
		other = factories.make_profile().name
		made = factories.make("User Permission", user=bound, allow="Customer Profile", for_value=other)
		self.addCleanup(frappe.delete_doc, "User Permission", made.name)
		self.commit()  # jobs.followers.run goes to a worker once the permission is stored
		self.assertEqual(self.followed(bound), [])

	def test_who_does_not_read_amounts_follows_no_deal(self) -> None:
		support = user_with("Support Team")
		self.follow(support)
		self.assertEqual(self.followed(support), [])
		seen = frappe.get_doc(
			{
				"doctype": "Document Follow",
				"ref_doctype": "Deal",
				"ref_docname": self.deal,
				"user": self.agent,
			}
		).insert()
		document_follow.after_insert(seen)
		self.assertEqual(self.followed(self.agent), [self.deal])
