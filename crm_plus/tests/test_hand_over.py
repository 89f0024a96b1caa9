"""Records go to somebody else: one by one, and the whole book of somebody who leaves, with nothing left behind."""

import frappe
from frappe.desk.form import assign_to

from crm_plus.api import hand_over
from crm_plus.jobs import hand_over as hand_over_job
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import make_team, no_teams, share, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_visibility import sales_person
from crm_plus.workflows import planned


class HandOverCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.forget)  # what follows a meeting commits
		no_teams()
		show("Private")
		self.leaver, self.heir = sales_person("Sales User", 0), sales_person("Sales User", 1)
		self.leader, self.other = sales_person("Sales User", 2), user_with("Sales User")
		self.team = make_team([self.leaver, self.heir], [self.leader])
		frappe.db.set_value("Deal", {"deal_owner": self.leaver}, "deal_owner", None)
		frappe.db.set_value("Customer Profile", {"profile_owner": self.leaver}, "profile_owner", None)
		frappe.db.set_value("Follow Up", {"assigned_to": self.leaver}, "assigned_to", None)
		frappe.db.set_value("Interaction", {"interaction_owner": self.leaver}, "interaction_owner", None)
		self.profile = factories.make_profile(profile_owner=self.leaver).name
		self.deal = factories.make_deal(customer_profile=self.profile, deal_owner=self.leaver).name
		self.follow_up = self.make_follow_up()
		self.meeting = self.make_interaction(status="Planned", starts_on="2090-01-01 10:00:00")
		self.call = self.make_interaction(status="Done", starts_on="2020-01-01 10:00:00")

	def forget(self) -> None:
		"""Take back what was committed of this test's world."""
		frappe.set_user("Administrator")
		no_teams()
		show("Everyone")
		self.commit()

	def make_follow_up(self, **values: object) -> str:
		given = {"subject": "Call back", "due_on": "2090-01-01 10:00:00", "deal": self.deal}
		return factories.make("Follow Up", **{**given, "assigned_to": self.leaver, **values}).name

	def make_interaction(self, **values: object) -> str:
		kind = frappe.get_all("Interaction Type", pluck="name", limit=1)
		kind = kind[0] if kind else factories.make("Interaction Type", type_name="Call").name
		given = {"interaction_type": kind, "subject": "Met", "interaction_owner": self.leaver}
		return factories.make("Interaction", **{**given, "deal": self.deal, **values}).name

	def owner(self, doctype: str, name: str, field: str) -> str:
		return frappe.db.get_value(doctype, name, field)

	def may_read(self, user: str, doctype: str, name: str) -> bool:
		with self.as_user(user):
			return bool(frappe.has_permission(doctype, "read", doc=name))


