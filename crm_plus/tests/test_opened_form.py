"""What a form is sent when it opens is what Frappe sends, in few queries however many messages there are."""

from typing import Any

import frappe
from frappe.desk.form import load
from frappe.utils import add_to_date, now_datetime

from crm_plus.api import opened, timeline
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import make_mail
from crm_plus.tests.factories_teams import share

# The goal: a deal's form with the first page of its timeline.
MOST_QUERIES = 40


class TestOpenedForm(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.agent = factories.make_user("Sales User").name
		self.deal = factories.make_deal(deal_owner=self.agent).name

	def mails(self, number: int, about: tuple[str, str], files: int = 0) -> list[str]:
		"""Insert messages about a record, each with some files."""
		found = []
		for back in range(number):
			sent = add_to_date(now_datetime(), minutes=-back)
			mail = make_mail(
				reference_doctype=about[0], reference_name=about[1], communication_date=sent
			).name
			for file in range(files):
				values = {"attached_to_doctype": "Communication", "attached_to_name": mail, "is_private": 1}
				name = f"{mail}-{file}.txt"
				frappe.get_doc({"doctype": "File", "file_name": name, "content": name, **values}).insert()
			found.append(mail)
		return found

	def beside(self, doctype: str, name: str) -> dict[str, Any]:
		"""Return what stands beside a record as a form is sent it."""
		frappe.response.docs = []
		opened.document(doctype, name)
		return frappe.response.docinfo

	def whole_form(self) -> int:
		"""Open the deal with its timeline as the Desk does; return how many queries that took."""
		with self.count_queries() as queries:
			self.beside("Deal", self.deal)
			timeline.entries("Deal", self.deal)
		return len(queries)

	def test_what_stands_beside_a_deal_is_what_frappe_sends(self) -> None:
		with_files = self.mails(2, ("Deal", self.deal), files=2)
		self.mails(1, ("Deal", self.deal))
		frappe.get_doc("Deal", self.deal).add_comment("Comment", "Rang twice")
		share("Deal", self.deal, factories.make_user("Sales User").name)
		ours = self.beside("Deal", self.deal)
		load.get_docinfo(doctype="Deal", name=self.deal)
		theirs = frappe.response.docinfo
		self.assertEqual(dict(ours), dict(theirs))
		files = {mail.name: frappe.parse_json(mail.attachments) for mail in ours.communications}
		self.assertEqual({mail for mail, found in files.items() if len(found) == 2}, set(with_files), files)

	def test_a_later_page_of_messages_is_what_frappe_sends(self) -> None:
		self.mails(6, ("Deal", self.deal), files=1)
		self.assertEqual(
			opened.messages("Deal", self.deal, 2, 3), load.get_communications("Deal", self.deal, 2, 3)
		)

	def test_messages_of_other_apps_records_are_read_by_frappe_itself(self) -> None:
		customer = factories.make_customer().name
		self.mails(3, ("Customer", customer), files=1)
		ours = self.beside("Customer", customer)
		load.get_docinfo(doctype="Customer", name=customer)
		self.assertEqual(ours.communications, frappe.response.docinfo.communications)
		self.assertEqual(len(ours.communications), 3)

	def test_more_messages_need_no_more_queries(self) -> None:
		self.mails(1, ("Deal", self.deal), files=1)
		self.whole_form()  # fills Frappe's caches
		few = self.whole_form()
		self.mails(20, ("Deal", self.deal), files=1)
		self.assertEqual(self.whole_form(), few)

	def test_a_form_with_its_timeline_takes_no_more_queries_than_its_goal(self) -> None:
		self.mails(5, ("Deal", self.deal), files=1)
		for user in ("Administrator", self.agent):
			with self.subTest(user), self.as_user(user):
				self.whole_form()  # fills Frappe's caches
				self.assertLessEqual(self.whole_form(), MOST_QUERIES)
