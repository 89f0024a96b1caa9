"""What is held on one person is given and erased by Frappe's own requests, from the first press to the last step."""

import json
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.form.assign_to import add as assign

from crm_plus.api import personal_data as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_customers import email
from crm_plus.tests.factories_interactions import captured, make_interaction, make_mail
from crm_plus.tests.factories_teams import bare
from crm_plus.tests.request_case import user_with
from crm_plus.workflows import personal_data, personal_records


class PersonalDataCase(CRMPlusTestCase):
	def forget_account(self, account: str) -> None:
		frappe.db.delete("Email Account", {"name": account})
		frappe.local.outgoing_email_account = {}
		frappe.db.commit()  # as what made it stay

	def setUp(self) -> None:
		super().setUp()
		outgoing = {"enable_outgoing": 1, "default_outgoing": 1, "smtp_server": "localhost"}
		account = bare("Email Account", email_id=email(), awaiting_password=1, **outgoing).name
		# Erasing commits: what is left sends the mails of the tests that follow, which commits theirs.
		self.addCleanup(self.forget_account, account)
		self.address = email()
		self.secret = f"is afraid of {frappe.generate_hash(length=8)}"
		self.name = f"Ada {frappe.generate_hash(length=8)}"
		frappe.flags.in_import = True  # else Frappe lets only so many users be made in an hour
		values = {"send_welcome_email": 0, "user_type": "Website User", "enabled": 1}
		factories.make("User", email=self.address, first_name=self.name, **values)
		frappe.flags.in_import = False
		self.profile = factories.make_profile(
			**{"profile_type": "Person", "full_name": self.name, "email": self.address},
			**{"notes": self.secret, "preferences": self.secret, "phone": "+49 1512 3456789"},
		)
		self.profile.append("social_links", {"platform": "Website", "url": "https://ada.example"})
		self.profile.notes = f"{self.secret} and cats"
		self.profile.save(ignore_version=False)
		self.deal = self.make_deal()
		about = {"customer_profile": self.profile.name}
		self.talk = make_interaction(
			**about, subject=f"Call {self.name}", summary=f"<p>She {self.secret}</p>"
		)
		self.talk.summary = f"<p>She {self.secret}, really</p>"
		self.talk.save(ignore_version=False)
		self.promise = factories.make(
			"Follow Up",
			**about,
			subject=f"Ask {self.name}",
			description=self.secret,
			due_on="2090-01-01 10:00:00",
		)
		self.meeting = make_interaction(**about, subject=self.name, status="Planned", starts_on="2090-01-01")
		self.beside()

	def make_deal(self) -> Any:
		deal = factories.make_deal(
			**{"title": f"Boat for {self.name}", "customer_profile": self.profile.name, "amount": 4711},
			**{"next_step": f"Write to {self.address.upper()}"},
		)
		deal.description = f"<p>{self.name} wants red</p>"
		deal.save(ignore_version=False)
		return deal

	def beside(self) -> None:
		"""Put something of each kind beside the person's records, and one interaction of others with her."""
		self.profile.add_comment("Comment", f"She {self.secret}")
		self.deal.add_comment("Comment", f"{self.name} called")
		assign(
			{
				"doctype": "Deal",
				"name": self.deal.name,
				"assign_to": ["Administrator"],
				"description": self.name,
			}
		)
		waiting = make_mail(sender="other@else.example")
		captured(waiting)
		self.tray = frappe.db.get_value("Unmatched Mail", {"source_name": waiting.name})
		frappe.db.set_value("Unmatched Mail", self.tray, {"address": self.address, "subject": self.secret})
		values = {"reference_doctype": "Follow Up", "reference_name": self.promise.name, "status": "Sent"}
		bare("Reminder Delivery", user="Administrator", channel="Email", subject=self.secret, **values)
		self.file = factories.make(
			"File",
			**{"file_name": "cv.txt", "content": self.secret, "is_private": 1},
			**{"attached_to_doctype": "Customer Profile", "attached_to_name": self.profile.name},
		).name
		self.mailed = bare(
			"Outreach Recipient", customer_profile=self.profile.name, email=self.address, status="Sent"
		).name
		self.shared = make_interaction(
			subject=f"Round table with {self.name}",
			summary="<p>The others were content</p>",
			participants=[{"email": self.address, "full_name": self.name}],
		)

	def everything(self) -> str:
		"""Return all that our tables, and Frappe's beside them, hold: what is not to be found must be nowhere in it."""
		ours = frappe.get_all("DocType", {"module": "CRM Plus", "issingle": 0, "is_virtual": 0}, pluck="name")
		more = ["Comment", "Version", "ToDo", "Event", "File", "Notification Log", "Deleted Document"]
		more += ["Tag Link", "Event Participants", "Communication Link"]
		found = []
		for doctype in (*ours, *more, "Contact", "Contact Email"):
			for row in frappe.get_all(doctype, fields=["*"]):
				if doctype == "Comment" and row.reference_doctype not in ours:
					continue  # Frappe's own words on what it has renamed
				for field, value in row.items():
					text = str(value).lower()
					if any(word.lower() in text for word in (self.name, self.address, self.secret)):
						found.append(f"{doctype}.{field}: {text[:80]}")
		return "\n".join(found)


