"""What a document of ERPNext's tells of the deal that it names, and what naming a hidden record brings: its name and no more."""

from typing import Any

import frappe
from frappe.utils import now_datetime

from crm_plus.api import deals as api
from crm_plus.api import opened
from crm_plus.tests import factories
from crm_plus.tests.factories_teams import share
from crm_plus.tests.private_case import PrivateRequestCase

SHOWN = ("title", "amount")


class TestJoinedLeaks(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		self.word = factories.unique("Hidden").replace(" ", "")
		self.mail = f"{self.word}@example.com".lower()
		self.hidden = factories.make_profile(
			full_name=self.word, email=self.mail, profile_owner=self.theirs
		).name
		self.deal = self.deal_of(self.theirs, self.hidden)
		self.quotation = self.quoted(self.deal)
		self.commit()  # the requests are other connections

	def deal_of(self, owner: str, profile: str) -> str:
		items = [{"item_code": factories.make_item(777).name}]
		values = {"title": f"{self.word} sale", "deal_owner": owner, "customer_profile": profile}
		return factories.make_deal(items=items, **values).name

	def quoted(self, deal: str) -> str:
		return frappe.get_doc(api.make_quotation(deal)).insert().name

	def listed(self, doctype: str, name: str, *fields: str, **more: Any) -> list[Any]:
		"""Return what a client's list tells of one record, in the order of the fields."""
		names = {f"f{number}": field for number, field in enumerate(fields)}
		shown = [f"{field} as {alias}" for alias, field in names.items()]
		asked = {"doctype": doctype, "fields": ["name", *shown], "filters": {"name": name}, **more}
		status, body = self.call("frappe.client.get_list", asked, token=self.token)
		self.assertEqual(status, 200, body)
		self.assertEqual([row["name"] for row in body["message"]], [name])
		return [body["message"][0].get(alias) for alias in names]

	def test_a_quotation_for_everybody_tells_of_a_hidden_deal_its_name_alone(self) -> None:
		fields = [f"crm_plus_deal.{field}" for field in SHOWN]
		self.assertEqual(
			self.listed("Quotation", self.quotation, "crm_plus_deal", *fields), [self.deal, None, None]
		)
		row = frappe.db.get_value("Quotation Item", {"parent": self.quotation})
		self.assertEqual(self.listed("Quotation Item", row, *fields, parent="Quotation"), [None, None])

	def test_no_filter_by_a_joined_field_tells_a_hidden_value(self) -> None:
		"""Version 15 knows no such filter, and version 16 finds nothing by it."""

		def found(amount: int) -> Any:
			filters = {"name": self.quotation, "crm_plus_deal.amount": amount}
			asked = {"doctype": "Quotation", "filters": filters}
			status, body = self.call("frappe.client.get_list", asked, token=self.token)
			return body["message"] if status == 200 else status

		self.assertEqual(found(777), found(778))

	def test_of_a_deal_that_one_may_read_a_quotation_tells_all(self) -> None:
		deal = self.deal_of(self.mine, factories.make_profile(profile_owner=self.mine).name)
		name = self.quoted(deal)
		self.commit()
		fields = [f"crm_plus_deal.{field}" for field in SHOWN]
		self.assertEqual(self.listed("Quotation", name, *fields), [f"{self.word} sale", 777])

	def test_a_shared_deal_tells_of_its_hidden_customer_the_name_alone(self) -> None:
		share("Deal", self.deal, self.mine)
		self.commit()
		self.assertEqual(self.listed("Deal", self.deal, "customer_profile.full_name"), [self.word])
		self.assertEqual(self.listed("Deal", self.deal, "customer_profile.email"), [None])

	def test_a_quotations_form_is_sent_no_title_of_a_hidden_deal(self) -> None:
		for user, sees in ((self.mine, False), (self.theirs, True)):
			with self.as_user(user), self.subTest(user=user):
				frappe.local.response = frappe._dict(docs=[])
				opened.document("Quotation", self.quotation)
				self.assertEqual(f"Deal::{self.deal}" in frappe.response["_link_titles"], sees)

	def test_nobody_gets_at_a_customer_by_naming_him(self) -> None:
		with self.as_user(self.mine):
			for refused in (self.person, self.meeting):
				with self.subTest(refused.__name__), self.assertRaises(frappe.PermissionError):
					refused(self.hidden).insert()
			own = factories.make_profile(profile_owner=self.mine).name
			self.assertEqual(self.person(own).insert().organization, own)
			self.assertTrue(self.meeting(own).insert().name)

	def person(self, organization: str) -> Any:
		name = factories.unique("Person")
		values = {"profile_type": "Person", "full_name": name, "organization": organization}
		return frappe.get_doc({"doctype": "Customer Profile", **values})

	def meeting(self, profile: str) -> Any:
		guest = {"reference_doctype": "Customer Profile", "reference_docname": profile}
		values = {"subject": "Talk", "starts_on": now_datetime(), "event_participants": [guest]}
		return frappe.get_doc({"doctype": "Event", "event_type": "Private", **values})
