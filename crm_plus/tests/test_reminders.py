"""Reminders on a real site: each arrives once, in time, through what the user chose."""

from datetime import timedelta

import frappe

from crm_plus.rules.deliveries import DROPPED, SENT, WAITING
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_reminders import (
	MINUTE,
	bells,
	in_minutes,
	make_follow_up,
	make_person,
	prefer,
	rows,
	run,
)
from crm_plus.tests.mail_server import flush, outgoing_account

BELL_AND_MAIL = {"follow_up_due": {"in_app": 1, "email": 1, "notice_minutes": 30}}
BELL = {"follow_up_due": {"in_app": 1, "notice_minutes": 30}}
DAY = timedelta(days=1)


class TestReminders(CRMPlusTestCase):
	def test_each_user_gets_one_bell_and_one_mail_after_the_scheduler_stood_still(self) -> None:
		"""Two users in two time zones, half an hour before; what was missed comes once, a new due date anew."""
		with outgoing_account() as mailbox:
			people = [
				make_person(time_zone=zone, choices=BELL_AND_MAIL)
				for zone in ("Asia/Tokyo", "America/New_York")
			]
			due = in_minutes(180)
			tasks = [make_follow_up(person, due) for person in people]
			self.commit()
			run(due - 31 * MINUTE)
			self.assertEqual([rows(person) for person in people], [[], []])
			run(due + 45 * MINUTE)  # the scheduler stood still meanwhile
			run(due + 45 * MINUTE)
			run(due + 46 * MINUTE)
			flush()
			for person, task in zip(people, tasks, strict=True):
				self.assertEqual([row.document_name for row in bells(person)], [task.name])
				# Frappe itself has sent one more: that the follow-up was assigned.
				[mail] = [one for one in mailbox.sent_to(person) if "is to be done by" in one["Subject"]]
				self.assertIn(task.subject, mail["Subject"])
				self.assertIn("my-notifications", mail.as_string().replace("=\n", "").replace("=\r\n", ""))
			self.assertNotEqual(
				bells(people[0])[0].subject.split()[-2:], bells(people[1])[0].subject.split()[-2:]
			)

			tasks[0].reload().update({"due_on": due + DAY}).save()
			self.commit()
			run(due + 50 * MINUTE)
			self.assertEqual(len(bells(people[0])), 1)
			run(due + DAY - 30 * MINUTE)
			run(due + DAY)
			self.assertEqual((len(bells(people[0])), len(bells(people[1]))), (2, 1))

	def test_ten_things_in_a_minute_are_one_message(self) -> None:
		person, due = make_person(choices=BELL), in_minutes(60)
		for _ in range(10):
			make_follow_up(person, due)
		self.commit()
		run(due)
		[bell] = bells(person)
		self.assertIn("10", bell.subject)
		self.assertEqual(bell.email_content.count("<li"), 10)
		self.assertEqual({row.status for row in rows(person)}, {SENT})

	def test_what_is_done_moved_or_handed_on_is_dropped(self) -> None:
		one, other = make_person(choices=BELL), make_person(choices=BELL)
		due = in_minutes(60)
		done, moved, handed_on = (make_follow_up(one, due) for _ in range(3))
		# Around the time, wherever in the day that is.
		night = {"quiet_from": due - 120 * MINUTE, "quiet_to": due + 120 * MINUTE}
		prefer(one, BELL, **{field: moment.strftime("%H:%M") for field, moment in night.items()})
		self.commit()
		run(due)
		self.assertEqual([row.status for row in rows(one)], [WAITING] * 3)
		prefer(one, BELL)
		done.reload().update({"status": "Done"}).save()
		moved.reload().update({"due_on": due + 2 * DAY}).save()
		handed_on.reload().update({"assigned_to": other}).save()
		self.commit()
		run(due + DAY)
		self.assertEqual(bells(one), [])
		self.assertEqual({row.status for row in rows(one)}, {DROPPED})
		self.assertEqual([row.document_name for row in bells(other)], [handed_on.name])

		# Moved back, it is announced after all: the dropped row was never sent.
		moved.reload().update({"due_on": due}).save()
		self.commit()
		run(due + DAY)
		run(due + DAY)
		self.assertEqual([row.document_name for row in bells(one)], [moved.name])

	def test_a_meeting_that_is_over_is_dropped_and_one_that_runs_is_told(self) -> None:
		person = make_person(choices={"meeting": {"in_app": 1, "notice_minutes": 10}})
		starts_on = in_minutes(60)
		over, running = (
			factories.make(
				"Interaction",
				interaction_type=frappe.get_all("Interaction Type", pluck="name", limit=1)[0],
				subject=factories.unique("Meeting"),
				customer_profile=factories.make_profile().name,
				status="Planned",
				starts_on=starts_on,
				duration=length,
				interaction_owner=person,
			)
			for length in (600, 6000)
		)
		self.commit()
		run(starts_on + 20 * MINUTE)
		self.assertEqual([row.document_name for row in bells(person)], [running.name])
		found = {row.reference_name: row.status for row in rows(person)}
		self.assertEqual(found, {over.name: DROPPED, running.name: SENT})

	def test_nobody_is_told_of_what_they_may_not_read(self) -> None:
		person, due = make_person(choices=BELL), in_minutes(60)
		make_follow_up(person, due)
		user = frappe.get_doc("User", person)
		user.add_roles("Projects User")
		user.remove_roles("Sales User", "Sales Manager")
		self.commit()
		run(due)
		self.assertEqual(bells(person), [])
		self.assertEqual([row.status for row in rows(person)], [DROPPED])

	def test_a_changed_notice_moves_the_reminders_of_what_is_open(self) -> None:
		from crm_plus.jobs.reminders import refresh

		person, due = make_person(choices=BELL), in_minutes(600)
		task = make_follow_up(person, due)
		prefer(person, {"follow_up_due": {"in_app": 1, "notice_minutes": 120}})
		self.commit()
		refresh(person)
		self.assertEqual(task.reload().remind_on, due - 120 * MINUTE)

	def test_what_was_written_past_all_events_is_planned_at_night_and_told_once(self) -> None:
		from crm_plus.jobs.reminders import refresh

		person, due = make_person(choices=BELL), in_minutes(600)
		missed, told = make_follow_up(person, due), make_follow_up(person, due)
		frappe.db.set_value("Follow Up", missed.name, "remind_on", None)
		prefer(person, {"follow_up_due": {"in_app": 1, "notice_minutes": 590}})
		told.reload().update({"due_on": due + MINUTE}).save()
		self.commit()
		run(in_minutes(15))
		self.assertEqual([row.document_name for row in bells(person)], [told.name])
		refresh("")
		self.assertIsNotNone(missed.reload().remind_on)
		run(in_minutes(16))
		self.assertEqual([row.document_name for row in bells(person)], [told.name, missed.name])

	def test_what_was_due_long_ago_or_is_nobodys_is_not_announced(self) -> None:
		person = make_person(choices=BELL)
		self.assertIsNone(make_follow_up(person, in_minutes(-3 * 1440)).remind_on)
		self.assertIsNone(make_follow_up(person, in_minutes(60), status="Done").remind_on)
		self.assertIsNotNone(make_follow_up(person, in_minutes(-60)).remind_on)
