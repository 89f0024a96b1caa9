"""Sales quotas and unmatched mail are narrowed by the tree too: one's own, one's people's, and mail that is nobody's alone."""

from collections.abc import Callable
from typing import Any

import frappe

from crm_plus.api import unmatched
from crm_plus.reports import sales_forecast, sales_quotas
from crm_plus.tests import factories, leak_roads
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import captured, make_mail
from crm_plus.tests.factories_teams import bare, make_team, no_teams
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_leaks import REFUSALS, text_of
from crm_plus.tests.test_visibility import sales_person


class TreeCase(CRMPlusTestCase):
	"""Two teams side by side: a leader with an agent, and another agent with a manager as leader."""

	DOCTYPE = ""

	def setUp(self) -> None:
		super().setUp()
		no_teams()
		self.leader, self.agent, self.other = (sales_person("Sales User", f"row {at}") for at in range(3))
		self.manager, self.free = user_with("Sales Manager"), user_with("System Manager")
		self.team = make_team([self.agent], [self.leader])
		self.other_team = make_team([self.other], [self.manager])

	def seen(self, user: str, names: list[str]) -> set[str]:
		"""Return what a user sees, which must be the same on every road."""
		with self.as_user(user):
			listed = set(frappe.get_list(self.DOCTYPE, {"name": ["in", names]}, pluck="name", limit=0))
			opened = {name for name in names if frappe.has_permission(self.DOCTYPE, "read", doc=name)}
			self.assertEqual(listed, opened, user)
			hidden = [name for name in names if name not in listed]
			for road, ask in self.roads(names).items():
				shown = text_of(ask)
				self.assertEqual([name for name in hidden if f'"{name}"' in shown], [], (user, road))
			for road, count in self.counts(names).items():
				self.assertEqual(count(), len(listed), (user, road))
		return listed

	def roads(self, names: list[str]) -> dict[str, Callable[[], Any]]:
		return leak_roads.lists_of(self.DOCTYPE, names, "")

	def counts(self, names: list[str]) -> dict[str, Callable[[], Any]]:
		as_list = [[self.DOCTYPE, "name", "in", names]]
		return {
			"client": lambda: leak_roads.narrowed.count(self.DOCTYPE, {"name": ["in", names]}),
			"report view": lambda: leak_roads.count_in_report_view(self.DOCTYPE, as_list),
		}


class TestQuotas(TreeCase):
	DOCTYPE = "Sales Quota"

	def setUp(self) -> None:
		super().setUp()
		for_people = {user: self.quota(user=user) for user in (self.leader, self.agent, self.other)}
		for_teams = {team: self.quota(team=team) for team in (self.team, self.other_team)}
		self.of = for_people | for_teams
		self.names = list(self.of.values())

	def quota(self, **who: str) -> str:
		kind = "Team" if "team" in who else "Person"
		values = {
			"quota_for": kind,
			"company": factories.company(),
			"starts_on": "2031-01-01",
			"amount": 7777,
		}
		return bare(self.DOCTYPE, **values, ends_on="2031-01-31", title=factories.unique("Q"), **who).name

	def expected(self, *who: str) -> set[str]:
		return {self.of[one] for one in who}

	def test_who_knows_whose(self) -> None:
		self.assertEqual(self.seen(self.agent, self.names), self.expected(self.agent))
		self.assertEqual(
			self.seen(self.leader, self.names), self.expected(self.leader, self.agent, self.team)
		)
		self.assertEqual(self.seen(self.manager, self.names), self.expected(self.other, self.other_team))
		self.assertEqual(self.seen(self.free, self.names), set(self.names))

	def test_a_manager_without_a_place_in_the_tree_knows_all(self) -> None:
		no_teams()
		self.assertEqual(self.seen(self.manager, self.names), set(self.names))
		self.assertEqual(self.seen(self.leader, self.names), self.expected(self.leader))

	def test_reports_measure_by_what_their_reader_knows(self) -> None:
		quota = frappe.qb.DocType(self.DOCTYPE)
		for user, known in (
			(self.agent, {self.agent}),
			(self.leader, {self.leader, self.agent, self.team}),
			(self.manager, {self.other, self.other_team}),
		):
			with self.as_user(user):
				query = frappe.qb.from_(quota).select(quota.name).where(quota.name.isin(self.names))
				found = query.where(sales_quotas.readable_quotas(quota)).run(pluck=True)
			self.assertEqual(set(found), self.expected(*known), user)

	def test_who_knows_some_quotas_measures_their_people_and_not_everybody(self) -> None:
		for owner, amount in ((self.agent, 100), (self.other, 4000)):
			deal = factories.make_deal(deal_owner=owner, amount=amount)
			frappe.db.set_value("Deal", deal.name, {"status": "Won", "closed_on": "2031-01-05"})
		january = {"company": factories.company(), "from_date": "2031-01-01", "to_date": "2031-01-31"}
		for user, quota, attained in (
			(self.agent, 7777, 100),
			(self.leader, 7777, 100),
			(self.manager, 7777, 4000),
			(self.free, 2 * 7777, 4100),
		):
			with self.as_user(user):
				_scope, _day, rows = sales_forecast.sales_forecast(january)
			[row] = [row for row in rows if row["month"] == "2031-01"]
			self.assertEqual((row["quota"], row["attained"], row["gap"]), (quota, attained, quota - attained))
			self.assertEqual(row["won"], 4100, user)

	def test_a_manager_sets_quotas_for_his_own_people_alone(self) -> None:
		values = {"quota_for": "Person", "company": factories.company(), "period": "Month"}
		values |= {"starts_on": "2032-01-01", "amount": 5}
		with self.as_user(self.manager):
			self.assertTrue(factories.make(self.DOCTYPE, **values, user=self.other).name)
			with self.assertRaises(frappe.PermissionError):
				factories.make(self.DOCTYPE, **values, user=self.agent)
			theirs = frappe.get_doc(self.DOCTYPE, self.of[self.agent])
			with self.assertRaises(frappe.PermissionError):
				theirs.save()
		with self.as_user(self.leader), self.assertRaises(frappe.PermissionError):
			factories.make(self.DOCTYPE, **values, user=self.agent)


