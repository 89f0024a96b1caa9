"""Money of the ledger, a deal's amounts and personal data: shown on no road to a role without their level."""

import json
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview
from frappe.desk import search as link_search
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.www import printview

from crm_plus.api import board, deal_documents, opened, search, timeline
from crm_plus.tests import factories, leak_roads
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_teams import bare, no_teams, show
from crm_plus.tests.request_case import user_with
from crm_plus.workflows import deal_money

LEDGER = (*deal_money.AMOUNT_FIELDS, *deal_money.NET_FIELDS)
DAYS = deal_money.DAY_FIELDS
MONEY = ("lifetime_value", "outstanding_amount")
# Longer than a colour of Frappe's style sheets for print, and than the parts of a second in a time.
SECRETS = {
	"ledger": (
		*("7143177", "7243277", "7343377", "7443477", "7543577"),
		*("7147177", "7247277", "7347377", "7447477", "7547577"),
		# Of the days.
		"1957-03",
	),
	"amount": ("6143166", "6243266"),
	"value": ("8143188", "8243288"),
	"person": ("secret.mask@", "4915112121212"),
}
# What each role must not see of these.
HIDDEN = {
	"Sales User": ("ledger", "value"),
	"Support Team": ("ledger", "amount", "value"),
	"Marketing User": ("person",),
	"Sales Manager": (),
}
PARTICIPANT = "Interaction Participant"
REFUSALS = (frappe.PermissionError, frappe.ValidationError)


