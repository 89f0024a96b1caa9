"""Adoption on a real site: a thousand leads and five hundred opportunities, what hangs on them, and their documents."""

import json

import frappe
from frappe.desk.form.assign_to import add as assign
from frappe.desk.form.load import get_docinfo
from frappe.utils import flt, get_datetime

from crm_plus.jobs import pipeline_snapshots as snapshots
from crm_plus.tests import factories as make
from crm_plus.tests import factories_adoption as old
from crm_plus.tests.adoption_case import AdoptionTestCase
from crm_plus.workflows import adoption_report, capture, deal_progress


class TestAdoption(AdoptionTestCase):
	def test_a_thousand_leads_and_five_hundred_opportunities(self) -> None:
		leads, sales = self.past(1000, 500)
		old.add_comments("Lead", leads[:50], self.owners[0])
		old.add_comments("Opportunity", sales[:50], self.owners[1])
		self.commit()
		before = self.counts()

		run = self.adopt()
		self.check_profiles(leads)
		self.check_deals(sales)
		self.check_reconciliation(run, before)

		after = self.counts()
		again = self.adopt()
		self.assertEqual(self.counts(), after, "a second run must add nothing")
		self.undo(again)
		self.assertEqual(self.counts(), after, "undoing a run that added nothing must remove nothing")

		self.undo(run)
		self.assertEqual(self.status(run), "Undone")
		self.assertEqual(self.counts(), before, "undoing must restore the start")

	def check_profiles(self, leads: list[str]) -> None:
		there = ["lead_owner", "creation", "modified", "owner", "email_id", "name"]
		here = ["profile_owner", "creation", "modified", "owner", "email", "erpnext_lead"]
		for source, profile in self.pairs("Lead", leads, there, "Customer Profile", here):
			self.assertEqual(source, profile)
		names = self.pairs(
			"Lead", leads, ["company_name", "lead_name"], "Customer Profile", ["profile_type", "full_name"]
		)
		for (company, person), profile in names:
			self.assertEqual(profile, ("Organization", company) if company else ("Person", person))
		silent = frappe.get_all("Lead", {"name": ["in", leads], "status": "Do Not Contact"}, pluck="name")
		self.assertEqual(len(silent), 20)
		self.assertEqual(self.became("Lead", silent[0]).do_not_contact, 1)

	def check_deals(self, sales: list[str]) -> None:
		there = [
			"opportunity_owner",
			"creation",
			"modified",
			"owner",
			"currency",
			"company",
			"expected_closing",
			"title",
		]
		here = [
			"deal_owner",
			"creation",
			"modified",
			"owner",
			"currency",
			"company",
			"expected_close_date",
			"title",
		]
		for source, deal in self.pairs("Opportunity", sales, there, "Deal", here):
			self.assertEqual(source, deal)
		amounts = ["opportunity_amount", "base_opportunity_amount"]
		for source, deal in self.pairs("Opportunity", sales, amounts, "Deal", ["amount", "base_amount"]):
			self.assertAlmostEqual(source[0], deal[0], 2)
			self.assertAlmostEqual(source[1], deal[1], delta=0.0051)
		outcomes = {"Converted": "Won", "Lost": "Lost", "Closed": "Lost"}
		states = self.pairs(
			"Opportunity", sales, ["status", "modified"], "Deal", ["status", "closed_on", "lost_reason"]
		)
		for (status, modified), (outcome, closed_on, lost_reason) in states:
			self.assertEqual(outcome, outcomes.get(status, "Open"))
			self.assertEqual(closed_on, modified if outcome != "Open" else None)
			self.assertEqual(lost_reason, "Not Stated" if outcome == "Lost" else None)

	def check_reconciliation(self, run: str, before: dict[str, int]) -> None:
		data = json.loads(frappe.db.get_value("Adoption Run", run, "reconciliation"))
		totals = {row["doctype"]: row for row in data["totals"]}
		for doctype in ("Lead", "Opportunity"):
			self.assertEqual(totals[doctype]["there"], before[doctype])
			self.assertEqual(totals[doctype]["missing"], 0)
		self.assertEqual(
			sum(totals["Opportunity"][key] for key in ("Created", "Skipped")), before["Opportunity"]
		)
		for amount in totals["Opportunity"]["amounts"]:
			self.assertFalse(amount["differs"], amount)
		for table in data["tables"]:
			self.assertEqual(table["differences"], 0, table)
		notes = sum(row["count"] for row in data["belongings"] if row["kind"] == "Comment")
		self.assertEqual(notes, self.counts()["Comment"] - before["Comment"])

	def test_an_adopted_deal_can_be_saved_and_keeps_its_amounts_and_history(self) -> None:
		_leads, sales = self.past(8, 14)
		self.adopt()
		for name in sales:
			deal = self.became("Opportunity", name)
			fields = (
				*("amount", "base_amount", "stage", "probability", "stage_entered_on", "closed_on"),
				*("began_on", "furthest_stage"),
			)
			stored = [deal.get(name) for name in fields]
			deal.next_step = "Call"
			deal.save()
			deal.reload()
			self.assertEqual(stored, [deal.get(name) for name in fields])
			changes = frappe.get_all(
				"Stage Change",
				{"reference_name": deal.name},
				["cause", "changed_on", "to_stage", *deal_progress.FACTS],
			)
			self.assertEqual([(row.cause, row.to_stage) for row in changes], [("Adopted", deal.stage)])
			self.assertEqual(changes[0].changed_on, deal.stage_entered_on)
			self.assertEqual(deal_progress.facts_of(changes[0]), deal_progress.facts_of(deal))
			self.assertEqual(deal_progress.refresh([deal.name]), [])

	def test_what_people_wrote_and_whom_they_asked_comes_along(self) -> None:
		lead, sale = self.busy_records()
		self.adopt()
		for record in (self.became("Opportunity", sale), self.became("Lead", lead)):
			comments = frappe.get_all(
				"Comment",
				{
					"reference_doctype": record.doctype,
					"reference_name": record.name,
					"comment_type": "Comment",
				},
				["content", "owner", "creation"],
				order_by="creation",
			)
			self.assertEqual((comments[0].owner, comments[0].content), (self.owners[1], "<p>Likes tea</p>"))
			self.assertEqual(comments[1].owner, self.owners[0])
			self.assertEqual(comments[1].creation.date(), old.FIRST_DAY.date().replace(day=2))
			self.assertEqual(record.get_tags(), ["hot"])
			self.assertEqual([row.owner for row in self.docinfo(record).assignments], [self.owners[2]])

	def busy_records(self) -> tuple[str, str]:
		"""Make a lead and an opportunity with comments, notes, tags and assignments."""
		with old.before_crm_plus():
			lead = old.make_real_lead()
			sale = old.make_real_opportunity("Lead", lead.name, self.items[0])
			for document in (lead, sale):
				old.add_comments(document.doctype, [document.name], self.owners[0])
				old.add_note(document.doctype, document.name, "<p>Likes tea</p>", self.owners[1])
				document.reload()
				document.add_tag("hot")
				assign({"doctype": document.doctype, "name": document.name, "assign_to": [self.owners[2]]})
		self.commit()
		return lead.name, sale.name

	def test_files_mails_and_contacts_come_along(self) -> None:
		with old.before_crm_plus():
			lead = old.make_real_lead()
			sale = old.make_real_opportunity("Lead", lead.name, self.items[0])
			attached = old.add_file("Opportunity", sale.name, "a drawing")
			mail = old.add_mail("Opportunity", sale.name)
		self.commit()
		self.adopt()
		deal, profile = self.became("Opportunity", sale.name), self.became("Lead", lead.name)
		self.assertEqual([row.file_url for row in self.docinfo(deal).attachments], [attached.file_url])
		self.assertEqual([row.name for row in self.docinfo(deal).communications], [mail.name])
		self.assertEqual(frappe.get_doc("File", {"attached_to_name": deal.name}).get_content(), "a drawing")
		contact = frappe.db.get_value(
			"Dynamic Link", {"link_name": lead.name, "parenttype": "Contact"}, "parent"
		)
		self.assertTrue(frappe.db.exists("Dynamic Link", {"parent": contact, "link_name": profile.name}))
		self.assertEqual(deal.customer_profile, profile.name)
		self.assertEqual(profile.lifecycle_stage, "Prospect")

	def test_what_the_app_writes_by_itself_keeps_nothing_from_being_undone(self) -> None:
		with old.before_crm_plus():
			sales = [
				old.make_real_opportunity("Lead", old.make_real_lead().name, self.items[0]) for _ in "ab"
			]
			mails = [old.add_mail("Opportunity", sale.name).name for sale in sales]
		self.commit()
		run = self.adopt()
		deals = [self.became("Opportunity", sale.name).name for sale in sales]
		for mail in mails:
			capture.capture("Communication", mail)
		snapshots.run()
		found = [frappe.db.get_value("Interaction", {"deal": deal}) for deal in deals]
		self.assertTrue(all(found), "captured")
		self.assertEqual(frappe.db.count("Pipeline Snapshot", {"deal": ["in", deals]}), 2)
		frappe.db.set_value("Interaction", found[1], "summary", "<p>He liked it</p>")
		self.commit()
		self.undo(run)
		self.assertEqual([bool(frappe.db.exists("Deal", deal)) for deal in deals], [False, True])
		self.assertEqual([bool(frappe.db.exists("Interaction", name)) for name in found], [False, True])
		left = {"deal": deals[0]}
		self.assertFalse(frappe.db.exists("Pipeline Snapshot", left) or frappe.db.exists("Interaction", left))
		self.assertFalse(frappe.db.exists("Interaction Participant", {"parent": found[0]}))
		frappe.db.set_value("Interaction", found[1], "summary", None)
		self.commit()

	def docinfo(self, record: frappe.model.document.Document) -> frappe._dict:
		get_docinfo(record)
		return frappe.response["docinfo"]

	def test_past_documents_count_for_the_deal_and_stay_as_they_were(self) -> None:
		with old.before_crm_plus():
			customer = make.make_customer()
			sale = old.make_real_opportunity("Customer", customer.name, self.items[0])
			chain = old.make_chain(sale.name)
		self.commit()
		stamps = {key: document.reload().modified for key, document in chain.items()}
		ledger = frappe.db.count("GL Entry")
		run = self.adopt()

		deal = self.became("Opportunity", sale.name)
		for key in ("quotation", "order", "invoice"):
			document = chain[key].reload()
			self.assertEqual(document.crm_plus_deal, deal.name)
			self.assertEqual([row.crm_plus_deal for row in document.items], [deal.name])
			self.assertEqual(get_datetime(document.modified), get_datetime(stamps[key]))
		self.assertEqual(frappe.db.count("GL Entry"), ledger)
		total = flt(chain["invoice"].base_rounded_total or chain["invoice"].base_grand_total)
		amounts = (deal.quoted_amount, deal.ordered_amount, deal.invoiced_amount, deal.paid_amount)
		self.assertEqual(amounts, (total,) * 4)
		self.assertEqual((deal.billing_status, deal.outstanding_amount), ("Paid", 0))
		self.assertEqual(
			frappe.db.get_value("Customer Profile", deal.customer_profile, "lifecycle_stage"), "Active"
		)
		self.assertIn(chain["invoice"].name, deal.followed_documents)

		self.undo(run)
		for key in ("quotation", "order", "invoice"):
			document = chain[key].reload()
			self.assertFalse(document.crm_plus_deal)
			self.assertEqual(get_datetime(document.modified), get_datetime(stamps[key]))
		self.assertFalse(frappe.db.exists("Deal", deal.name))

	def test_records_of_one_party_become_one_profile(self) -> None:
		with old.before_crm_plus():
			lead = old.make_real_lead()
			prospect = old.make_prospect(lead)
			colleague = old.make_real_lead()
			prospect.append("leads", {"lead": colleague.name})
			prospect.save()
			bought = old.make_real_lead()
			customer = make.make_customer(lead_name=bought.name)
		self.commit()
		self.adopt()

		profile = self.became("Prospect", prospect.name)
		joined = {self.became("Lead", lead.name).name, self.became("Lead", colleague.name).name}
		self.assertIn(profile.name, joined)
		other = next(name for name in joined if name != profile.name)
		self.assertEqual(frappe.db.get_value("Customer Profile", other, "organization"), profile.name)
		merged = self.became("Customer", customer.name)
		self.assertEqual(self.became("Lead", bought.name).name, merged.name)
		self.assertEqual((merged.erpnext_customer, merged.erpnext_lead), (customer.name, bought.name))

	def test_a_sale_without_its_party_is_skipped_and_tried_again(self) -> None:
		leads, sales = self.past(1, 1)
		frappe.db.set_value("Opportunity", sales[0], "party_name", "CRM-LEAD-GONE")
		self.commit()
		run = self.adopt()
		self.assertFalse(frappe.db.exists("Adoption Entry", {"source_name": sales[0], "action": "Created"}))
		reasons = adoption_report.reconcile(run)["reasons"]
		found = [
			row for row in reasons if row["source_doctype"] == "Opportunity" and row["action"] == "Skipped"
		]
		self.assertEqual(found[0]["reason"], "no_party")
		frappe.db.set_value("Opportunity", sales[0], "party_name", leads[0])
		self.commit()
		self.adopt()
		self.assertEqual(self.became("Opportunity", sales[0]).doctype, "Deal")

	def test_two_leads_of_one_address_in_one_batch_are_both_taken(self) -> None:
		leads = old.make_leads(2, self.owners)
		address = frappe.db.get_value("Lead", leads[0], "email_id")
		frappe.db.set_value("Lead", leads[1], "email_id", address)
		self.commit()
		self.assertEqual(self.status(self.adopt()), "Finished")
		first, second = (self.became("Lead", lead) for lead in leads)
		self.assertNotEqual(first.name, second.name)
		self.assertEqual((first.email, second.email), (address, address))