class TestUnmatchedMail(TreeCase):
	DOCTYPE = "Unmatched Mail"

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.forget)  # capturing commits
		self.boxes = {user: self.mailbox(user) for user in (self.agent, self.other)}
		self.of = {user: self.mail(email_account=box) for user, box in self.boxes.items()}
		self.of["nobody"] = self.mail()
		with self.as_user(self.agent):
			sent = make_mail(sent_or_received="Sent", sender=self.agent, recipients="x@stranger.example")
		captured(sent)
		self.of["sent"] = frappe.db.get_value(self.DOCTYPE, {"source_name": sent.name})
		self.names = list(self.of.values())

	def mailbox(self, user: str) -> str:
		"""A mailbox with quotes in its name, as only administrators would write it."""
		address = f"{factories.unique('box')}@example.com"
		name = bare("Email Account", email_id=address, name=factories.unique("Box's \\ %s")).name
		values = {"parent": user, "parenttype": "User", "parentfield": "user_emails", "idx": 1}
		bare("User Email", email_account=name, email_id=address, **values)
		return name

	def forget(self) -> None:
		"""Take back what was committed of this test's world."""
		frappe.set_user("Administrator")
		no_teams()
		for box in self.boxes.values():
			frappe.db.delete("User Email", {"email_account": box})
			frappe.db.delete("Email Account", {"name": box})
		self.commit()

	def mail(self, **values: str) -> str:
		mail = make_mail()
		mail.db_set(values or {"email_account": None})
		captured(mail)
		return frappe.db.get_value(self.DOCTYPE, {"source_name": mail.name})

	def expected(self, *who: str) -> set[str]:
		return {self.of[one] for one in who}

	def test_who_sees_whose(self) -> None:
		self.assertEqual(self.seen(self.agent, self.names), self.expected(self.agent, "sent"))
		self.assertEqual(self.seen(self.leader, self.names), self.expected(self.agent, "sent"))
		self.assertEqual(self.seen(self.other, self.names), self.expected(self.other))
		self.assertEqual(self.seen(self.manager, self.names), self.expected(self.other, "nobody", "sent"))
		self.assertEqual(self.seen(self.free, self.names), set(self.names))

	def test_an_agent_makes_a_customer_of_who_wrote_to_him_and_of_nobody_else(self) -> None:
		with self.as_user(self.agent):
			for name in self.expected(self.other, "nobody"):
				for act in (unmatched.set_aside, unmatched.take_back, unmatched.new_profile):
					with self.assertRaises(REFUSALS):
						act(name)
			unmatched.set_aside(self.of[self.agent])
			unmatched.take_back(self.of[self.agent])
			profile = unmatched.new_profile(self.of[self.agent])
		self.assertEqual(frappe.db.get_value("Customer Profile", profile, "profile_owner"), self.agent)

	def test_the_line_above_the_list_counts_what_one_sees(self) -> None:
		with self.as_user(self.agent):
			waiting = frappe.get_list(self.DOCTYPE, {"status": "Waiting"}, pluck="name", limit=0)
			self.assertLessEqual(self.expected(self.agent, "sent"), set(waiting))
			self.assertEqual(unmatched.count(), {"waiting": len(waiting), "set_aside": 0})
		with self.as_user(self.free):
			self.assertIn("messages", unmatched.count())