class TestGiving(PersonalDataCase):
	def test_the_file_that_frappe_makes_holds_what_hangs_on_the_profile(self) -> None:
		request = factories.make("Personal Data Download Request", user=self.address, user_name=self.name)
		where = {"attached_to_doctype": request.doctype, "attached_to_name": request.name}
		(file,) = frappe.get_all("File", where, pluck="name")
		given = json.loads(frappe.get_doc("File", file).get_content())
		rows = {row["record"]: row["held"] for row in given["Held Personal Data"]}
		for record in (self.profile, self.deal, self.talk, self.promise, self.meeting):
			self.assertIn(record.name, rows)
		self.assertIn(self.secret, rows[self.talk.name]["summary"])
		self.assertEqual(rows[self.deal.name]["amount"], 4711)
		self.assertIn(self.tray, rows)
		self.assertEqual(rows[self.mailed]["email"], self.address)
		self.assertEqual([row["name"] for row in given["Customer Profile"]], [self.profile.name])

	def test_nothing_of_others(self) -> None:
		self.assertEqual(personal_records.held(email()), [])
		self.assertNotIn(self.shared.name, [row["record"] for row in personal_records.held(self.address)])


class TestErasing(PersonalDataCase):
	def erase_by_frappe(self) -> Any:
		"""Go the way of Frappe: the person asks, confirms the mail, and a System Manager presses the button."""
		request = factories.make("Personal Data Deletion Request", email=self.address)
		request.status = "Pending Approval"
		request.save()
		request.trigger_data_deletion()
		return request

	def test_no_word_of_the_person_is_left_and_the_ledgers_are(self) -> None:
		stages = frappe.get_all("Stage Change", {"reference_name": self.deal.name}, pluck="to_stage")
		self.assertIn(self.secret, self.everything())
		request = self.erase_by_frappe()
		self.assertEqual(frappe.db.get_value(request.doctype, request.name, "status"), "Deleted")
		self.assertEqual(self.everything(), "")
		kept = frappe.db.get_value(
			"Deal", self.deal.name, ["amount", "title", "customer_profile"], as_dict=True
		)
		self.assertEqual((kept.amount, kept.customer_profile), (4711, self.profile.name))
		self.assertEqual(kept.title, "Boat for [REDACTED]")
		self.assertEqual(
			frappe.get_all("Stage Change", {"reference_name": self.deal.name}, pluck="to_stage"), stages
		)
		shared = frappe.get_doc("Interaction", self.shared.name)
		self.assertEqual(shared.subject, "Round table with [REDACTED]")
		self.assertIn("The others were content", shared.summary)
		self.assertFalse(frappe.db.exists("File", self.file))

	def test_a_person_without_a_user_in_another_spelling_and_a_second_time(self) -> None:
		frappe.db.delete("User", {"name": self.address})
		personal_data.erase(self.address.upper())
		personal_data.erase(self.address)
		left = frappe.get_doc("Customer Profile", self.profile.name)
		self.assertEqual(
			(left.full_name, left.email, left.phone, left.notes), ("[REDACTED]", None, None, None)
		)
		self.assertEqual(left.social_links, [])
		self.assertNotIn(self.secret, self.everything())

	def test_from_the_profile_for_who_has_no_login(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "has a login"):
			api.erase(self.profile.name)
		frappe.db.delete("User", {"name": self.address})
		contact = frappe.db.get_value("Contact", {"email_id": self.address})
		frappe.db.set_value("Contact", contact, "user", None)
		self.assertTrue(contact)
		self.assertIn(self.secret, frappe.as_json(api.held(self.profile.name)))
		api.erase(self.profile.name)
		self.assertFalse(frappe.db.exists("Contact", contact))
		self.assertEqual(self.everything(), "")
		self.assertNotIn(self.secret, frappe.as_json(api.held(self.profile.name)))

	def test_a_person_whom_several_records_of_frappes_and_erpnexts_keep(self) -> None:
		frappe.db.delete("User", {"name": self.address})
		frappe.db.set_value("Contact", {"email_id": self.address}, "user", None)
		self.profile.add_tag(self.name)
		self.deal.add_tag("boats")
		guests = {"reference_doctype": "Customer Profile", "reference_docname": self.profile.name}
		dates = {"starts_on": "2090-01-01 10:00:00", "event_participants": [guests]}
		factories.make("Event", subject=f"Tea with {self.name}", **dates)
		gone = {"deleted_doctype": "Interaction", "data": json.dumps({"customer_profile": self.profile.name})}
		gone = bare("Deleted Document", **gone).name
		known = factories.make(
			"Lead", lead_name=self.name, email_id=self.address, mobile_no="+49 1512 3456789"
		)
		other = factories.make("Contact", first_name=self.name, email_ids=[{"email_id": self.address}])
		queued = bare("Email Queue", message=self.name, status="Sent").name
		bare("Email Queue Recipient", parent=queued, parenttype="Email Queue", recipient=self.address)
		found = frappe.generate_hash(length=12)
		frappe.db.sql(
			"insert into `__global_search` (doctype, name, content) values ('Event', %s, %s)",
			(found, f"Tea with {self.name}"),
		)
		sent = make_mail(sender=self.address, sender_full_name=self.name.replace(" ", ""))
		api.erase(self.profile.name)
		self.assertEqual(self.everything(), "")
		self.assertFalse(frappe.db.exists("Contact", other.name))
		self.assertFalse(frappe.db.exists("Email Queue", queued))
		self.assertEqual(frappe.db.get_value("Deleted Document", gone, "data"), "{}")
		left = (
			frappe.get_doc("Lead", known.name).as_json()
			+ frappe.get_doc("Communication", sent.name).as_json()
		)
		for word in (self.name, self.name.replace(" ", ""), self.address, "3456789"):
			self.assertNotIn(word, left)
		searched = frappe.db.sql("select name from `__global_search` where name = %s", found)
		self.assertEqual(searched, ())
		self.assertEqual(frappe.get_all("Tag Link", {"document_name": self.profile.name}), [])

	def test_who_opted_out_is_not_written_to_when_he_comes_back(self) -> None:
		frappe.db.set_value("Outreach Recipient", self.mailed, "opted_out_on", "2026-01-01 10:00:00")
		for _time in range(2):
			personal_data.erase(self.address)
		kept = frappe.db.get_value("Outreach Recipient", self.mailed, "email")
		self.assertTrue(kept and self.address.split("@")[0] not in kept, kept)
		person = {"profile_type": "Person", "full_name": "Somebody"}
		again = factories.make_profile(**person, email=self.address.upper())
		self.assertEqual(again.no_outreach, 1)
		self.assertEqual(factories.make_profile(**person, email=email()).no_outreach, 0)

	def test_others_are_refused(self) -> None:
		firm = factories.make_profile().name
		with self.assertRaisesRegex(frappe.ValidationError, "no person"):
			api.held(firm)
		with self.as_user(user_with("Sales Manager")):
			for function in (api.held, api.erase):
				self.assertRaises(frappe.PermissionError, function, self.profile.name)

	def test_an_organization_with_the_address_loses_that_alone(self) -> None:
		firm = factories.make_profile(full_name=factories.unique("Firm"), notes="Good payer")
		firm.db_set("email", self.address)
		personal_data.erase(self.address)
		left = frappe.get_doc("Customer Profile", firm.name)
		self.assertEqual((left.full_name, left.email), (firm.full_name, None))
		self.assertIn("Good payer", left.notes)

	def test_a_fault_stops_frappes_deletion_too(self) -> None:
		fault = patch("crm_plus.workflows.personal_data._redact_history", side_effect=ZeroDivisionError)
		with fault, self.assertRaises(ZeroDivisionError):
			self.erase_by_frappe()
