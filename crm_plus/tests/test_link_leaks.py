"""What link fields offer and what the tables of contacts, events and messages hold of another person's customers: nothing."""

from typing import Any

import frappe

from crm_plus.access.contact_rows import PARENTS
from crm_plus.tests import factories
from crm_plus.tests.private_case import PrivateRequestCase

SEARCHES = ("search_link", "search_widget")


class TestLinksAndRows(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		self.word = factories.unique("Hidden").replace(" ", "")
		profile = factories.make_profile(
			full_name=self.word,
			profile_owner=self.theirs,
			email=f"{self.word}@example.com".lower(),
			phone="+49 30 23125000",
		)
		factories.make_deal(title=self.word, deal_owner=self.theirs, customer_profile=profile.name)
		self.profile = profile.name
		with self.as_user(self.theirs):
			self.event = factories.make(
				"Event",
				subject=self.word,
				event_type="Private",
				starts_on=frappe.utils.now_datetime(),
				event_participants=[
					{"reference_doctype": "Customer Profile", "reference_docname": profile.name}
				],
			).name
		# Frappe shows no mail to who has no account of his own.
		link = {"link_doctype": "Customer Profile", "link_name": profile.name}
		self.message = factories.make(
			"Communication",
			**{"communication_medium": "Chat", "subject": self.word, "timeline_links": [link]},
			**{"reference_doctype": "Customer Profile", "reference_name": profile.name},
		).name
		# Version 16 shows a message to its owner alone.
		frappe.db.set_value("Communication", self.message, "owner", self.theirs)
		self.commit()  # the requests are other connections

	def test_a_link_field_offers_no_more_to_who_asks_past_permissions(self) -> None:
		fields = {"Deal": "title", "Customer Profile": "full_name", "Contact": "first_name"}
		for function in SEARCHES:
			for doctype, field in fields.items():
				asked = {"doctype": doctype, "txt": self.word, "searchfield": field}
				asked |= {"ignore_user_permissions": 1}
				with self.subTest(function, doctype=doctype):
					self.assertNotIn(self.word, self.answer(function, asked, self.token))
					self.assertIn(self.word, self.answer(function, asked, self.their_token))

	def answer(self, function: str, asked: dict[str, Any], token: str) -> str:
		status, body = self.call(f"frappe.desk.search.{function}", asked, token=token)
		self.assertEqual(status, 200, body)
		return str(body["message"])

	def test_rows_of_contacts_events_and_messages_are_read_with_these(self) -> None:
		for doctype, parents in PARENTS.items():
			for user, sees in ((self.mine, False), (self.theirs, True)):
				with self.as_user(user), self.subTest(doctype, user=user):
					self.assertEqual(any(self.rows(doctype, parent) for parent in parents), sees)

	def rows(self, doctype: str, parent: str) -> list[str]:
		names = frappe.get_all(
			"Dynamic Link", {"link_name": self.profile, "parenttype": parent}, pluck="parent"
		)
		filters = {"parenttype": parent, "parent": ["in", [*names, self.event, self.message]]}
		return frappe.get_list(doctype, filters, parent_doctype=parent, pluck="name")
