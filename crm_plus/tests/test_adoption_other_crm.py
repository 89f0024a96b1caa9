"""Adoption of Frappe CRM's organizations, leads and deals, from real tables of the same names and fields.

Where that app is not on the site its DocTypes are made here as custom ones, and removed again.
"""

import frappe
from frappe.utils import get_datetime, getdate

from crm_plus.tests import factories as make
from crm_plus.tests.adoption_case import AdoptionTestCase

TABLES: dict[str, dict[str, str]] = {
	"CRM Deal Status": {"deal_status": "Data", "type": "Data", "probability": "Percent", "position": "Int"},
	"CRM Organization": {
		"organization_name": "Data",
		"website": "Data",
		"territory": "Data",
		"industry": "Data",
	},
	"CRM Lead": {
		**{
			"first_name": "Data",
			"lead_name": "Data",
			"organization": "Data",
			"email": "Data",
			"mobile_no": "Data",
		},
		**{"status": "Data", "lead_owner": "Data", "source": "Data", "converted": "Check"},
	},
	"CRM Products": {"product_code": "Data", "product_name": "Data", "qty": "Float", "rate": "Currency"},
	"CRM Deal": {
		**{"organization": "Data", "lead": "Data", "contact": "Data", "status": "Data", "deal_owner": "Data"},
		**{"deal_value": "Currency", "currency": "Data", "exchange_rate": "Float", "probability": "Percent"},
		**{
			"expected_closure_date": "Date",
			"closed_date": "Date",
			"lost_reason": "Data",
			"lost_notes": "Text",
		},
		**{"lead_name": "Data", "email": "Data", "organization_name": "Data", "next_step": "Data"},
		"products": "Table:CRM Products",
	},
	"CRM Task": {
		**{"title": "Data", "description": "Text Editor", "assigned_to": "Data", "due_date": "Datetime"},
		**{"priority": "Data", "status": "Data"},
		**{"reference_doctype": "Data", "reference_docname": "Data"},
	},
	"FCRM Note": {
		**{
			"title": "Data",
			"content": "Text Editor",
			"reference_doctype": "Data",
			"reference_docname": "Data",
		},
	},
}
NAMED_BY = {"CRM Deal Status": "deal_status", "CRM Organization": "organization_name"}
STATES = (
	("Qualification", "Open", 15),
	("Negotiation", "Ongoing", 70),
	("Won", "Won", 100),
	("Lost", "Lost", 0),
)


def make_table(doctype: str, fields: dict[str, str]) -> None:
	"""Create a custom DocType with a table of its own."""
	rows = []
	for fieldname, kind in fields.items():
		fieldtype, _colon, options = kind.partition(":")
		rows.append({"fieldname": fieldname, "fieldtype": fieldtype, "options": options, "label": fieldname})
	autoname = f"field:{NAMED_BY[doctype]}" if doctype in NAMED_BY else "hash"
	permissions = [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}]
	make.make(
		"DocType",
		name=doctype,
		module="Custom",
		custom=1,
		istable=int(doctype == "CRM Products"),
		autoname=autoname,
		fields=rows,
		permissions=permissions,
	)


