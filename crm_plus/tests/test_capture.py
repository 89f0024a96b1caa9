"""Messages, meetings and calls become interactions: once each, on the right customer and deal, whatever order they come in."""

import threading
import zlib
from typing import Any

import frappe
from frappe.utils import nowdate
from frappe.utils.background_jobs import get_queue, get_redis_conn

from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import site_name
from crm_plus.tests.factories_interactions import (
	captured,
	make_mail,
	make_person,
	new_address,
	profiles_of,
)
from crm_plus.workflows import capture


def make_quotation(deal: Any) -> Any:
	"""Insert a draft Quotation of a deal, whose profile has a Customer."""
	customer = frappe.db.get_value("Customer Profile", deal.customer_profile, "erpnext_customer")
	return frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": customer,
			"company": factories.company(),
			"transaction_date": nowdate(),
			"crm_plus_deal": deal.name,
			"items": [{"item_code": factories.make_item().name, "qty": 1, "rate": 10}],
		}
	).insert()


def deal_of_customer() -> Any:
	customer = factories.make_customer().name
	return factories.make_deal(customer_profile=factories.make_profile(erpnext_customer=customer).name)


class TestMail(CRMPlusTestCase):
	def test_a_mail_from_a_known_address(self) -> None:
		person = make_person()
		mail = make_mail(
			sender=f"Ann <{person.email.upper()}>", content="<script>alert(1)</script> secret body"
		)
		made = captured(mail)
		self.assertEqual(made.customer_profile, person.name)
		self.assertEqual((made.interaction_type, made.direction, made.status), ("Email", "Incoming", "Done"))
		self.assertEqual((made.source_doctype, made.source_name), ("Communication", mail.name))
		self.assertEqual(made.subject, mail.subject)
		self.assertNotIn("secret body", made.as_json())

	def test_a_second_address_of_the_contact(self) -> None:
		person, second = make_person(), new_address()
		contact = frappe.get_doc("Contact", {"email_id": person.email})
		contact.append("email_ids", {"email_id": second})
		contact.save()
		self.assertEqual(captured(make_mail(sender=second)).contact, contact.name)

	def test_mail_from_a_quotation_and_its_answer_from_somebody_else(self) -> None:
		deal = deal_of_customer()
		quotation = make_quotation(deal)
		about = {"reference_doctype": "Quotation", "reference_name": quotation.name}
		sent = make_mail(sent_or_received="Sent", sender="Administrator", recipients=new_address(), **about)
		made = captured(sent)
		self.assertEqual((made.deal, made.customer_profile), (deal.name, deal.customer_profile))
		self.assertEqual(made.direction, "Outgoing")
		answer = make_mail(subject="Another subject", in_reply_to=sent.name)
		self.assertEqual(captured(answer).deal, deal.name)
		self.assertEqual(frappe.db.count("Interaction", {"deal": deal.name}), 2)

	def test_an_answer_that_is_captured_before_what_it_answers(self) -> None:
		deal = factories.make_deal()
		about = {"reference_doctype": "Deal", "reference_name": deal.name}
		first = make_mail(sent_or_received="Sent", sender="Administrator", **about)
		second = make_mail(in_reply_to=first.name)
		third = make_mail(in_reply_to=second.name)
		self.assertEqual(captured(third).deal, deal.name)
		for mail in (first, second):
			captured(mail)
		self.assertEqual(frappe.db.count("Interaction", {"deal": deal.name}), 3)

	def test_a_mail_to_ten_people_of_three_customers_shows_on_all_three(self) -> None:
		customers = [factories.make_profile() for _ in range(3)]
		people = [make_person(organization=customers[n % 3].name) for n in range(10)]
		mail = make_mail(
			sent_or_received="Sent",
			sender="Administrator",
			recipients=", ".join(f"Ann Lee <{person.email}>" for person in people[:5]),
			cc=", ".join(person.email for person in people[5:]),
		)
		made = captured(mail)
		self.assertEqual(profiles_of(made), {person.name for person in people})
		self.assertEqual(made.customer_profile, people[0].name)
		for customer in customers:
			self.assertIsNotNone(
				frappe.db.get_value("Customer Profile", customer.name, "last_interaction_on")
			)

	def test_the_one_open_deal_takes_it_and_several_are_not_guessed(self) -> None:
		organization = factories.make_profile().name
		person = make_person(organization=organization)
		deal = factories.make_deal(customer_profile=organization)
		self.assertEqual(captured(make_mail(sender=person.email)).deal, deal.name)
		factories.make_deal(customer_profile=person.name)
		self.assertIsNone(captured(make_mail(sender=person.email)).deal)

	def test_twice_the_same_changes_nothing(self) -> None:
		mail = make_mail(sender=make_person().email)
		first = captured(mail)
		again = captured(mail)
		self.assertEqual((first.name, first.modified), (again.name, again.modified))

	def test_deleting_the_mail_is_followed(self) -> None:
		mail = make_mail(sender=make_person().email)
		captured(mail)
		frappe.delete_doc("Communication", mail.name)
		self.assertIsNone(captured(mail))

	def test_that_somebody_was_told_of_it_keeps_nothing(self) -> None:
		mail = make_mail(sender=make_person().email)
		about = {"reference_doctype": "Interaction", "reference_name": captured(mail).name}
		told = frappe.new_doc("Reminder Delivery").update(
			{**about, "delivery_key": factories.unique("key"), "event": "message_received"}
		)
		told.insert(ignore_mandatory=True)
		frappe.delete_doc("Communication", mail.name)
		self.assertIsNone(captured(mail))

	def test_what_people_wrote_on_it_outlives_the_mail(self) -> None:
		mail = make_mail(sender=make_person().email)
		made = captured(mail)
		made.summary = "He wants two of them"
		made.save()
		frappe.delete_doc("Communication", mail.name)
		captured(mail)
		made.reload()
		self.assertEqual((made.source_name, made.source_key), (None, None))

	def test_relinking_the_mail_is_followed_and_peoples_own_choice_stands(self) -> None:
		deal, person = factories.make_deal(), make_person()
		mail = make_mail(sender=person.email)
		self.assertEqual(captured(mail).customer_profile, person.name)
		mail.update({"reference_doctype": "Deal", "reference_name": deal.name})
		mail.save()
		made = captured(mail)
		self.assertEqual((made.deal, made.customer_profile), (deal.name, deal.customer_profile))
		self.assertIn(person.name, profiles_of(made))
		made.update({"deal": None, "outcome": "Interested", "summary": "read"})
		made.save()
		mail.reload().save()
		made = captured(mail)
		self.assertEqual((made.deal, made.outcome, made.summary), (None, "Interested", "read"))

	def test_frappes_own_relink_is_followed(self) -> None:
		from crm_plus.api.interactions import relink

		deal, mail = factories.make_deal(), make_mail()
		relink(mail.name, "Deal", deal.name)
		self.assertEqual(captured(mail).deal, deal.name)

	def test_two_connections_make_one(self) -> None:
		mails = [make_mail(sender=make_person().email) for _ in range(5)]
		self.commit()
		barrier, site = threading.Barrier(2), site_name()
		answers: list[bool] = []

		def work() -> None:
			frappe.init(site=site, sites_path=".")
			frappe.connect()
			try:
				for mail in mails:
					barrier.wait(120)
					answers.append(capture.capture("Communication", mail.name))
			finally:
				frappe.destroy()

		workers = [threading.Thread(target=work) for _ in range(2)]
		[worker.start() for worker in workers]
		[worker.join(300) for worker in workers]
		self.commit()
		self.assertEqual(answers, [True] * 10)
		for mail in mails:
			self.assertEqual(frappe.db.count("Interaction", {"source_name": mail.name}), 1)

	def test_the_database_itself_refuses_a_second_one(self) -> None:
		made = captured(make_mail(sender=make_person().email))
		copy = frappe.copy_doc(made, ignore_no_copy=False)
		self.assertIsNone(copy.source_key)
		copy.source_key = made.source_key
		with self.assertRaises((frappe.UniqueValidationError, frappe.DuplicateEntryError)):
			copy.insert()

	def test_saving_a_mail_leaves_capture_to_the_queue(self) -> None:
		mail = make_mail(sender=make_person().email)
		self.assertFalse(is_queued(mail.name))
		self.commit()
		self.assertTrue(is_queued(mail.name))

	def test_automated_and_internal_messages_are_no_interactions(self) -> None:
		person = make_person()
		about = {"reference_doctype": "Customer Profile", "reference_name": person.name}
		self.assertIsNone(captured(make_mail(communication_type="Automated Message", **about)))

	def test_other_media(self) -> None:
		person = make_person()
		about = {"reference_doctype": "Customer Profile", "reference_name": person.name}
		for medium, expected in (("SMS", "SMS"), ("Chat", "Chat"), ("Phone", "Call"), ("Visit", "Visit")):
			made = captured(make_mail(communication_medium=medium, sender=None, recipients=None, **about))
			self.assertEqual(made.interaction_type, expected)


def is_queued(name: str) -> bool:
	"""Tell whether capture of a message waits in the queue, among whatever else waits there."""
	waiting = get_queue("short").get_job_ids()
	for job_id in waiting[-50:]:
		raw = get_redis_conn().hget(f"rq:job:{job_id}", "data")
		if raw and name.encode() in zlib.decompress(raw):
			return True
	return False
