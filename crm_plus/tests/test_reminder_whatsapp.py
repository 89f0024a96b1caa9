"""Reminders by WhatsApp over both shapes of the app frappe_whatsapp: the app itself where it is installed, else a stand-in."""

import random
from typing import Any, ClassVar
from unittest import SkipTest

import frappe

from crm_plus.channels import whatsapp
from crm_plus.channels.whatsapp import ACCOUNT, DOCTYPE, SETTINGS
from crm_plus.jobs import reminders
from crm_plus.rules.deliveries import DROPPED, FAILED, SENT, SET_ASIDE, UNKNOWN
from crm_plus.tests import whatsapp_cloud
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_reminders import MINUTE, in_minutes, make_follow_up, make_person, rows, run
from crm_plus.tests.whatsapp_cloud import set_account

WHATSAPP = {"follow_up_due": {"whatsapp": 1}}


class TestWithAccounts(CRMPlusTestCase):
	"""The present app: a WhatsApp Account each."""

	shape: ClassVar[str] = ACCOUNT

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		installed = whatsapp_cloud.shape_installed()
		if installed and installed != cls.shape:
			raise SkipTest("the app is installed on this site, in its other shape")
		if not installed:
			whatsapp_cloud.put_up(cls.shape)
			cls.addClassCleanup(whatsapp_cloud.take_down, cls.shape)

	def remind(self, mobile_no: str | None = None) -> tuple[str, Any]:
		"""Let a follow-up fall due; returns whose it is and when."""
		self.number = f"4915{random.randrange(10**9):09}"
		person, due = make_person(choices=WHATSAPP, mobile_no=mobile_no or f"+{self.number}"), in_minutes(60)
		self.task = make_follow_up(person, due, subject="Call Åsa & Co")
		self.commit()
		return person, due

	def test_a_message_arrives_once_and_is_the_apps_document(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			run(due)
			run(due)
			[text] = cloud.texts(self.number)
			self.assertTrue(text.startswith("Call Åsa & Co is to be done by"), text)
			[row] = rows(person)
			self.assertEqual(row.status, SENT)
			carried = frappe.db.get_value("Reminder Delivery", row.name, ["message_doctype", "message_name"])
			self.assertEqual(carried[0], DOCTYPE)
			self.assertTrue(frappe.db.get_value(DOCTYPE, carried[1], "message_id"))

	def test_a_number_goes_as_whatsapp_dials_it_however_it_was_written(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			tail = f"{random.randrange(10**7):07}"
			_person, due = self.remind(f"+49 (0) 1512-{tail}")
			run(due)
			self.assertEqual(len(cloud.texts(f"491512{tail}")), 1)

	def test_a_refusal_is_tried_again_in_whatsapps_own_words_whatever_its_form(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			cloud.status = 400
			run(due)
			[row] = rows(person)
			self.assertEqual((row.status, row.attempts), (FAILED, 1))
			self.assertIn("Recipient is not allowed", row.reason)
			cloud.status, cloud.body = 500, "<html>"
			run(row.send_after)
			[row] = rows(person)
			self.assertEqual((row.status, row.attempts), (FAILED, 2))
			cloud.status, cloud.body = 200, ""
			run(row.send_after)
			self.assertEqual(
				([row.status for row in rows(person)], len(cloud.texts(self.number))), ([SENT], 1)
			)

	def test_where_nobody_listens_it_is_tried_again(self) -> None:
		with whatsapp_cloud.whatsapp_cloud():
			person, due = self.remind()
			set_account(url="http://127.0.0.1:1")
			run(due)
			self.assertEqual([(row.status, row.attempts) for row in rows(person)], [(FAILED, 1)])

	def test_without_a_token_nothing_leaves_and_it_is_tried_again(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			set_account(token="")
			run(due)
			[row] = rows(person)
			self.assertEqual((row.status, cloud.texts(self.number)), (FAILED, []))
			self.assertIn("token", row.reason)

	def test_a_line_that_breaks_leaves_it_unknown_and_nothing_is_sent_twice(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			cloud.hangs_up = True
			for minutes in (0, 1, 60, 600):
				run(due + minutes * MINUTE)
			self.assertEqual(
				([row.status for row in rows(person)], len(cloud.texts(self.number))), ([UNKNOWN], 1)
			)

	def test_an_answer_that_cannot_be_read_leaves_it_unknown(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			cloud.body = "{"
			run(due)
			run(due + MINUTE)
			self.assertEqual(
				([row.status for row in rows(person)], len(cloud.texts(self.number))), ([UNKNOWN], 1)
			)

	def test_what_whatsapp_took_and_could_not_bring_is_set_aside(self) -> None:
		with whatsapp_cloud.whatsapp_cloud():
			person, due = self.remind()
			run(due)
			reminders.follow_mail()
			[row] = rows(person)
			self.assertEqual(row.status, SENT)
			message = frappe.db.get_value("Reminder Delivery", row.name, "message_name")
			frappe.db.set_value(DOCTYPE, message, "status", "failed")  # as the app's webhook does
			reminders.follow_mail()
			[row] = rows(person)
			self.assertEqual(row.status, SET_ASIDE)
			self.assertTrue(row.reason)

	def test_who_has_no_number_is_not_asked_for_again(self) -> None:
		with whatsapp_cloud.whatsapp_cloud() as cloud:
			person, due = self.remind()
			frappe.db.set_value("User", person, "mobile_no", None)
			self.commit()
			run(due)
			self.assertEqual(
				([row.status for row in rows(person)], cloud.texts(self.number)), ([DROPPED], [])
			)

	def test_the_app_without_an_account_is_not_planned_for(self) -> None:
		with whatsapp_cloud.whatsapp_cloud():
			self.assertTrue(whatsapp.is_set_up())
		self.assertFalse(whatsapp.is_set_up())
		person, due = self.remind()
		run(due)
		self.assertEqual(rows(person), [])


class TestWithSettings(TestWithAccounts):
	"""The app up to its version 1.0.11: one account for the site."""

	shape = SETTINGS