class TestMasks(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		no_teams()
		show("Everyone")
		self.pipeline = factories.make_pipeline().name
		self.word = factories.unique("Masked")
		self.profile = factories.make_profile(
			full_name=self.word, email="secret.mask@example.com", phone="+49 1511 2121212"
		).name
		self.deal = factories.make_deal(
			**{"title": self.word, "customer_profile": self.profile, "amount": 6143166},
			**{"pipeline": self.pipeline, "stage": f"{self.pipeline}-New"},
		).name
		ledger = dict(zip(LEDGER, map(int, SECRETS["ledger"][: len(LEDGER)]), strict=True))
		days = dict.fromkeys(DAYS, "1957-03-05")
		frappe.db.set_value("Deal", self.deal, {**ledger, **days, "approved_amount": 6243266})
		values = dict(zip(MONEY, (int(one) for one in SECRETS["value"]), strict=True))
		frappe.db.set_value("Customer Profile", self.profile, values)
		self.change(
			"Deal", self.deal, [["amount", 0, SECRETS["amount"][0]], ["paid_amount", 0, SECRETS["ledger"][0]]]
		)
		self.change("Customer Profile", self.profile, [["email", "", SECRETS["person"][0]]])
		self.talk = self.make_talk()
		self.mail = self.make_mail()

	def make_talk(self) -> str:
		"""Insert a call in which somebody took part whose address and number stand on the row, and in its history."""
		who = {
			"customer_profile": self.profile,
			"email": "secret.mask@example.com",
			"phone": "+4915112121212",
		}
		talk = factories.make(
			**{"doctype": "Interaction", "interaction_type": "Call", "subject": self.word},
			**{"customer_profile": self.profile, "participants": [who]},
		).name
		row = ["participants", 0, "x", [[field, "", who[field]] for field in ("email", "phone")]]
		self.change("Interaction", talk, [], added=[["participants", who]], row_changed=[row])
		return talk

	def make_mail(self) -> str:
		"""Insert a mail whose sender has no name but his address, as Frappe stores one."""
		who = dict.fromkeys(("sender", "sender_full_name", "recipients", "cc"), "secret.mask@example.com")
		about = {"reference_doctype": "Customer Profile", "reference_name": self.profile}
		kind = {"communication_type": "Communication", "communication_medium": "Email", "subject": self.word}
		mail = bare("Communication", sent_or_received="Received", **kind, **about, **who).name
		link = {"link_doctype": "Customer Profile", "link_name": self.profile}
		bare(
			"Communication Link",
			parent=mail,
			parenttype="Communication",
			parentfield="timeline_links",
			**link,
		)
		return mail

	def change(self, doctype: str, name: str, changed: list[list[Any]], **rows: list[list[Any]]) -> None:
		bare("Version", ref_doctype=doctype, docname=name, data=json.dumps({"changed": changed, **rows}))

	def roads(self) -> dict[str, Any]:
		found = {}
		for doctype, name in (
			("Deal", self.deal),
			("Customer Profile", self.profile),
			("Interaction", self.talk),
		):
			found |= self.roads_of(doctype, name)
		filters = {"pipeline": self.pipeline}
		return found | {
			"board": lambda: board.columns(filters, with_cards=True),
			"search": lambda: search.find(self.word),
			"documents": lambda: deal_documents.documents_of_deal(self.deal),
			"timeline": lambda: timeline.entries("Deal", self.deal),
			"of the profile": lambda: timeline.entries("Customer Profile", self.profile),
			"mail of the profile": lambda: timeline.mail("Customer Profile", self.profile, self.mail),
			"mails of the profile": lambda: opened.messages("Customer Profile", self.profile),
			"mail found by its sender": lambda: timeline.entries(
				"Customer Profile", self.profile, {"text": "secret.mask"}
			),
			**{f"participants in the {road}": ask for road, ask in self.participants().items()},
			"link": lambda: link_search.search_widget("Customer Profile", self.word),
		}

	def participants(self) -> dict[str, Any]:
		parts = ("full_name", "email", "phone")
		fields = [f"`tabInteraction Participant`.`{field}`" for field in parts]
		only = [["Interaction", "name", "=", self.talk]]

		def listed() -> Any:
			rows = {"parent": self.talk}
			return frappe.get_list(PARTICIPANT, rows, list(parts), parent_doctype="Interaction")

		def in_report_view() -> Any:
			asked = {"doctype": "Interaction", "fields": json.dumps(fields), "filters": json.dumps(only)}
			frappe.local.form_dict = frappe._dict(asked)
			return reportview.get()

		def by_filter() -> Any:
			sought = [*only, [PARTICIPANT, "email", "like", "secret.mask@%"]]
			return ["secret.mask@"] * len(frappe.get_list("Interaction", sought))

		return {
			"list": listed,
			"report view": in_report_view,
			"export": lambda: leak_roads.export("Interaction", fields, only),
			"filter": by_filter,
		}

	def roads_of(self, doctype: str, name: str) -> dict[str, Any]:
		fields = [
			df.fieldname
			for df in frappe.get_meta(doctype).fields
			if frappe.db.has_column(doctype, df.fieldname)
		]
		known = [field for field in fields if field]
		return {
			f"list {doctype}": lambda: frappe.get_list(doctype, {"name": name}, ["*"]),
			f"fields {doctype}": lambda: self.one_by_one(doctype, name, known),
			f"get {doctype}": lambda: client.get(doctype, name),
			f"form {doctype}": lambda: self.form(doctype, name),
			f"print {doctype}": lambda: printview.get_html_and_style(doctype, name),
			f"report view {doctype}": lambda: self.report_view(doctype, name),
		}

	def one_by_one(self, doctype: str, name: str, fields: list[str]) -> list[Any]:
		found = []
		for field in fields:
			try:
				found.append(client.get_value(doctype, field, {"name": name}))
			except REFUSALS:
				frappe.clear_messages()
		return found

	def form(self, doctype: str, name: str) -> Any:
		frappe.response.docs = []
		opened.document(doctype, name)
		return [*(doc.as_dict() for doc in frappe.response.docs), frappe.response.docinfo]

	def report_view(self, doctype: str, name: str) -> Any:
		asked = {"doctype": doctype, "fields": json.dumps(["*"]), "filters": json.dumps({"name": name})}
		frappe.local.form_dict = frappe._dict(asked)
		return reportview.get()

	def text_of(self, ask: Any) -> str:
		try:
			return frappe.as_json(ask())
		except REFUSALS:
			frappe.clear_messages()
			return ""

	def test_what_a_role_must_not_see_is_on_no_road(self) -> None:
		for role, kinds in HIDDEN.items():
			user = user_with(role)
			with self.as_user(user):
				shown = {road: self.text_of(ask).replace(" ", "") for road, ask in self.roads().items()}
			for kind, secrets in SECRETS.items():
				for secret in secrets:
					roads = [road for road, text in shown.items() if secret in text]
					with self.subTest(role, secret=secret):
						if kind in kinds:
							self.assertEqual(roads, [])
						else:
							self.assertIn("get", " ".join(roads))

	def test_hidden_columns_in_a_row_are_all_left_out(self) -> None:
		"""Version 15 passes over the column behind each that it takes out of a list."""
		ledger = ["invoiced_amount", "paid_amount", "outstanding_amount"]
		for fields in (["name", *ledger], [*ledger, "name"], ["*", *ledger], ledger):
			with self.subTest(fields=fields), self.as_user(user_with("Sales User")):
				for row in frappe.get_list("Deal", {"name": self.deal}, fields):
					self.assertFalse(set(ledger) & set(row))

	def test_an_agent_keeps_what_he_may_not_see(self) -> None:
		"""Saving a form without a field must not empty it."""
		with self.as_user(user_with("Sales User")):
			doc = frappe.get_doc(client.get("Deal", self.deal))
			doc.next_step = "Call"
			doc.save()
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "invoiced_amount"), 7343377)

	def test_sums_are_masked_too(self) -> None:
		with self.as_user(user_with("Support Team")):
			self.assertIsNone(board.weighted_pipeline()["value"])
			self.assertEqual(
				[column["sums"] for column in board.columns({"pipeline": self.pipeline})["columns"]], [[]] * 4
			)
			for card in frappe.get_all(
				"Number Card", {"module": "CRM Plus", "type": "Document Type"}, pluck="name"
			):
				doc = frappe.get_doc("Number Card", card)
				if doc.function == "Count":
					continue
				with self.subTest(card):
					try:
						result = get_result(doc.as_json(), doc.filters_json)
					except REFUSALS:
						result = None
					self.assertFalse(result)
