"""What Frappe and ERPNext write beside a record, or tell of it, for somebody who may not see it: nothing, over the wire."""

from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.factories_interactions import make_interaction
from crm_plus.tests.private_case import PrivateRequestCase
from crm_plus.tests.request_case import token_of
from crm_plus.workflows import planned

TAGS = "frappe.desk.doctype.tag.tag"
EVENTS = "frappe.desk.doctype.event.event.get_events"
ACTIVITIES = "erpnext.crm.utils.get_open_activities"
CARD = "erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display"
SHIPMENT = "erpnext.stock.doctype.shipment.shipment"
COMMENTS = "frappe.templates.includes.comments.comments.add_comment"
DAYS = {"start": "2090-01-01", "end": "2090-01-03"}


class TestAlongside(PrivateRequestCase):
	def setUp(self) -> None:
		super().setUp()
		self.word = factories.unique("Hidden").replace(" ", "")
		person = factories.make_profile(
			full_name=self.word, profile_type="Person", profile_owner=self.theirs, phone="+49 30 23125001"
		)
		self.deal = factories.make_deal(
			title=self.word, deal_owner=self.theirs, customer_profile=person.name
		).name
		self.profile = person.name
		link = {"link_name": self.profile, "parenttype": "Contact"}
		(self.contact,) = frappe.get_all("Dynamic Link", link, pluck="parent")
		about = {"customer_profile": self.profile, "contact": self.contact, "subject": self.word}
		with self.as_user(self.theirs):
			self.plan = make_interaction(status="Planned", starts_on=DAYS["start"], **about).name
		self.commit()  # the requests are other connections
		planned.sync_all({self.plan: ""})
		self.event = frappe.db.get_value("Interaction", self.plan, "event")

	def changes(self) -> dict[str, dict[str, Any]]:
		named = {"dt": "Deal", "dn": self.deal}
		comment = {"comment": "Sold!", "comment_email": "boss@example.com", "comment_by": "The Boss"}
		return {
			f"{TAGS}.add_tag": {"tag": "Mine", **named},
			f"{TAGS}.add_tags": {"tags": '["Mine"]', "dt": "Deal", "docs": f'["{self.deal}"]'},
			f"{TAGS}.remove_tag": {"tag": "Theirs", **named},
			"frappe.desk.like.toggle_like": {"doctype": "Deal", "name": self.deal, "add": "Yes"},
			COMMENTS: {
				**{"reference_doctype": "Deal", "reference_name": self.deal, "route": ""},
				**comment,
			},
		}

	def test_nothing_is_written_beside_a_hidden_record(self) -> None:
		frappe.db.set_value("Deal", self.deal, "_user_tags", ",Theirs")
		self.commit()
		before = self.beside()
		for function, args in self.changes().items():
			with self.subTest(function):
				self.assertEqual(self.call(function, args, token=self.token)[0], 403)
				self.assertEqual(self.beside(), before)

	def test_its_owner_writes_beside_it(self) -> None:
		for function, args in self.changes().items():
			if function != COMMENTS:  # that sends mail
				with self.subTest(function):
					self.assertEqual(self.call(function, args, token=self.their_token)[0], 200)
		tags, likes, _comments = self.beside()
		self.assertIn("Mine", tags)
		self.assertIn(self.theirs, likes)

	def beside(self) -> tuple[str, str, int]:
		self.commit()  # nothing to write: the next reading sees what the request wrote
		tags, likes = frappe.db.get_value("Deal", self.deal, ["_user_tags", "_liked_by"])
		where = {"reference_doctype": "Deal", "reference_name": self.deal, "comment_type": "Comment"}
		return str(tags), str(likes), frappe.db.count("Comment", where)

	def questions(self) -> dict[str, dict[str, Any]]:
		return {
			EVENTS: {**DAYS, "user": self.theirs},
			ACTIVITIES: {"ref_doctype": "Contact", "ref_docname": self.contact},
			CARD: {"contact": self.contact},
			f"{SHIPMENT}.get_contact_name": {"ref_doctype": "Customer Profile", "docname": self.profile},
			f"{SHIPMENT}.get_address_name": {"ref_doctype": "Customer Profile", "docname": self.profile},
		}

	def test_nothing_is_told_of_a_hidden_record(self) -> None:
		for function, args in self.questions().items():
			with self.subTest(function):
				status, body = self.call(function, args, token=self.token)
				self.assertEqual(status, 403, body)
				self.assertNotIn(self.word, str(body.get("message")))

	def test_its_owner_is_told(self) -> None:
		for function, args in self.questions().items():
			with self.subTest(function):
				status, body = self.call(function, args, token=self.their_token)
				self.assertEqual(status, 200, body)
				if "address" not in function:
					self.assertIn(self.word, str(body["message"]))

	def test_a_driver_is_told_to_whom_he_delivers(self) -> None:
		"""No role of his reads contacts, and ERPNext tells him all the same: his delivery trips go on."""
		driver = token_of(factories.make_user("Delivery User").name)
		self.commit()
		status, body = self.call(CARD, {"contact": self.contact}, token=driver)
		self.assertEqual(status, 200, body)
		self.assertIn(self.word, body["message"])

	def test_activities_with_a_customers_contact_leave_out_a_plan_of_somebody_elses(self) -> None:
		"""The contact is a Customer's, and so for everybody who sells; who meets him is not."""
		customer = factories.make_customer().name
		contact = frappe.get_doc("Contact", self.contact)
		contact.append("links", {"link_doctype": "Customer", "link_name": customer})
		contact.save()
		self.commit()
		args = self.questions()[ACTIVITIES]
		for token, told in ((self.token, []), (self.their_token, [self.event])):
			status, body = self.call(ACTIVITIES, args, token=token)
			self.assertEqual(status, 200, body)
			self.assertEqual([row["name"] for row in body["message"]["events"]], told)
