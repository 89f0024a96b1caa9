"""Follow-ups: whom they are assigned to, how they are closed, and what their deals know of them."""

from datetime import datetime

import frappe
from frappe.desk.form import assign_to
from frappe.utils import get_datetime, now_datetime

from crm_plus.jobs import follow_ups as jobs
from crm_plus.rules.notices import IN_APP
from crm_plus.tests import factories
from crm_plus.tests.factories_follow_ups import (
	make_follow_up,
	todos_of,
)
from crm_plus.tests.factories_reminders import prefer, rows
from crm_plus.tests.follow_up_case import FollowUpCase
from crm_plus.workflows import follow_ups, next_steps

JANUARY_31 = datetime(2094, 1, 31, 9, 0)


class TestAssignment(FollowUpCase):
	def setUp(self) -> None:
		super().setUp()
		self.agent = self.user("agent")
		self.other = self.user("other")

	def user(self, name: str) -> str:
		email = f"follow-{name}@example.com"
		if not frappe.db.exists("User", email):
			row = [{"role": "Sales User"}]
			factories.make("User", email=email, first_name=name, send_welcome_email=0, roles=row)
		return email

	def open_todos(self, name: str) -> list[str]:
		return [todo.allocated_to for todo in todos_of(name) if todo.status == "Open"]

	def shares(self, name: str) -> list[str]:
		return frappe.get_all("DocShare", {"share_doctype": "Follow Up", "share_name": name}, pluck="user")

	def test_it_stands_in_the_assignees_todos_and_tells_him(self) -> None:
		one = make_follow_up(assigned_to=self.agent)
		self.assertEqual(self.open_todos(one.name), [self.agent])
		told = {"document_name": one.name, "for_user": self.agent, "type": "Assignment"}
		self.assertTrue(frappe.db.exists("Notification Log", told))
		self.assertEqual(
			frappe.parse_json(frappe.db.get_value("Follow Up", one.name, "_assign")), [self.agent]
		)
		one.reload()
		one.due_on = "2094-05-05 09:00:00"
		one.save()
		self.assertEqual(str(todos_of(one.name)[0].date), "2094-05-05")

	def test_delegating_moves_the_todo_and_leaves_no_share(self) -> None:
		one = make_follow_up(assigned_to=self.agent)
		follow_ups.delegate(one, self.other)
		self.assertEqual(self.open_todos(one.name), [self.other])
		frappe.share.add("Follow Up", one.name, self.other)
		follow_ups.delegate(one, self.agent)
		self.assertEqual(self.shares(one.name), [])

	def test_nobody_gets_one_who_may_not_see_it(self) -> None:
		outsider = factories.make_user("Employee").name
		self.refused("cannot work on follow-ups", assigned_to=outsider)

	def test_a_todo_closed_in_the_desk_closes_it_and_the_other_way_round(self) -> None:
		one = make_follow_up(assigned_to=self.agent)
		todo = frappe.get_doc("ToDo", todos_of(one.name)[0].name)
		todo.status = "Closed"
		todo.save()
		one.reload()
		self.assertEqual((one.status, one.assigned_to), ("Done", self.agent))
		self.assertTrue(one.completed_on)
		todo.reload()
		todo.status = "Open"
		todo.save()
		one.reload()
		self.assertEqual(one.status, "Open")
		follow_ups.complete(one)
		self.assertEqual([row.status for row in todos_of(one.name)], ["Closed"])
		follow_ups.reopen(one)
		self.assertEqual(self.open_todos(one.name), [self.agent])

	def test_the_desks_own_assignment_is_followed(self) -> None:
		one = make_follow_up(assigned_to=self.agent)
		assign_to.add(
			{"assign_to": [self.other], "doctype": "Follow Up", "name": one.name, "description": "You"}
		)
		one.reload()
		self.assertEqual(one.assigned_to, self.other)
		self.assertEqual(self.open_todos(one.name), [self.other])
		assign_to.remove("Follow Up", one.name, self.other)
		one.reload()
		self.assertEqual((one.assigned_to, self.open_todos(one.name)), (None, []))
		assign_to.add({"assign_to": [self.other], "doctype": "Follow Up", "name": one.name})
		with self.as_user(self.other):
			assign_to.close("Follow Up", one.name, self.other)
		self.commit()
		one.reload()
		self.assertEqual((one.status, one.assigned_to), ("Done", self.other))

	def test_a_deleted_todo_leaves_it_to_nobody_and_a_deleted_follow_up_no_todo(self) -> None:
		one = make_follow_up(assigned_to=self.agent)
		frappe.delete_doc("ToDo", todos_of(one.name)[0].name)
		one.reload()
		self.assertIsNone(one.assigned_to)
		second = make_follow_up(assigned_to=self.agent, repeat="Daily")
		follow_ups.complete(second)
		frappe.delete_doc("Follow Up", second.name)
		self.assertEqual(todos_of(second.name), [])

	def test_closing_the_todo_of_the_last_one_says_that_the_deal_has_none(self) -> None:
		deal = factories.make_deal()
		one = make_follow_up(deal=deal.name, assigned_to=self.agent)
		todo = frappe.get_doc("ToDo", todos_of(one.name)[0].name)
		with self.as_user(self.agent):
			todo.status = "Closed"
			todo.save()
		self.assertEqual(frappe.db.get_value("Follow Up", one.name, "status"), "Done")
		[told] = [row for row in rows(self.agent, event="no_next_step") if row.channel == IN_APP]
		self.assertEqual(told.reference_name, deal.name)

	def test_who_wants_to_hear_nothing_of_a_missing_next_step_does_not(self) -> None:
		deal = factories.make_deal()
		prefer(self.agent, {"no_next_step": {}})
		one = make_follow_up(deal=deal.name, assigned_to=self.agent)
		frappe.get_doc("ToDo", todos_of(one.name)[0].name).update({"status": "Closed"}).save()
		self.assertEqual(rows(self.agent, event="no_next_step"), [])


