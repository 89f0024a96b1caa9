"""Who sees what of a timeline: nothing of what its reader may not open, not even a title, and no end that is none."""

from typing import Any

import frappe
from frappe.utils import add_days

from crm_plus.api import timeline
from crm_plus.rules.timeline import PAGE_LENGTH
from crm_plus.tests import factories
from crm_plus.tests.factories_accounting import make_party, make_sales, pay
from crm_plus.tests.request_case import user_with
from crm_plus.tests.timeline_case import MORNING, TimelineCase, put

SECRET = "Nobody else may read this"


class TestReaders(TimelineCase):
	def setUp(self) -> None:
		super().setUp()
		self.agent = user_with("Sales User")
		self.accountant = user_with("Sales User", "Accounts User")
		self.support = user_with("Support Team")

	def tearDown(self) -> None:
		self.set_visibility("Everyone")
		super().tearDown()

	def set_visibility(self, choice: str) -> None:
		fields = ("deal_visibility", "profile_visibility", "interaction_visibility", "follow_up_visibility")
		frappe.db.set_single_value("CRM Plus Settings", dict.fromkeys(fields, choice))
		frappe.clear_document_cache("CRM Plus Settings", "CRM Plus Settings")

	def seen_by(self, user: str, **values: Any) -> list[dict[str, Any]]:
		with self.as_user(user):
			return self.all_pages(**values)

	def names_seen_by(self, user: str, **values: Any) -> set[str]:
		return {entry["name"] for entry in self.seen_by(user, **values)}

	def test_documents_and_amounts_follow_the_rights_to_them(self) -> None:
		customer, self.profile = make_party()
		self.deal = factories.make_deal(customer_profile=self.profile).name
		order = make_sales("Sales Order", customer, crm_plus_deal=self.deal).name
		invoice = make_sales("Sales Invoice", customer, crm_plus_deal=self.deal)
		payment = pay(invoice).name
		for deal in (True, False):
			with self.subTest(deal=deal):
				agents = self.seen_by(self.agent, deal=deal)
				self.assertIn(order, {entry["name"] for entry in agents})
				self.assertEqual({entry["amount"] for entry in agents}, {None})
				self.assertNotIn(invoice.name, str(agents))
				self.assertNotIn(payment, str(agents))
				found = {entry["name"]: entry for entry in self.seen_by(self.accountant, deal=deal)}
				self.assertLessEqual({order, invoice.name, payment}, set(found))
				self.assertEqual(found[invoice.name]["amount"], 1000)

	def test_a_move_stays_while_the_document_that_caused_it_is_hidden(self) -> None:
		customer, self.profile = make_party()
		invoice = make_sales("Sales Invoice", customer).name
		about = {"reference_doctype": "Deal", "reference_name": self.deal}
		cause = {"cause": "Invoice Submitted", "cause_doctype": "Sales Invoice", "cause_name": invoice}
		move = put("Stage Change", from_stage="A", to_stage="B", changed_on=MORNING, **about, **cause)
		found = {entry["name"]: entry for entry in self.seen_by(self.agent, deal=True)}
		self.assertIsNone(found[move]["about"])
		found = {entry["name"]: entry for entry in self.seen_by(self.accountant, deal=True)}
		self.assertEqual(found[move]["about"], ["Sales Invoice", invoice])

	def test_an_interaction_whose_source_is_closed_does_not_show(self) -> None:
		private = put("Event", subject=SECRET, event_type="Private", starts_on=MORNING, owner=self.accountant)
		public = put("Event", subject="Open day", event_type="Public", starts_on=MORNING)
		gone = self.interaction(subject="Was an event", source_doctype="Event", source_name="gone")
		odd = self.interaction(subject="Was a thing", source_doctype="No Such DocType", source_name="x")
		shown = self.interaction(subject="Open day", source_doctype="Event", source_name=public)
		self.interaction(subject=SECRET, source_doctype="Event", source_name=private)
		agents = self.seen_by(self.agent)
		self.assertNotIn(SECRET, str(agents))
		self.assertLessEqual({gone, odd, shown}, {entry["name"] for entry in agents})
		self.assertIn(SECRET, str(self.seen_by(self.accountant)))

	def test_a_mail_is_seen_by_those_who_may_open_what_it_is_about(self) -> None:
		customer, _profile = make_party()
		invoice = make_sales("Sales Invoice", customer).name
		about = {"reference_doctype": "Sales Invoice", "reference_name": invoice}
		linked = self.mail(MORNING, ("Deal", self.deal), subject=SECRET, content=SECRET, **about)
		taken = self.mail(MORNING, subject=SECRET, content=SECRET, **about)
		captured = self.interaction(
			subject=SECRET, deal=self.deal, source_doctype="Communication", source_name=taken
		)
		self.assertNotIn(SECRET, str(self.seen_by(self.agent, deal=True)))
		self.assertLessEqual({linked, captured}, self.names_seen_by(self.accountant, deal=True))
		for mail in (linked, taken):
			with self.as_user(self.accountant):
				self.assertEqual(timeline.mail("Deal", self.deal, mail)["content"], SECRET)
			with self.as_user(self.agent), self.assertRaises(frappe.PermissionError):
				timeline.mail("Deal", self.deal, mail)

	def test_a_mail_of_another_timeline_is_not_opened(self) -> None:
		other = factories.make_deal().name
		mail = self.mail(MORNING, reference_doctype="Deal", reference_name=other, content=SECRET)
		with self.assertRaises(frappe.PermissionError):
			timeline.mail("Deal", self.deal, mail)
		with self.assertRaises(frappe.DoesNotExistError):
			timeline.mail("Deal", self.deal, "gone")
		self.assertEqual(timeline.mail("Deal", other, mail)["content"], SECRET)

	def test_tickets_are_for_those_who_may_read_them(self) -> None:
		customer, self.profile = make_party()
		ticket = put("Issue", subject=SECRET, customer=customer, status="Open")
		self.assertNotIn(SECRET, str(self.seen_by(self.agent)))
		self.assertIn(ticket, self.names_seen_by(self.support))

	def test_deals_and_people_of_others_bring_nothing_along(self) -> None:
		person = factories.make_profile(
			profile_type="Person", organization=self.profile, full_name=SECRET, profile_owner=self.accountant
		).name
		hidden = factories.make_deal(customer_profile=self.profile, deal_owner=self.accountant).name
		frappe.db.set_value("Customer Profile", self.profile, "profile_owner", self.agent)
		frappe.db.set_value("Deal", self.deal, "deal_owner", self.agent)
		closed = {
			self.comment(name=hidden, content=SECRET),
			self.interaction(MORNING, person, subject=SECRET, interaction_owner=self.accountant),
			self.follow_up(subject=SECRET, deal=hidden, assigned_to=self.accountant),
			put("File", file_name=SECRET, attached_to_doctype="Deal", attached_to_name=hidden),
		}
		open_ones = {self.comment(), self.follow_up(deal=self.deal, assigned_to=self.agent)}
		self.assertLessEqual(closed | open_ones, self.names_seen_by(self.agent))
		self.set_visibility("Private")
		seen = self.seen_by(self.agent)
		self.assertEqual({entry["name"] for entry in seen} & (closed | open_ones), open_ones)
		self.assertNotIn(SECRET, str(seen))
		self.assertNotIn(hidden, str(seen))
		with self.as_user(self.agent), self.assertRaises(frappe.PermissionError):
			timeline.entries("Deal", hidden)

	def test_many_hidden_entries_are_not_the_end(self) -> None:
		private = put("Event", subject=SECRET, event_type="Private", starts_on=MORNING, owner="Guest")
		older = self.interaction(add_days(MORNING, -300), subject="Long ago")
		for number in range(9 * PAGE_LENGTH):
			at = add_days(MORNING, -number)
			self.interaction(at, subject=SECRET, source_doctype="Event", source_name=private)
		with self.as_user(self.agent):
			self.assertTrue(self.page(groups=["interactions"])["next"])
		self.assertEqual(self.names_seen_by(self.agent, groups=["interactions"]), {older})

	def test_outsiders_get_nothing(self) -> None:
		for user in (user_with(), user_with("Accounts User"), "Guest"):
			for doctype, name in (("Deal", self.deal), ("Customer Profile", self.profile)):
				with self.subTest(user=user), self.as_user(user), self.assertRaises(frappe.PermissionError):
					timeline.entries(doctype, name)
		with self.assertRaises(frappe.ValidationError):
			timeline.entries("User", "Administrator")
