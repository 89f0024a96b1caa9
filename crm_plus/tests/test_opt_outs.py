"""Opting out: by the link in a mail, once pressed and not merely opened; for the address, in every profile, for good."""

from typing import Any
from urllib.parse import parse_qs, urlparse

import frappe

from crm_plus.jobs import outreach as job
from crm_plus.tests.factories import unique
from crm_plus.tests.factories_customers import email
from crm_plus.tests.factories_outreach import make_people, recipients
from crm_plus.tests.mail_server import outgoing_account
from crm_plus.tests.outreach_case import OutreachCase
from crm_plus.tests.request_case import RequestCase
from crm_plus.workflows import opt_outs

PATH = "crm_plus.api.outreach.opt_out"


class TestOptOut(OutreachCase, RequestCase):
	def sent(self) -> Any:
		"""Return the recipient of an outreach to one person that was sent."""
		outreach = self.outreach(1)
		with outgoing_account():
			self.let_go(outreach)
			job.send()
		self.commit()
		return recipients(outreach.name)[self.people[0].name]

	def ask(self, token: str, method: str) -> tuple[int, str]:
		status, page = self.call(PATH, {"token": token}, method=method)
		self.commit()  # nothing to write: the next reading sees what the request wrote
		return status, str(page)

	def choice(self, profile: str) -> int:
		return frappe.db.get_value("Customer Profile", profile, "no_outreach")

	def test_opening_the_link_asks_and_the_button_opts_out(self) -> None:
		row = self.sent()
		token = parse_qs(urlparse(opt_outs.link_for(row.name)).query)["token"][0]
		twin = make_people(1, unique("Mark"))[0]
		frappe.db.set_value("Customer Profile", twin.name, "email", row.email)
		self.commit()
		status, page = self.ask(token, "GET")
		self.assertEqual(status, 200)
		self.assertIn('method="post"', page)
		self.assertNotIn(row.email, page)
		self.assertNotIn(self.people[0].full_name, page)
		self.assertEqual(self.choice(row.customer_profile), 0, "mail scanners open links")
		for _time in range(2):
			status, page = self.ask(token, "POST")
			self.assertEqual(status, 200)
			self.assertNotIn(row.email, page)
		self.assertEqual((self.choice(row.customer_profile), self.choice(twin.name)), (1, 1))
		self.assertTrue(frappe.db.get_value("Customer Profile", row.customer_profile, "opted_out_on"))
		self.assertTrue(frappe.db.get_value("Outreach Recipient", row.name, "opted_out_on"))
		history = {
			"ref_doctype": "Customer Profile",
			"docname": row.customer_profile,
			"data": ["like", "%no_outreach%"],
		}
		self.assertEqual(frappe.db.count("Version", history), 1)

	def test_a_token_that_is_not_ours_tells_and_does_nothing(self) -> None:
		row = self.sent()
		token = opt_outs.token_for(row.name)
		pages = set()
		for bent in (
			"",
			"x",
			row.name,
			f"{row.name}-",
			token[:-1],
			token + "0",
			f"{'0' * 16}-{token[17:]}",
			"é-é",
			"-" * 500,
		):
			for method in ("GET", "POST"):
				with self.subTest(bent, method=method):
					status, page = self.ask(bent, method)
					self.assertEqual(status, 404)
					pages.add(page)
		self.assertEqual(self.choice(row.customer_profile), 0)
		status, _page = self.ask(opt_outs.token_for("0" * 16), "POST")
		self.assertEqual(status, 200, "a mail that is gone is told from none")

	def test_a_new_profile_with_the_address_begins_with_the_choice(self) -> None:
		row = self.sent()
		opt_outs.opt_out(row.name)
		frappe.delete_doc("Customer Profile", row.customer_profile, force=True)
		again = make_people(1, self.mark, email=row.email)[0]
		self.assertEqual(self.choice(again.name), 1)
		other = make_people(1, self.mark)[0]
		self.assertEqual(self.choice(other.name), 0)
		other.update({"email": row.email}).save()
		self.assertEqual(self.choice(other.name), 1, "an address that comes later")
		other.update({"no_outreach": 0}).save()
		self.assertEqual((other.no_outreach, other.opted_out_on), (0, None), "he has changed his mind")

	def test_when_somebody_ticks_it(self) -> None:
		person = make_people(1, self.mark)[0]
		person.update({"opted_out_on": "2001-01-01 00:00:00"}).save()
		self.assertIsNone(person.opted_out_on)
		person.update({"no_outreach": 1}).save()
		self.assertEqual(person.opted_out_on.date(), frappe.utils.getdate())

	def test_what_frappe_and_erpnext_know_of_counts(self) -> None:
		left, contact, stays = email(), email(), email()
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": left, "global_unsubscribe": 1}).insert()
		frappe.get_doc(
			{
				**{"doctype": "Contact", "first_name": unique("Contact"), "unsubscribed": 1},
				"email_ids": [{"email_id": contact, "is_primary": 1}],
			}
		).insert()
		self.assertEqual(opt_outs.unwanted([left.upper(), contact, stays, ""]), {left, contact})

	def test_it_is_limited(self) -> None:
		self.ask("x", "GET")
		(counter,) = frappe.cache.get_keys(f"rl:{PATH}")
		frappe.cache.set(counter, 120)
		status, _page = self.ask("x", "GET")
		frappe.cache.delete(counter)
		self.assertEqual(status, 429)