class TestNextStep(FollowUpCase):
	def next_of(self, deal: str) -> datetime | None:
		self.commit()
		return frappe.db.get_value("Deal", deal, "next_follow_up_on")

	def test_deal_and_customer_know_their_earliest_open_one(self) -> None:
		deal = factories.make_deal()
		late = make_follow_up(deal=deal.name, due_on="2094-06-02 10:00:00")
		self.assertEqual(late.customer_profile, deal.customer_profile)
		early = make_follow_up(deal=deal.name, due_on="2094-06-01 10:00:00")
		modified = frappe.db.get_value("Deal", deal.name, "modified")
		self.assertEqual(self.next_of(deal.name), early.due_on)
		profile = frappe.db.get_value("Customer Profile", deal.customer_profile, "next_follow_up_on")
		self.assertEqual(profile, early.due_on)
		follow_ups.complete(early)
		self.assertEqual(self.next_of(deal.name), late.due_on)
		elsewhere = factories.make_deal()
		late.deal = elsewhere.name
		late.save()
		self.assertIsNone(self.next_of(deal.name))
		self.assertEqual(self.next_of(elsewhere.name), late.due_on)
		frappe.delete_doc("Follow Up", late.name)
		self.assertIsNone(self.next_of(elsewhere.name))
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "modified"), modified)

	def test_a_form_opened_before_does_not_undo_it(self) -> None:
		deal = factories.make_deal()
		opened = frappe.get_doc("Deal", deal.name)
		profile = frappe.get_doc("Customer Profile", deal.customer_profile)
		one = make_follow_up(deal=deal.name)
		self.commit()
		opened.save()
		profile.save()
		self.assertEqual(self.next_of(deal.name), one.due_on)
		self.assertTrue(frappe.db.get_value("Customer Profile", profile.name, "next_follow_up_on"))

	def test_no_next_step_is_exactly_the_open_deals_without_an_open_one(self) -> None:
		profile = factories.make_profile().name
		bare, planned, done, won = (factories.make_deal(customer_profile=profile) for _each in range(4))
		make_follow_up(deal=planned.name)
		closed = make_follow_up(deal=done.name)
		follow_ups.complete(closed, no_next_reason="They call us")
		pipeline = factories.make_pipeline()
		won = factories.make_deal(
			customer_profile=profile, pipeline=pipeline.name, stage=f"{pipeline.name}-Won"
		)
		self.commit()
		filters = {"status": "Open", "next_follow_up_on": ["is", "not set"], "customer_profile": profile}
		found = set(frappe.get_list("Deal", filters, pluck="name"))
		self.assertIn(bare.name, found)
		self.assertIn(done.name, found)
		self.assertNotIn(planned.name, found)
		self.assertNotIn(won.name, found)

	def test_closing_the_last_one_asks_for_the_next_or_a_reason(self) -> None:
		deal = factories.make_deal()
		one = make_follow_up(deal=deal.name)
		with self.assertRaisesRegex(follow_ups.NextStepNeeded, "plan one, or say why"):
			follow_ups.complete(one)
		one.reload()
		self.assertEqual(one.status, "Open")
		step = {"subject": "Send the offer", "due_on": "2094-03-01 10:00:00"}
		name = follow_ups.complete(one, outcome="", note="They want an offer", next_step=step)
		second = frappe.get_doc("Follow Up", name)
		self.assertEqual((second.deal, second.subject, second.status), (deal.name, "Send the offer", "Open"))
		follow_ups.complete(second, no_next_reason="The customer decides")
		self.assertEqual(second.no_next_reason, "The customer decides")

	def test_the_question_is_asked_on_every_road(self) -> None:
		deal = factories.make_deal()
		one = make_follow_up(deal=deal.name)
		for act in (
			lambda: one.reload().update({"status": "Done"}).save(),
			lambda: frappe.client.set_value("Follow Up", one.name, "status", "Done"),
			lambda: follow_ups.cancel(one.reload()),
		):
			self.assertRaises(follow_ups.NextStepNeeded, act)
		self.assertEqual(frappe.db.get_value("Follow Up", one.name, "status"), "Open")
		follow_ups.cancel(one.reload(), reason="They closed their shop")
		self.assertEqual(one.no_next_reason, "They closed their shop")
		self.addCleanup(frappe.db.set_single_value, "CRM Plus Settings", "ask_next_step", 1)
		frappe.db.set_single_value("CRM Plus Settings", "ask_next_step", 0)
		second = make_follow_up(deal=deal.name)
		second.update({"status": "Done"}).save()
		self.assertEqual(second.status, "Done")

	def test_what_nobody_has_to_be_asked(self) -> None:
		"""Follow-ups of no deal, of one that is won, and what comes in as history."""
		alone = make_follow_up(customer_profile=factories.make_profile().name)
		pipeline = factories.make_pipeline().name
		won = factories.make_deal(pipeline=pipeline, stage=f"{pipeline}-New")
		of_won = make_follow_up(deal=won.name)
		won.reload().update({"stage": f"{pipeline}-Won"}).save()
		for one in (alone, of_won):
			one.reload().update({"status": "Done"}).save()
		self.assertEqual(make_follow_up(deal=factories.make_deal().name, status="Done").status, "Done")

	def test_an_organization_knows_the_next_one_of_its_people(self) -> None:
		organization, other = (factories.make_profile().name for _ in range(2))
		person = factories.make_profile(profile_type="Person", organization=organization)
		one = make_follow_up(customer_profile=person.name, due_on="2094-05-03 10:00:00")
		self.commit()
		self.assertEqual(self.step_of(organization), one.due_on)
		own = make_follow_up(customer_profile=organization, due_on="2094-05-02 10:00:00")
		self.commit()
		self.assertEqual(self.step_of(organization), own.due_on)
		follow_ups.complete(own.reload())
		person.reload().update({"organization": other}).save()
		self.commit()
		self.assertEqual((self.step_of(organization), self.step_of(other)), (None, one.due_on))
		frappe.db.set_value("Customer Profile", other, "next_follow_up_on", None)
		self.commit()
		self.assertIn(other, next_steps.stale("Customer Profile"))
		jobs.catch_up()
		self.assertEqual(self.step_of(other), one.due_on)
		self.assertEqual(next_steps.stale("Customer Profile"), [])

	def step_of(self, profile: str) -> datetime | None:
		frappe.db.rollback()
		return frappe.db.get_value("Customer Profile", profile, "next_follow_up_on")

	def test_a_series_or_another_one_is_next_step_enough(self) -> None:
		deal = factories.make_deal()
		one = make_follow_up(deal=deal.name, repeat="Weekly")
		follow_ups.complete(one)
		second = make_follow_up(deal=deal.name)
		follow_ups.complete(second)
		self.assertEqual(second.status, "Done")

	def test_the_nightly_job_repairs_what_was_changed_past_the_documents(self) -> None:
		deal = factories.make_deal()
		one = make_follow_up(deal=deal.name)
		self.commit()
		frappe.db.set_value("Follow Up", one.name, "due_on", get_datetime("2095-01-01 10:00:00"))
		empty = factories.make_deal()
		frappe.db.set_value("Deal", empty.name, "next_follow_up_on", now_datetime())
		self.commit()
		self.assertTrue({deal.name, empty.name} <= set(next_steps.stale("Deal")))
		jobs.catch_up()
		self.assertEqual(str(self.next_of(deal.name)), "2095-01-01 10:00:00")
		self.assertIsNone(self.next_of(empty.name))
		self.assertEqual(next_steps.stale("Deal"), [])

	def test_what_is_closed_is_not_closed_again(self) -> None:
		one = make_follow_up()
		follow_ups.complete(one)
		for act in (follow_ups.complete, follow_ups.cancel, lambda doc: follow_ups.snooze(doc, "2095-01-01")):
			with self.assertRaisesRegex(frappe.ValidationError, "closed already"):
				act(one)
		second = make_follow_up()
		for until in ("yesterday", "2001-01-01", ""):
			with self.assertRaisesRegex(frappe.ValidationError, "in the future"):
				follow_ups.snooze(second, until)