class TestAdoptionOfFrappeCRM(AdoptionTestCase):
	def setUp(self) -> None:
		super().setUp()
		made = [doctype for doctype in TABLES if not frappe.db.exists("DocType", doctype)]
		for doctype in made:
			make_table(doctype, TABLES[doctype])
		for status, kind, probability in STATES:
			if not frappe.db.exists("CRM Deal Status", status):
				make.make("CRM Deal Status", deal_status=status, type=kind, probability=probability)
		self.addCleanup(self.drop, made)
		self.commit()

	def drop(self, made: list[str]) -> None:
		for doctype in reversed(made):
			frappe.delete_doc("DocType", doctype, force=True)
			# DDL takes no bound parameters; the names come from the table above.
			frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
		self.commit()

	def make_deal(self, **values: object) -> str:
		owner = self.owners[0]
		defaults = {"status": "Negotiation", "deal_owner": owner, "deal_value": 1200, "exchange_rate": 1}
		return make.make("CRM Deal", **{**defaults, **values}).name

	def make_lead(self) -> frappe.model.document.Document:
		return make.make(
			"CRM Lead",
			first_name="Mary",
			lead_name=make.unique("Mary"),
			organization=make.unique("Mills"),
			email=f"{frappe.generate_hash(length=8)}@example.com",
			lead_owner=self.owners[1],
			source="Trade Fair",
		)

	def make_organization(self) -> str:
		website = "https://w.example"
		return make.make("CRM Organization", organization_name=make.unique("Works"), website=website).name

	def test_organizations_and_leads(self) -> None:
		organization, lead = self.make_organization(), self.make_lead()
		self.commit()
		self.adopt()
		works, mary = self.became("CRM Organization", organization), self.became("CRM Lead", lead.name)
		self.assertEqual((works.profile_type, works.full_name), ("Organization", organization))
		self.assertEqual([row.url for row in works.social_links], ["https://w.example"])
		self.assertEqual((mary.profile_type, mary.email, mary.source), ("Person", lead.email, "Trade Fair"))
		mills = frappe.get_doc("Customer Profile", mary.organization)
		self.assertEqual((mills.full_name, mills.profile_type), (lead.organization, "Organization"))

	def test_deals_and_their_undoing(self) -> None:
		organization, lead = self.make_organization(), self.make_lead()
		won = self.make_deal(organization=organization, status="Won", closed_date="2024-05-06")
		lost = self.make_deal(lead=lead.name, status="Lost", lost_reason="Price", lost_notes="Too much")
		alone = self.make_deal(lead_name=make.unique("Solo"), email="solo@example.com")
		make.make(
			"FCRM Note", content="<p>Rang twice</p>", reference_doctype="CRM Deal", reference_docname=won
		)
		self.commit()
		before = self.counts()
		run = self.adopt()

		deal = self.became("CRM Deal", won)
		self.assertEqual((deal.status, getdate(deal.closed_on)), ("Won", getdate("2024-05-06")))
		self.assertEqual((deal.amount, deal.deal_owner), (1200, self.owners[0]))
		self.assertEqual(deal.customer_profile, self.became("CRM Organization", organization).name)
		where = {"reference_doctype": "Deal", "reference_name": deal.name, "comment_type": "Comment"}
		self.assertEqual(frappe.get_all("Comment", where, pluck="content"), ["<p>Rang twice</p>"])
		deal = self.became("CRM Deal", lost)
		self.assertEqual((deal.status, deal.lost_reason, deal.lost_detail), ("Lost", "Price", "Too much"))
		self.assertEqual(deal.customer_profile, self.became("CRM Lead", lead.name).name)
		solo = frappe.get_doc("Customer Profile", self.became_deal(alone).customer_profile)
		self.assertEqual((solo.profile_type, solo.email), ("Person", "solo@example.com"))

		self.undo(run)
		self.assertEqual(self.counts(), before)

	def test_tasks_become_follow_ups(self) -> None:
		lead = self.make_lead()
		sale = self.make_deal(lead=lead.name)
		task = {"description": "<p>Ring <b>him</b></p>", "priority": "High", "assigned_to": self.owners[0]}
		on_sale = {**task, "reference_doctype": "CRM Deal", "reference_docname": sale}
		on_lead = {**task, "reference_doctype": "CRM Lead", "reference_docname": lead.name}
		make.make("CRM Task", title="Later", status="Todo", due_date="2099-03-01 10:00:00", **on_sale)
		make.make("CRM Task", title="", status="In Progress", due_date="2099-02-01 10:00:00", **on_sale)
		make.make("CRM Task", title="Gone", status="Done", due_date="2024-02-01 10:00:00", **on_sale)
		stranger = {"assigned_to": "nobody@example.com", "status": "Canceled"}
		make.make("CRM Task", title="Without a date", **{**on_lead, **stranger})
		self.commit()
		before = self.counts()
		run = self.adopt()
		deal, mary = self.became("CRM Deal", sale), self.became("CRM Lead", lead.name)
		fields = ["subject", "status", "due_on", "assigned_to", "priority", "customer_profile"]
		rows = frappe.get_all("Follow Up", {"deal": deal.name}, fields, order_by="due_on", as_list=True)
		self.assertEqual([row[0] for row in rows], ["Gone", "Ring him", "Later"])
		self.assertEqual([row[1] for row in rows], ["Done", "Open", "Open"])
		self.assertEqual({row[3:] for row in rows}, {(self.owners[0], "High", mary.name)})
		self.assertEqual(deal.next_follow_up_on, get_datetime("2099-02-01 10:00:00"))
		self.assertEqual(mary.next_follow_up_on, deal.next_follow_up_on)
		assigned = {"reference_type": "Follow Up", "allocated_to": self.owners[0], "status": "Open"}
		self.assertEqual(frappe.db.count("ToDo", assigned), 2)
		alone = frappe.get_all(
			"Follow Up", {"customer_profile": mary.name, "deal": ["is", "not set"]}, fields
		)
		self.assertEqual([(row.status, row.assigned_to) for row in alone], [("Cancelled", None)])
		self.undo(run)
		self.assertEqual(self.counts(), before)

	def became_deal(self, name: str) -> frappe.model.document.Document:
		where = {"source_doctype": "CRM Deal", "source_name": name, "kind": "Deal"}
		return frappe.get_doc("Deal", frappe.db.get_value("Adoption Entry", where, "target_name"))

	def test_products_become_items_where_they_are_items(self) -> None:
		organization = self.make_organization()
		item = {"product_code": self.items[0], "product_name": "An engine", "qty": 3, "rate": 400}
		sold = self.make_deal(organization=organization, products=[item], probability=15)
		unknown = {"product_code": "NO-SUCH", "product_name": "A thing", "qty": 3, "rate": 400}
		text = self.make_deal(organization=organization, products=[unknown])
		self.commit()
		self.adopt()
		deal = self.became("CRM Deal", sold)
		self.assertEqual(
			[(row.item_code, row.qty, row.amount) for row in deal.items], [(self.items[0], 3, 1200)]
		)
		self.assertEqual(frappe.db.get_value("Pipeline Stage", deal.stage, "stage_name"), "Negotiation")
		self.assertEqual(deal.probability, 15, "its owner's estimate stays, whatever is usual at that stage")
		deal = self.became("CRM Deal", text)
		self.assertEqual((deal.amount, deal.items), (1200, []))
		self.assertIn("3 × A thing @ 400", deal.description)
