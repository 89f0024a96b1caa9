"""How follow-ups recur: each has one successor, at the right time, whatever was missed meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from crm_plus.jobs import follow_ups as jobs
from crm_plus.tests import factories
from crm_plus.tests.connection import press_again, site_name
from crm_plus.tests.factories_follow_ups import (
	fall_due,
	free_of_holidays,
	make_company_with_holidays,
	make_follow_up,
	successor_of,
)
from crm_plus.tests.follow_up_case import FollowUpCase
from crm_plus.tests.site_zone import site_in
from crm_plus.workflows import follow_up_answers, follow_up_series, follow_ups

JANUARY_31 = datetime(2094, 1, 31, 9, 0)


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
			days, ["2094-02-28 09:00:00", "2094-03-31 09:00:00", "2094-04-30 09:00:00", "2094-05-31 09:00:00"]
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
		for rule in ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=MONTHLY;BYDAY=5FR", "FREQ=MONTHLY;BYDAY=FR"):
			one = make_follow_up(due_on=JANUARY_31, recurrence=rule)
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
			due_on=JANUARY_31, repeat="Daily", repeat_ends="On a Date", repeat_until="2094-02-01"
		)
		follow_ups.complete(until)
		follow_ups.complete(successor_of(until.name))
		self.assertIsNone(successor_of(successor_of(until.name).name))

	def series(self, one: Any) -> list[Any]:
		"""Do one after the other, each on its own due date, and return all."""
		made = [one]
		while True:
			one.update({"status": "Done", "completed_on": one.due_on}).save()
			if not frappe.db.exists("Follow Up", {"previous": one.name}):
				return made
			one = successor_of(one.name)
			made.append(one)

	def test_so_many_are_made_also_where_holidays_merge_some(self) -> None:
		self.addCleanup(free_of_holidays)
		make_company_with_holidays(date(2094, 2, 1), date(2094, 2, 2))
		one = make_follow_up(
			due_on=JANUARY_31,
			repeat="Daily",
			repeat_ends="After a Number",
			repeat_count=5,
			skip_holidays=1,
		)
		made = self.series(one)
		self.assertEqual([each.series_number for each in made], [1, 2, 3, 4, 5])
		self.assertEqual([each.due_on.day for each in made], [31, 3, 4, 5, 6])

	def test_what_is_done_early_is_not_due_on_that_day_again(self) -> None:
		one = make_follow_up(
			due_on="2093-12-08 09:00:00",
			repeat="Monthly by Weekday",
			repeat_week="Second",
			repeat_weekday="Tuesday",
			repeat_from="Completion",
		)
		one.update({"status": "Done", "completed_on": "2093-12-07 15:00:00"}).save()
		self.assertEqual(str(successor_of(one.name).due_on), "2094-01-12 09:00:00")

	def test_the_preview_of_one_that_counts_from_completion_lets_each_be_done_when_due(self) -> None:
		values = {"repeat": "Weekdays", "repeat_from": "Completion", "due_on": "2093-12-04 09:00:00"}
		shown = follow_up_answers.preview(values)["next"]
		self.assertEqual([each[:10] for each in shown], ["2093-12-07", "2093-12-08", "2093-12-09"])

	def test_a_holiday_moves_it_and_the_series_stays(self) -> None:
		self.addCleanup(free_of_holidays)
		make_company_with_holidays(date(2094, 2, 1), date(2094, 2, 2))
		one = make_follow_up(due_on=JANUARY_31, repeat="Daily", skip_holidays=1)
		follow_ups.complete(one)
		second = successor_of(one.name)
		self.assertEqual(second.due_on, datetime(2094, 2, 3, 9))
		follow_ups.complete(second)
		self.assertEqual(successor_of(second.name).due_on, datetime(2094, 2, 4, 9))

	def test_three_days_without_a_scheduler_bring_the_missed_one_once_and_open(self) -> None:
		self.addCleanup(free_of_holidays)
		monthly = make_follow_up(repeat="Monthly by Date")
		a_month_and_three_days_ago = (now_datetime() - timedelta(days=3)).replace(microsecond=0)
		fall_due(monthly, a_month_and_three_days_ago)
		daily = make_follow_up(repeat="Daily")
		# At midnight: an hour that no change of clocks leaves out, and that is over today.
		fall_due(daily, datetime.combine(now_datetime().date() - timedelta(days=3), time.min))
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
		stored = []
		with site_in("Europe/Berlin"):
			one = make_follow_up(due_on="2094-03-08 15:00:00", repeat="Weekly", assigned_to=agent)
			for _week in range(4):
				follow_ups.complete(one)
				one = successor_of(one.name)
				stored.append(str(one.due_on))
		hours = [moment[11:13] for moment in stored]
		self.assertEqual(hours, ["14", "14", "15", "15"], stored)

	def test_snoozing_moves_one_and_a_new_due_date_moves_the_rest(self) -> None:
		one = make_follow_up(due_on=JANUARY_31, repeat="Weekly")
		follow_ups.snooze(one, "2094-02-03 12:00:00")
		self.assertEqual(str(one.due_on), "2094-02-03 12:00:00")
		follow_ups.complete(one)
		second = successor_of(one.name)
		self.assertEqual(second.due_on, JANUARY_31 + timedelta(days=7))
		second.due_on = "2094-02-09 10:00:00"
		second.save()
		follow_ups.complete(second)
		third = successor_of(second.name)
		self.assertEqual(
			str(third.due_on), "2094-02-16 10:00:00" if "TU" in third.recurrence else "2094-02-14 10:00:00"
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


class TestTwoAtOnce(FollowUpCase):
	"""Two connections at the same follow-up: whoever is first, there is one successor."""

	def at_once(self, *acts: Callable[[], object]) -> list[object]:
		start = threading.Barrier(len(acts))

		def alone(act: Callable[[], object]) -> object:
			frappe.init(site=site_name(), sites_path=".")
			frappe.connect()
			frappe.set_user("Administrator")
			try:
				start.wait(timeout=120)
				done = press_again(act)
				frappe.db.commit()  # a thread stands in for a request or a worker, which commit at their end
				return done
			except frappe.ValidationError as refused:
				frappe.db.rollback()
				return type(refused).__name__
			finally:
				frappe.destroy()

		with ThreadPoolExecutor(len(acts)) as threads:
			return [one.result() for one in [threads.submit(alone, act) for act in acts]]

	def test_two_workers_and_one_user(self) -> None:
		for _again in range(5):
			one = make_follow_up(repeat="Daily")
			fall_due(one, (now_datetime() - timedelta(hours=1)).replace(microsecond=0))
			self.commit()
			name = one.name
			self.at_once(
				lambda name=name: follow_up_series.continue_due(name),
				lambda name=name: follow_up_series.continue_due(name),
				lambda name=name: follow_ups.complete(frappe.get_doc("Follow Up", name)),
			)
			self.commit()
			self.assertEqual(frappe.db.count("Follow Up", {"previous": name}), 1)
			self.assertEqual(frappe.db.get_value("Follow Up", name, "status"), "Done")

	def test_two_users_complete_it(self) -> None:
		one = make_follow_up(repeat="Daily")
		self.commit()
		name = one.name
		opened = [lambda: follow_ups.complete(frappe.get_doc("Follow Up", name))] * 2
		self.at_once(*opened)
		self.commit()
		self.assertEqual(frappe.db.count("Follow Up", {"previous": name}), 1)

	def test_two_last_follow_ups_of_a_deal_closed_at_once_leave_it_none(self) -> None:
		deal = factories.make_deal()
		names = [make_follow_up(deal=deal.name).name for _each in range(3)]
		self.commit()
		acts = [
			lambda name=name: follow_ups.complete(
				frappe.get_doc("Follow Up", name), no_next_reason="All said"
			)
			for name in names
		]
		self.at_once(*acts)
		self.commit()
		self.assertIsNone(frappe.db.get_value("Deal", deal.name, "next_follow_up_on"))
