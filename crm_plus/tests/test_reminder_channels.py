"""What happens where a channel fails: it is tried again, given up, or nobody knows; and an administrator sends again."""

import random
from datetime import timedelta

import frappe

from crm_plus.api import notifications
from crm_plus.jobs import reminders
from crm_plus.rules.deliveries import DROPPED, FAILED, PAUSES, SENDING, SENT, SET_ASIDE, UNKNOWN, WAITING
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_reminders import MINUTE, in_minutes, make_follow_up, make_person, rows, run
from crm_plus.tests.mail_server import outgoing_account
from crm_plus.tests.sms_gateway import sms_gateway

SMS = {"follow_up_due": {"sms": 1}}


class TestSms(CRMPlusTestCase):
	def remind(self, **values: object) -> tuple[str, object]:
		"""Let a follow-up fall due; returns whose it is and when."""
		self.number = number = f"+4915{random.randrange(10**9):09}"
		person, due = make_person(choices=SMS, mobile_no=number, **values), in_minutes(60)
		make_follow_up(person, due, subject="Call Åsa & Co")
		self.commit()
		return person, due

	def test_a_short_message_arrives_through_frappes_settings(self) -> None:
		with sms_gateway() as gateway:
			person, due = self.remind()
			run(due)
			run(due)
			[text] = gateway.texts(self.number)
			self.assertIn("Åsa & Co", text)
			self.assertEqual([row.status for row in rows(person)], [SENT])

	def test_a_gateway_that_refuses_is_asked_again_with_growing_pauses_and_given_up(self) -> None:
		with sms_gateway() as gateway:
			person, due = self.remind()
			gateway.status = 500
			at, pauses = due, []
			for attempt in range(1, len(PAUSES) + 1):
				run(at)
				[row] = rows(person)
				self.assertEqual((row.status, row.attempts), (FAILED, attempt))
				pauses.append(row.send_after - at)
				run(at)  # too early: nothing is asked
				at = row.send_after
			self.assertEqual(pauses, sorted(set(pauses)))
			run(at)
			self.assertEqual([row.status for row in rows(person)], [SET_ASIDE])

			gateway.status = 200
			run(at + timedelta(days=1))
			self.assertEqual(gateway.texts(self.number), [])
			self.assertEqual(notifications.resend([row.name for row in rows(person)]), 1)
			self.commit()
			run(at + timedelta(days=1))
			self.assertEqual((len(gateway.texts(self.number)), rows(person)[0].status), (1, SENT))

	def test_a_line_that_breaks_leaves_it_unknown_and_nothing_is_sent_twice(self) -> None:
		with sms_gateway() as gateway:
			person, due = self.remind()
			gateway.hangs_up = True
			for minutes in (0, 1, 60, 600):
				run(due + minutes * MINUTE)
			self.assertEqual(len(gateway.texts(self.number)), 1)
			[row] = rows(person)
			self.assertEqual(row.status, UNKNOWN)
			self.assertTrue(row.reason)

	def test_who_has_no_number_is_not_asked_for_again(self) -> None:
		with sms_gateway() as gateway:
			person, due = self.remind()
			frappe.db.set_value("User", person, "mobile_no", None)
			self.commit()
			run(due)
			told = [row.status for row in rows(person)]
			self.assertEqual((told, gateway.texts(self.number)), ([DROPPED], []))

	def test_a_site_without_a_gateway_plans_nothing_for_it(self) -> None:
		person, due = self.remind()
		run(due)
		self.assertEqual(rows(person), [])

	def test_a_worker_that_never_came_back_leaves_it_unknown(self) -> None:
		with sms_gateway() as gateway:
			person, due = self.remind()
			run(due - MINUTE)
			run(due)
			name = rows(person)[0].name
			frappe.db.set_value("Reminder Delivery", name, {"status": SENDING, "handed_over_on": due})
			self.commit()
			run(due + 5 * MINUTE)
			self.assertEqual(rows(person)[0].status, SENDING)
			run(due + 16 * MINUTE)
			self.assertEqual((rows(person)[0].status, len(gateway.texts(self.number))), (UNKNOWN, 1))


class TestMail(CRMPlusTestCase):
	def test_mail_that_frappes_queue_gave_up_is_set_aside_and_can_be_sent_again(self) -> None:
		with outgoing_account():
			person, due = make_person(choices={"follow_up_due": {"email": 1}}), in_minutes(60)
			make_follow_up(person, due)
			self.commit()
			run(due)
			[row] = rows(person)
			mail = frappe.db.get_value("Reminder Delivery", row.name, "message_name")
			frappe.db.set_value("Email Queue", mail, "status", "Error")
			reminders.follow_mail()
			self.assertEqual(rows(person)[0].status, SET_ASIDE)
			notifications.resend([row.name])
			self.commit()
			run(due)
			again = frappe.db.get_value("Reminder Delivery", row.name, ["status", "message_name"])
			self.assertEqual(again[0], SENT)
			self.assertNotEqual(again[1], mail)
			reminders.follow_mail()
			self.assertEqual(rows(person)[0].status, SENT)

	def test_only_a_system_manager_sends_again(self) -> None:
		person = make_person()
		with self.as_user(person), self.assertRaises(frappe.PermissionError):
			notifications.resend(["x"])


class TestTick(CRMPlusTestCase):
	def test_the_tick_enters_what_is_due_and_hands_it_to_the_workers(self) -> None:
		person = make_person(choices={"follow_up_due": {"in_app": 1}})
		task = make_follow_up(person, in_minutes(-1))
		self.commit()
		reminders.tick()
		self.assertEqual([(row.reference_name, row.status) for row in rows(person)], [(task.name, WAITING)])
		self.assertIsNone(task.reload().remind_on)
		reminders.deliver()
		self.assertEqual([row.status for row in rows(person)], [SENT])

	def test_old_rows_are_cleared_and_what_waits_is_kept(self) -> None:
		from crm_plus.crm_plus.doctype.reminder_delivery.reminder_delivery import ReminderDelivery

		person, due = make_person(choices={"follow_up_due": {"in_app": 1}}), in_minutes(60)
		make_follow_up(person, due)
		self.commit()
		run(due)
		long_ago = in_minutes(-500 * 1440)
		frappe.db.set_value("Reminder Delivery", {"user": person}, "send_after", long_ago)
		frappe.db.set_value("Reminder Delivery", {"user": person}, "status", WAITING)
		ReminderDelivery.clear_old_logs(400)
		self.assertEqual(len(rows(person)), 1)
		frappe.db.set_value("Reminder Delivery", {"user": person}, "status", SENT)
		ReminderDelivery.clear_old_logs(400)
		self.assertEqual(rows(person), [])
