"""Mail that matches nobody waits, finds its place with one press, and none is lost on the way."""

import threading
from typing import Any

import frappe

from crm_plus.api import unmatched as api
from crm_plus.reports import mail_count
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import press_again, site_name
from crm_plus.tests.factories_interactions import (
	captured,
	interaction_of,
	make_mail,
	make_person,
	new_address,
	wait_in_tray,
	work_off,
)
from crm_plus.workflows import capture


def row_of(mail: Any) -> Any:
	return frappe.db.get_value(
		"Unmatched Mail", {"source_name": mail.name}, ["name", "status", "reason", "address"], as_dict=True
	)


class TestTray(CRMPlusTestCase):
	def test_a_stranger_waits(self) -> None:
		address = new_address()
		mail = make_mail(sender=f"Some Body <{address}>")
		self.assertIsNone(captured(mail))
		self.assertEqual((row_of(mail).status, row_of(mail).reason), ("Waiting", "Stranger"))
		self.assertEqual(row_of(mail).address, address)

	def test_a_strangers_mail_about_a_ticket_is_his_as_soon_as_he_is_a_customer(self) -> None:
		address = new_address()
		issue = factories.make("Issue", subject="It is broken", raised_by=address)
		mail = make_mail(sender=address, reference_doctype="Issue", reference_name=issue.name)
		self.assertIsNone(captured(mail))
		self.assertEqual(row_of(mail).reason, "Elsewhere")
		person = make_person(email=address)
		work_off()
		self.assertEqual(interaction_of(mail).customer_profile, person.name)
		self.assertIsNone(row_of(mail))

	def test_what_nobody_need_look_at_is_set_aside_and_counted(self) -> None:
		supplier = frappe.get_doc({"doctype": "Supplier", "supplier_name": factories.unique("S")}).insert()
		about = {"reference_doctype": "Supplier", "reference_name": supplier.name}
		for values, reason in (
			({"sender": "mailer-daemon@relay.example"}, "Automatic"),
			(about, "Elsewhere"),
		):
			mail = make_mail(**values)
			captured(mail)
			self.assertEqual((row_of(mail).status, row_of(mail).reason), ("Set Aside", reason))
		spam = make_mail()
		spam.db_set("email_status", "Spam")
		captured(spam)
		self.assertEqual(row_of(spam).reason, "Spam")

	def test_linking_places_it_and_its_answer_follows_by_itself(self) -> None:
		deal, mail = factories.make_deal(), make_mail()
		captured(mail)
		answer = make_mail(in_reply_to=mail.name)
		captured(answer)
		api.link(row_of(mail).name, "Deal", deal.name)
		work_off()
		capture.capture("Communication", answer.name)
		self.assertEqual(interaction_of(mail).deal, deal.name)
		self.assertEqual(interaction_of(answer).deal, deal.name)
		self.assertIsNone(row_of(mail) or row_of(answer))
		mail.reload()
		self.assertEqual((mail.reference_doctype, mail.reference_name), ("Deal", deal.name))

	def test_a_new_lead_takes_all_mail_of_its_address(self) -> None:
		address = new_address()
		mails = [make_mail(sender=f"Ann Lee <{address}>") for _ in range(3)]
		for mail in mails:
			captured(mail)
		profile = api.new_profile(row_of(mails[0]).name)
		work_off()
		for mail in mails:
			self.assertEqual(interaction_of(mail).customer_profile, profile)
		self.assertEqual(frappe.db.get_value("Customer Profile", profile, "full_name"), "Ann Lee")
		self.assertEqual(frappe.db.count("Customer Profile", {"email": address}), 1)

	def test_two_people_pressing_new_lead_make_one(self) -> None:
		address = new_address()
		rows = [wait_in_tray(sender=address) for _ in range(2)]
		made, barrier, site = [], threading.Barrier(2), site_name()

		def press(row: str) -> None:
			frappe.init(site=site, sites_path=".")
			frappe.connect()
			frappe.set_user("Administrator")
			try:
				barrier.wait(120)
				made.append(press_again(lambda: api.new_profile(row)))
				frappe.db.commit()  # the end of the request
			finally:
				frappe.destroy()

		people = [threading.Thread(target=press, args=(row,)) for row in rows]
		[one.start() for one in people]
		[one.join(300) for one in people]
		self.commit()
		self.assertEqual(len(made), 2)
		self.assertEqual(frappe.db.count("Customer Profile", {"email": address}), 1)

	def test_a_profile_made_elsewhere_takes_the_waiting_mail(self) -> None:
		address = new_address()
		mail = make_mail(sender=address)
		captured(mail)
		person = make_person(email=address)
		work_off()
		self.assertEqual(interaction_of(mail).customer_profile, person.name)

	def test_pressing_twice_gets_one_sentence(self) -> None:
		row = wait_in_tray()
		deal = factories.make_deal().name
		api.link(row, "Deal", deal)
		work_off()
		with self.assertRaises(frappe.DoesNotExistError):
			api.link(row, "Deal", deal)
		with self.assertRaises(frappe.ValidationError):
			api.link(wait_in_tray(), "User", "Administrator")

	def test_setting_aside_by_hand_lasts_and_can_be_taken_back(self) -> None:
		mail = make_mail()
		captured(mail)
		api.set_aside(row_of(mail).name)
		captured(mail)
		self.assertEqual((row_of(mail).status, row_of(mail).reason), ("Set Aside", "By Hand"))
		api.take_back(row_of(mail).name)
		self.assertEqual(row_of(mail).status, "Waiting")
		told = {"ref_doctype": "Unmatched Mail", "docname": row_of(mail).name}
		self.assertEqual(len(frappe.get_all("Version", told)), 2, "the history says who decided")

	def test_agents_do_not_read_the_tray(self) -> None:
		row = wait_in_tray()
		with self.as_user(factories.make_user("Sales User").name), self.assertRaises(frappe.PermissionError):
			api.new_profile(row)

	def test_the_preview_is_plain_text(self) -> None:
		row = wait_in_tray(content="<p>Hello</p><script>alert(1)</script><img src=x onerror=alert(2)>")
		doc = frappe.get_doc("Unmatched Mail", row)
		doc.run_method("onload")
		self.assertIn("Hello", doc.get_onload("preview"))
		self.assertNotIn("<", doc.get_onload("preview"))

	def test_what_a_stranger_calls_himself_is_never_stored_as_it_came(self) -> None:
		mail = make_mail(subject="Hi")
		captured(mail)
		evil = "<img src=x onerror=alert(1)>"
		for turn in range(2):
			mail.db_set(
				{"subject": f"{evil} {turn}", "sender": f'"{evil}"@evil.example', "sender_full_name": evil}
			)
			captured(mail)
			row = frappe.db.get_value("Unmatched Mail", {"source_name": mail.name}, "*", as_dict=True)
			self.assertIn(str(turn), row.subject)
			for text in (row.subject, row.address, row.full_name):
				self.assertNotRegex(text or "", r"<[^>]*onerror")

	def test_none_is_lost(self) -> None:
		before = mail_count.count()
		mails = [make_mail(), make_mail(sender=make_person().email), make_mail(sender="noreply@x.example")]
		waiting = make_mail()
		for mail in mails:
			captured(mail)
		after = mail_count.count()
		gained = {key: after[key] - before[key] for key in after}
		expected = {"messages": 4, "placed": 1, "waiting": 1, "set_aside": 1, "to_come": 1}
		self.assertEqual(gained, expected)
		captured(waiting)
		after = mail_count.count()
		self.assertEqual(after["to_come"], before["to_come"])