class TestReassigning(HandOverCase):
	def test_a_leader_gives_deals_to_another_and_history_says_so(self) -> None:
		share("Deal", self.deal, self.leaver)
		with self.as_user(self.leader):
			answer = hand_over.reassign("Deal", [self.deal, "DEAL-none"], self.heir)
		self.assertEqual(answer, {"moved": 1, "left": []})
		self.assertEqual(self.owner("Deal", self.deal, "deal_owner"), self.heir)
		(version,) = frappe.get_all("Version", {"docname": self.deal}, ["owner", "data"], limit=1)
		self.assertEqual(version.owner, self.leader)
		self.assertIn(self.heir, version.data)
		self.assertFalse(self.may_read(self.leaver, "Deal", self.deal))

	def test_what_one_may_not_write_stays_where_it_is(self) -> None:
		foreign = factories.make_deal(deal_owner=self.other).name
		with self.as_user(self.leader):
			answer = hand_over.reassign("Deal", [foreign, self.deal], self.heir)
		self.assertEqual((answer["moved"], [row["name"] for row in answer["left"]]), (1, [foreign]))
		self.assertNotIn(self.other, str(answer["left"]))
		self.assertEqual(self.owner("Deal", foreign, "deal_owner"), self.other)

	def test_nobody_gets_what_he_cannot_work_with(self) -> None:
		stranger = user_with("Stock User")
		with self.as_user(self.leader), self.assertRaisesRegex(frappe.ValidationError, "choose somebody"):
			hand_over.reassign("Deal", [self.deal], stranger)
		with self.as_user(self.leader), self.assertRaises(frappe.ValidationError):
			hand_over.reassign("User", [self.heir], self.heir)

	def test_open_follow_ups_go_and_closed_ones_stay(self) -> None:
		done = self.make_follow_up(status="Done")
		with self.as_user(self.leader):
			answer = hand_over.reassign("Follow Up", [done, self.follow_up], self.heir)
		self.assertEqual((answer["moved"], [row["name"] for row in answer["left"]]), (1, [done]))
		self.assertIn("closed already", answer["left"][0]["message"])
		self.assertEqual(self.owner("Follow Up", self.follow_up, "assigned_to"), self.heir)
		self.assertEqual(self.owner("Follow Up", done, "assigned_to"), self.leaver)
		todos = {"reference_type": "Follow Up", "reference_name": self.follow_up, "status": "Open"}
		self.assertEqual(frappe.get_all("ToDo", todos, pluck="allocated_to"), [self.heir])

	def test_who_works_with_follow_ups_alone_gets_them_and_no_deal(self) -> None:
		helper = user_with("Support Team")
		with self.as_user(self.leader):
			self.assertEqual(hand_over.reassign("Follow Up", [self.follow_up], helper)["moved"], 1)
			with self.assertRaisesRegex(frappe.ValidationError, "choose somebody"):
				hand_over.reassign("Deal", [self.deal], helper)


class TestUnassigning(HandOverCase):
	"""Frappe shares a record with somebody who may not read it when it is assigned to him, and leaves the share behind."""

	def setUp(self) -> None:
		super().setUp()
		self.stranger = user_with("Stock User")

	def assigned(self, doctype: str, name: str) -> None:
		assign_to.add({"doctype": doctype, "name": name, "assign_to": [self.stranger]})
		self.assertTrue(self.may_read(self.stranger, doctype, name), "else there is nothing to take away")

	def test_the_share_ends_with_the_assignment(self) -> None:
		kept = (("Deal", self.deal), ("Customer Profile", self.profile), ("Interaction", self.call))
		for end in (assign_to.remove, assign_to.close, self.delete):
			for doctype, name in kept:
				with self.subTest(doctype, end=end.__name__):
					self.assigned(doctype, name)
					with self.as_user(self.stranger if end is assign_to.close else "Administrator"):
						end(doctype, name, self.stranger)
					self.assertFalse(self.may_read(self.stranger, doctype, name))

	def delete(self, doctype: str, name: str, user: str) -> None:
		where = {"reference_type": doctype, "reference_name": name, "allocated_to": user, "status": "Open"}
		for todo in frappe.get_all("ToDo", where, pluck="name"):
			frappe.delete_doc("ToDo", todo)

	def test_a_share_that_somebody_meant_stays(self) -> None:
		share("Deal", self.deal, self.stranger)
		frappe.db.set_value("DocShare", {"user": self.stranger}, "creation", "2020-01-01")
		self.assigned("Deal", self.deal)
		assign_to.remove("Deal", self.deal, self.stranger)
		self.assertTrue(self.may_read(self.stranger, "Deal", self.deal))


