"""Outreach before it leaves: who gets it, who does not, and what it may say."""

import json

import frappe

from crm_plus.api import outreach as api
from crm_plus.jobs import outreach as job
from crm_plus.tests import factories_teams
from crm_plus.tests.factories import unique
from crm_plus.tests.factories_customers import email
from crm_plus.tests.factories_outreach import make_outreach, make_people, make_segment, recipients
from crm_plus.tests.mail_server import flush, outgoing_account
from crm_plus.tests.outreach_case import MANAGER, OutreachCase
from crm_plus.tests.request_case import user_with
from crm_plus.workflows import outreach_sending
from crm_plus.workflows.outreaches import NotReleased


class TestOutreach(OutreachCase):
	def test_everybody_gets_one_mail_of_his_own(self) -> None:
		outreach = self.outreach(3)
		with outgoing_account() as mailbox:
			self.assertEqual(self.let_go(outreach), 3)
			self.assertEqual((self.status(outreach), mailbox.envelopes), ("Sending", []))
			job.send()
			self.assertEqual(self.status(outreach), "Sent")
			flush()
			self.assertEqual(len(mailbox.envelopes), 3)
			for person in self.people:
				(mail,) = mailbox.sent_to(person.email)
				self.assertEqual(mail["To"], person.email)
				self.assertIsNone(mail["Cc"])
				self.assertEqual(mail["Subject"], f"News for {person.full_name}")
				page = mail.get_body(("html",)).get_content()
				self.assertIn(f"Dear {person.full_name},", page)
				self.assertIn("crm_plus.api.outreach.opt_out?token=", page)
			self.assertTrue(all(len(receivers) == 1 for receivers, _mail in mailbox.envelopes))
			job.send()
			flush()
			self.assertEqual(len(mailbox.envelopes), 3, "the job again")

	def test_who_is_left_out_and_why(self) -> None:
		outreach = self.outreach(1)
		same, gone, quiet, none, bad = make_people(5, self.mark)
		frappe.db.set_value("Customer Profile", same.name, "email", self.people[0].email.upper())
		gone.update({"no_outreach": 1}).save()
		quiet.update({"do_not_contact": 1}).save()
		frappe.db.set_value("Customer Profile", none.name, "email", None)
		frappe.db.set_value("Customer Profile", bad.name, "email", "a@b.com\nBcc: c@d.com")
		self.assertEqual(self.let_go(outreach), 1)
		rows = recipients(outreach.name)
		found = {person.name: rows[person.name].reason for person in (same, gone, quiet, none, bad)}
		self.assertEqual(
			found,
			{
				**{same.name: "Same E-mail", gone.name: "Opted Out", quiet.name: "Opted Out"},
				**{none.name: "No E-mail", bad.name: "Invalid E-mail"},
			},
		)
		self.assertEqual({row.email for row in rows.values()}, {self.people[0].email, None})

	def test_an_address_that_opted_out_in_another_profile_is_left_out(self) -> None:
		outreach = self.outreach(2)
		address = self.people[0].email
		other = make_people(1, unique("Elsewhere"))[0]
		frappe.db.set_value("Customer Profile", other.name, {"email": address, "no_outreach": 1})
		frappe.get_doc(
			{"doctype": "Email Unsubscribe", "email": self.people[1].email, "global_unsubscribe": 1}
		).insert()
		with self.assertRaisesRegex(NotReleased, "Nobody"):
			self.let_go(outreach)

	def test_only_profiles_that_the_author_may_read(self) -> None:
		outreach = self.outreach(2)
		agent = user_with("Sales User")
		factories_teams.show("Private")
		factories_teams.make_team([self.marketer])
		factories_teams.make_team([agent])
		frappe.db.set_value("Customer Profile", self.people[0].name, "profile_owner", agent)
		self.assertEqual(self.let_go(outreach, "Administrator"), 1, "whoever presses the button")
		self.assertEqual(set(recipients(outreach.name)), {self.people[1].name})

	def test_conditions_on_what_the_author_may_not_read(self) -> None:
		segment = make_segment(conditions=[["email", "like", "%@example.com"]])
		with self.as_user(self.marketer):
			outreach = make_outreach(segment.name)
			self.assertRaisesRegex(frappe.PermissionError, "E-mail", api.send, outreach.name)
		self.assertRaisesRegex(frappe.PermissionError, "E-mail", api.send, outreach.name)

	def test_an_empty_segment(self) -> None:
		with self.as_user(self.marketer):
			outreach = make_outreach(make_segment(self.mark).name)
			self.assertRaisesRegex(NotReleased, "Nobody would get this", api.send, outreach.name)
		self.assertEqual(self.status(outreach), "Draft")

	def test_what_was_released_changes_no_more(self) -> None:
		outreach = self.outreach(1)
		self.let_go(outreach)
		for values in ({"subject": "Other"}, {"message": "Other"}, {"segment": make_segment(self.mark).name}):
			with self.subTest(values), self.as_user(self.marketer):
				doc = frappe.get_doc("Outreach", outreach.name).update(values)
				self.assertRaises(NotReleased, doc.save)
		with self.as_user(self.marketer):
			self.assertRaises(NotReleased, frappe.delete_doc, "Outreach", outreach.name)
			title = frappe.get_doc("Outreach", outreach.name).update({"title": "Another name"}).save()
		self.assertEqual(title.status, "Sending")
		self.assertRaises(NotReleased, self.let_go, outreach)

	def test_nobody_sends_by_typing(self) -> None:
		outreach = self.outreach(1)
		typed = {"status": "Sending", "released_by": "Administrator", "author": "Administrator"}
		with self.as_user(self.marketer):
			outreach.update(typed).save()
			frappe.client.set_value("Outreach", outreach.name, "status", "Sending")
			copy = make_outreach(outreach.segment, **typed)
		for name in (outreach.name, copy.name):
			stored = frappe.db.get_value("Outreach", name, ["status", "released_by", "author"])
			self.assertEqual(stored, ("Draft", None, self.marketer))
		job.send()
		outreach_sending.send_batch(outreach.name, 10)
		self.assertEqual((self.status(outreach), recipients(outreach.name)), ("Draft", {}))
		with self.as_user(self.marketer), self.assertRaises(frappe.PermissionError):
			row = {
				"doctype": "Outreach Recipient",
				"outreach": outreach.name,
				"email": email(),
				"status": "Waiting",
			}
			frappe.client.insert(json.dumps(row))

	def test_a_text_reaches_nothing_but_the_receiver(self) -> None:
		for text in (
			*(
				"{{ frappe }}",
				"{{ frappe.db.get_value('User', 'Administrator', 'api_key') }}",
				"{{ doc.email }}",
			),
			*(
				"{% for x in [1] %}x{% endfor %}",
				"{{ full_name.__class__ }}",
				"{{ full_name | length }}",
				"{{ email }}",
			),
			"{{ full_name",
		):
			for field in ("subject", "message"):
				with (
					self.subTest(text, field=field),
					self.assertRaisesRegex(frappe.ValidationError, "full_name"),
				):
					self.outreach(0, **{field: f"Dear {text}"})

	def test_what_stands_in_a_profile_is_text(self) -> None:
		outreach = self.outreach(
			1, message='<p>{{ full_name }} {{ territory or "everywhere" }}</p><script>x()</script>'
		)
		self.people[0].db_set("full_name", "<img src=x onerror=alert(1)>\r\nBcc: a@b.com {{ frappe }}")
		with outgoing_account() as mailbox:
			self.let_go(outreach)
			job.send()
			flush()
			(mail,) = mailbox.sent_to(self.people[0].email)
			page = mail.get_body(("html",)).get_content()
		self.assertIn("&lt;img src=", page)
		self.assertNotIn("<img", page)
		self.assertIn("everywhere", page)
		self.assertNotIn("<script>x()", page)
		self.assertIsNone(mail["Bcc"])

	def test_a_sender_that_is_somebody_elses(self) -> None:
		outreach = self.outreach(1)
		with outgoing_account(default_outgoing=0) as _mailbox:
			account = frappe.get_all(
				"Email Account", {"smtp_server": "127.0.0.1"}, pluck="name", order_by="creation desc"
			)[0]
			factories_teams.bare(
				"User Email",
				parent="Administrator",
				parenttype="User",
				parentfield="user_emails",
				email_account=account,
			)
			with (
				self.as_user(self.marketer),
				self.assertRaisesRegex(frappe.ValidationError, "cannot send from"),
			):
				outreach.update({"email_account": account}).save()
			frappe.db.delete("User Email", {"email_account": account})
			with self.as_user(self.marketer):
				frappe.get_doc("Outreach", outreach.name).update({"email_account": account}).save()


class TestProgress(OutreachCase):
	def test_each_reader_counts_what_he_may_see(self) -> None:
		outreach = self.outreach(3)
		self.let_go(outreach)
		agent, manager = user_with("Sales User"), user_with(MANAGER)
		self.assertEqual(api.progress(outreach.name), [{"status": "Waiting", "reason": None, "count": 3}])
		factories_teams.show("Private")
		factories_teams.make_team([], [manager])
		factories_teams.make_team([agent])
		frappe.db.set_value("Customer Profile", self.people[0].name, "profile_owner", agent)
		with self.as_user(manager):
			self.assertEqual(api.progress(outreach.name), [{"status": "Waiting", "reason": None, "count": 2}])
			rows = frappe.get_list(
				"Outreach Recipient", {"outreach": outreach.name}, pluck="customer_profile"
			)
			self.assertEqual(set(rows), {person.name for person in self.people[1:]})
			hidden = recipients(outreach.name)[self.people[0].name].name
			self.assertFalse(frappe.has_permission("Outreach Recipient", "read", doc=hidden))
		with self.as_user(agent):
			self.assertRaises(frappe.PermissionError, api.progress, outreach.name)
