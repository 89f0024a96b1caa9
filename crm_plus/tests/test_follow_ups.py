"""Follow-ups: how they recur, whom they are assigned to, how they are closed, and what their deals know of them."""

from datetime import date, datetime, timedelta

import frappe
from frappe.desk.form import assign_to
from frappe.utils import get_datetime, now_datetime

from crm_plus.jobs import follow_ups as jobs
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_follow_ups import (
	fall_due,
	free_of_holidays,
	make_company_with_holidays,
	make_follow_up,
	successor_of,
	todos_of,
)
from crm_plus.workflows import follow_up_series, follow_ups, next_steps

JANUARY_31 = datetime(2027, 1, 31, 9, 0)


class FollowUpCase(CRMPlusTestCase):
	def refused(self, sentence: str, **values: object) -> None:
		with self.assertRaises(frappe.ValidationError) as caught:
			make_follow_up(**values)
		self.assertIn(sentence, str(caught.exception))
		self.assertNotIn("Traceback", str(caught.exception))


class TestSeries(FollowUpCase):
	def test_monthly_from_the_31st_goes_over_february_to_the_31st_of_march(self) -> None:
		one = make_follow_up(due_on=JANUARY_31, repeat="Monthly by Date")
		days = []
		for _month in range(4):
			follow_ups.complete(one)
			one = successor_of(one.name)
			days.append(str(one.due_on))
			self.assertEqual(one.status, "Open")
		self.assertEqual(
			days, ["2027-02-28 09:00:00", "2027-03-31 09:00:00", "2027-04-30 09:00:00", "2027-05-31 09:00:00"]
		)
		self.assertEqual(one.recurrence_sentence, "Every month on the last day.")
		self.assertEqual(one.series_number, 5)

	def test_a_text_fills_the_form_and_the_form_writes_the_text(self) -> None:
		one = make_follow_up(due_on=JANUARY_31, recurrence="RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=5")
		self.assertEqual(
			(one.repeat, one.repeat_every, one.monday, one.friday, one.tuesday), ("Weekly", 2, 1, 1, 0)
		)
		self.assertEqual((one.repeat_ends, one.repeat_count), ("After a Number", 5))
		self.assertEqual(one.recurrence_sentence, "Every 2 weeks on Monday, Friday 5 times in all.")
		one.repeat_every = 3
		one.save()
		self.assertEqual(one.recurrence, "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR;COUNT=5")
		one.repeat = None
		one.save()
		self.assertFalse(one.recurrence or one.occurs_on or one.continues_on)

	def test_a_rule_of_ones_own_is_told_by_its_next_days(self) -> None:
		one = make_follow_up(due_on=JANUARY_31, recurrence="FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO")
		self.assertEqual(one.repeat, "Custom")
		self.assertIn("By its own rule", one.recurrence_sentence)

	def test_each_bad_input_gets_one_sentence(self) -> None:
		self.refused("between the years", due_on="1900-01-01 09:00:00")
		self.refused("within ten years", recurrence="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31")
		self.refused("at most 1000", recurrence="FREQ=DAILY;COUNT=1000000")
		self.refused("once a day at most", recurrence="FREQ=SECONDLY")
		self.refused("is no rule", recurrence="every now and then <script>")
		self.refused("not both", recurrence="FREQ=DAILY;COUNT=2;UNTIL=20300101")
		self.refused("last day after", repeat="Daily", repeat_ends="On a Date", repeat_until="2020-01-01")
		self.refused("Choose the last day", repeat="Daily", repeat_ends="On a Date")
		self.refused("Say how many", repeat="Daily", repeat_ends="After a Number")
		self.refused("too large", repeat="Daily", repeat_every=5000)
		self.refused("is no rule", repeat="Custom")

	def test_a_rule_without_end_makes_one_successor_at_a_time(self) -> None:
		one = make_follow_up(repeat="Daily")
		self.assertIsNone(successor_of(one.name))
		follow_ups.complete(one)
		self.assertIsNone(successor_of(successor_of(one.name).name))

	def test_count_and_last_day_stop_it(self) -> None:
		twice = make_follow_up(
			due_on=JANUARY_31, repeat="Daily", repeat_ends="After a Number", repeat_count=2
		)
		follow_ups.complete(twice)
		second = successor_of(twice.name)
		follow_ups.complete(second)
		self.assertIsNone(successor_of(second.name))
		until = make_follow_up(
			due_on=JANUARY_31, repeat="Daily", repeat_ends="On a Date", repeat_until="2027-02-01"
		)
		follow_ups.complete(until)
		follow_ups.complete(successor_of(until.name))
		self.assertIsNone(successor_of(successor_of(until.name).name))

	def test_a_holiday_moves_it_and_the_series_stays(self) -> None:
		self.addCleanup(free_of_holidays)
		make_company_with_holidays(date(2027, 2, 1), date(2027, 2, 2))
		one = make_follow_up(due_on=JANUARY_31, repeat="Daily", skip_holidays=1)
		follow_ups.complete(one)
		second = successor_of(one.name)
		self.assertEqual(second.due_on, datetime(2027, 2, 3, 9))
		follow_ups.complete(second)
		self.assertEqual(successor_of(second.name).due_on, datetime(2027, 2, 4, 9))

	def test_three_days_without_a_scheduler_bring_the_missed_one_once_and_open(self) -> None:
		self.addCleanup(free_of_holidays)
		monthly = make_follow_up(repeat="Monthly by Date")
		a_month_and_three_days_ago = (now_datetime() - timedelta(days=3)).replace(microsecond=0)
		fall_due(monthly, a_month_and_three_days_ago)
		daily = make_follow_up(repeat="Daily")
		fall_due(daily, (now_datetime() - timedelta(days=3, hours=1)).replace(microsecond=0))
		self.commit()
		jobs.continue_series()
		jobs.continue_series()
		self.assertEqual(frappe.db.count("Follow Up", {"previous": monthly.name}), 1)
		self.assertEqual(successor_of(monthly.name).status, "Open")
		missed = successor_of(daily.name)
		self.assertEqual((missed.status, missed.due_on), ("Open", daily.due_on + timedelta(days=3)))
		following = successor_of(missed.name)
		self.assertEqual(following.due_on, daily.due_on + timedelta(days=4))
		self.assertIsNone(successor_of(following.name))

	def test_after_completion_waits_for_it(self) -> None:
		one = make_follow_up(repeat="Weekly", repeat_every=2, repeat_from="Completion")
		fall_due(
			one, (now_datetime() - timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)
		)
		frappe.db.set_value("Follow Up", one.name, "continues_on", None)
		self.commit()
		jobs.continue_series()
		self.assertIsNone(successor_of(one.name))
		one.reload()
		self.assertIsNone(one.continues_on)
		follow_ups.complete(one)
		due_on = successor_of(one.name).due_on
		self.assertEqual((due_on.date() - now_datetime().date()).days // 7, 2)
		self.assertEqual(due_on.hour, 9)

	def test_nine_stays_nine_over_the_change_of_clocks(self) -> None:
		agent = factories.make_user("Sales User", time_zone="America/New_York").name
		zone = frappe.utils.get_system_timezone()
		frappe.db.set_single_value("System Settings", "time_zone", "Europe/Berlin")
		self.addCleanup(frappe.db.set_single_value, "System Settings", "time_zone", zone)
		frappe.local.system_settings = None
		frappe.clear_document_cache("System Settings", "System Settings")
		frappe.cache.delete_value("time_zone")
		one = make_follow_up(due_on="2027-03-08 15:00:00", repeat="Weekly", assigned_to=agent)
		stored = []
		for _week in range(4):
			follow_ups.complete(one)
			one = successor_of(one.name)
			stored.append(str(one.due_on))
		hours = [moment[11:13] for moment in stored]
		self.assertEqual(hours, ["14", "14", "15", "15"], stored)

	def test_snoozing_moves_one_and_a_new_due_date_moves_the_rest(self) -> None:
		one = make_follow_up(due_on=JANUARY_31, repeat="Weekly")
		follow_ups.snooze(one, "2027-02-03 12:00:00")
		self.assertEqual(str(one.due_on), "2027-02-03 12:00:00")
		follow_ups.complete(one)
		second = successor_of(one.name)
		self.assertEqual(second.due_on, JANUARY_31 + timedelta(days=7))
		second.due_on = "2027-02-09 10:00:00"
		second.save()
		follow_ups.complete(second)
		third = successor_of(second.name)
		self.assertEqual(
			str(third.due_on), "2027-02-16 10:00:00" if "TU" in third.recurrence else "2027-02-14 10:00:00"
		)

	def test_a_series_goes_on_without_who_has_left(self) -> None:
		agent = factories.make_user("Sales User").name
		one = make_follow_up(repeat="Daily", assigned_to=agent)
		frappe.db.set_value("User", agent, "enabled", 0)
		frappe.clear_document_cache("User", agent)
		follow_ups.complete(one)
		self.assertIsNone(successor_of(one.name).assigned_to)

	def test_cancelling_skips_one_or_stops_all(self) -> None:
		one = make_follow_up(repeat="Daily")
		follow_ups.cancel(one)
		second = successor_of(one.name)
		self.assertEqual(second.status, "Open")
		follow_ups.cancel(second, stop=True)
		self.assertIsNone(successor_of(second.name))

	def test_only_one_successor_however_often_it_is_asked_for(self) -> None:
		one = make_follow_up(repeat="Daily")
		follow_up_series.continue_series(one)
		self.assertIsNone(follow_up_series.continue_series(one))
		follow_ups.complete(one)
		follow_ups.reopen(one)
		follow_ups.complete(one)
		self.assertEqual(frappe.db.count("Follow Up", {"previous": one.name}), 1)


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
		one.due_on = "2027-05-05 09:00:00"
		one.save()
		self.assertEqual(str(todos_of(one.name)[0].date), "2027-05-05")

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
		todo.status = "Closed"
		todo.save()
		self.assertTrue(
			frappe.db.exists("Notification Log", {"document_name": deal.name, "for_user": self.agent})
		)


class TestNextStep(FollowUpCase):
	def next_of(self, deal: str) -> datetime | None:
		self.commit()
		return frappe.db.get_value("Deal", deal, "next_follow_up_on")

	def test_deal_and_customer_know_their_earliest_open_one(self) -> None:
		deal = factories.make_deal()
		late = make_follow_up(deal=deal.name, due_on="2027-06-02 10:00:00")
		self.assertEqual(late.customer_profile, deal.customer_profile)
		early = make_follow_up(deal=deal.name, due_on="2027-06-01 10:00:00")
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
		step = {"subject": "Send the offer", "due_on": "2027-03-01 10:00:00"}
		name = follow_ups.complete(one, outcome="", note="They want an offer", next_step=step)
		second = frappe.get_doc("Follow Up", name)
		self.assertEqual((second.deal, second.subject, second.status), (deal.name, "Send the offer", "Open"))
		follow_ups.complete(second, no_next_reason="The customer decides")
		self.assertEqual(second.no_next_reason, "The customer decides")

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
		frappe.db.set_value("Follow Up", one.name, "due_on", get_datetime("2028-01-01 10:00:00"))
		empty = factories.make_deal()
		frappe.db.set_value("Deal", empty.name, "next_follow_up_on", now_datetime())
		self.commit()
		self.assertTrue({deal.name, empty.name} <= set(next_steps.stale("Deal")))
		jobs.catch_up()
		self.assertEqual(str(self.next_of(deal.name)), "2028-01-01 10:00:00")
		self.assertIsNone(self.next_of(empty.name))
		self.assertEqual(next_steps.stale("Deal"), [])

	def test_what_is_closed_is_not_closed_again(self) -> None:
		one = make_follow_up()
		follow_ups.complete(one)
		for act in (follow_ups.complete, follow_ups.cancel, lambda doc: follow_ups.snooze(doc, "2030-01-01")):
			with self.assertRaisesRegex(frappe.ValidationError, "closed already"):
				act(one)
		second = make_follow_up()
		for until in ("yesterday", "2001-01-01", ""):
			with self.assertRaisesRegex(frappe.ValidationError, "in the future"):
				follow_ups.snooze(second, until)