class TestLeaving(HandOverCase):
	def test_nothing_is_left_behind(self) -> None:
		elsewhere = factories.make_deal(deal_owner=self.leader).name
		assign_to.add({"doctype": "Deal", "name": elsewhere, "assign_to": [self.leaver]})
		share("Customer Profile", factories.make_profile(profile_owner=self.other).name, self.leaver)
		with self.as_user(self.leader):
			self.assertEqual(
				hand_over.book(self.leaver),
				{"Customer Profile": 1, "Deal": 1, "Interaction": 1, "Follow Up": 1},
			)
			answer = hand_over.leave(self.leaver, self.heir)
		self.assertEqual(answer, {"moved": 4, "left": []})
		for doctype, name, field in (
			("Deal", self.deal, "deal_owner"),
			("Customer Profile", self.profile, "profile_owner"),
			("Follow Up", self.follow_up, "assigned_to"),
			("Interaction", self.meeting, "interaction_owner"),
		):
			self.assertEqual(self.owner(doctype, name, field), self.heir, doctype)
		self.assertEqual(self.owner("Interaction", self.call, "interaction_owner"), self.leaver)
		self.assert_gone(elsewhere)

	def assert_gone(self, elsewhere: str) -> None:
		open_ones = {"allocated_to": self.leaver, "status": "Open"}
		ours = ["Deal", "Customer Profile", "Interaction", "Follow Up"]
		self.assertEqual(frappe.get_all("ToDo", {**open_ones, "reference_type": ["in", ours]}), [])
		self.assertTrue(
			frappe.db.exists(
				"ToDo", {"allocated_to": self.heir, "reference_name": elsewhere, "status": "Open"}
			)
		)
		self.assertEqual(frappe.get_all("DocShare", {"user": self.leaver, "share_doctype": ["in", ours]}), [])
		self.assertEqual(frappe.get_all("Revenue Team Member", {"user": self.leaver}), [])
		for doctype, name in (("Deal", self.deal), ("Customer Profile", self.profile), ("Deal", elsewhere)):
			self.assertFalse(self.may_read(self.leaver, doctype, name), (doctype, name))

	def test_tickets_and_other_work_go_along_as_far_as_the_leader_may_write_it(self) -> None:
		ticket = factories.make("Issue", subject="Broken", raised_by="a@customer.example").name
		note = factories.make("Note", title=factories.unique("Note"), public=0).name
		for doctype, name in (("Issue", ticket), ("Note", note)):
			assign_to.add({"doctype": doctype, "name": name, "assign_to": [self.leaver]})
			share(doctype, name, self.leaver)
		manager = user_with("Sales Manager", "Support Team")
		with self.as_user(manager):
			self.assertEqual(hand_over.book(self.leaver).get("Issue"), 1)
			self.assertNotIn("Note", hand_over.book(self.leaver))
			hand_over.leave(self.leaver, self.heir)
		work = {"reference_name": ["in", [ticket, note]], "status": "Open"}
		found = frappe.get_all("ToDo", work, ["reference_type", "allocated_to"], as_list=True)
		self.assertEqual(set(found), {("Issue", self.heir), ("Note", self.leaver)})
		left = frappe.get_all("DocShare", {"user": self.leaver}, pluck="share_name")
		self.assertNotIn(ticket, left)
		self.assertIn(note, left, "a private note of others is not the leader's to give")

	def test_a_planned_meeting_stands_in_the_successors_calendar(self) -> None:
		self.commit()
		planned.sync_all({self.meeting: ""})
		event = frappe.db.get_value("Interaction", self.meeting, "event")
		self.assertEqual(frappe.db.get_value("Event", event, "owner"), self.leaver)
		with self.as_user(self.leader):
			hand_over.leave(self.leaver, self.heir)
		self.assertEqual(frappe.db.get_value("Event", event, "owner"), self.heir)

	def test_only_who_leads_him_may_do_it(self) -> None:
		for user in (self.other, self.heir, self.leaver):
			with self.subTest(user), self.as_user(user), self.assertRaises(frappe.PermissionError):
				hand_over.leave(self.leaver, self.heir)
			with self.subTest(user), self.as_user(user), self.assertRaises(frappe.PermissionError):
				hand_over.book(self.leaver)

	def test_a_long_book_is_given_by_a_job_that_can_be_repeated(self) -> None:
		more = [factories.make_deal(deal_owner=self.leaver).name for _ in range(3)]
		with self.as_user(self.leader):
			hand_over_job.run(self.leaver, self.heir)
		for name in more:
			self.assertEqual(self.owner("Deal", name, "deal_owner"), self.heir)
		told = frappe.get_all("Reminder Delivery", {"reference_name": self.leaver}, pluck="user")
		self.assertLessEqual({self.heir, self.leader}, set(told))
		frappe.set_user("Administrator")
		hand_over_job.run(self.leaver, self.heir)
		self.assertEqual(hand_over.book(self.leaver), {})
