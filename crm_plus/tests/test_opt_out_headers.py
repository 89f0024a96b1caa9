"""The button of a mail program: both headers arrive as they were written, and its one press opts out (RFC 8058)."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any

import frappe
from frappe.core.doctype.communication.email import make
from werkzeug.test import Client

from crm_plus.jobs import outreach as job
from crm_plus.tests.connection import site_name, sites_directory
from crm_plus.tests.factories_outreach import recipients
from crm_plus.tests.mail_server import flush, outgoing_account
from crm_plus.tests.outreach_case import OutreachCase
from crm_plus.workflows import opt_outs

# As a worker does it: with the site's hooks around the job, in a process that knows nothing yet.
WORKER = """
import sys
from frappe.utils.background_jobs import execute_job
arguments = {"doctype": "Email Queue", "name": sys.argv[2], "doc_method": "send"}
execute_job(sys.argv[1], "frappe.utils.background_jobs.run_doc_method", None, "send", arguments)
"""


def as_sent(mail: EmailMessage, name: str) -> list[str]:
	"""Return a header as it came over the wire, undecoded."""
	return [value for header, value in mail.raw_items() if header == name]


class TestOptOutHeaders(OutreachCase):
	def test_they_survive_a_long_address_and_a_worker_of_its_own(self) -> None:
		outreach = self.outreach(1)
		self.addCleanup(frappe.local.conf.pop, "host_name", None)
		frappe.local.conf.host_name = "https://crm-of-a-company-with-a-very-long-name.customers.example.com"
		with outgoing_account() as mailbox:
			self.let_go(outreach)
			job.send()
			self.commit()
			row = recipients(outreach.name)[self.people[0].name]
			link = opt_outs.link_for(row.name)
			command = [sys.executable, "-c", WORKER, site_name(), row.email_queue]
			# Where CI is set, Frappe's workers send nothing.
			like_a_site = {key: value for key, value in os.environ.items() if key != "CI"}
			options = {"cwd": sites_directory(), "env": like_a_site, "timeout": 120}
			subprocess.run(command, check=True, capture_output=True, **options)
			((_receivers, mail),) = mailbox.envelopes
		self.assertEqual(as_sent(mail, "List-Unsubscribe"), [f"<{link}>"])
		self.assertEqual(as_sent(mail, "List-Unsubscribe-Post"), ["List-Unsubscribe=One-Click"])
		self.assertFalse([header for header in mail if header.lower().startswith("x-crm-plus")])

	def test_other_mails_have_none(self) -> None:
		with outgoing_account() as mailbox:
			make(recipients="somebody@example.com", subject="Hello", content="Hello", send_email=1)
			flush()
			((_receivers, mail),) = mailbox.envelopes
		self.assertEqual(as_sent(mail, "List-Unsubscribe"), [])

	def test_one_press_opts_out_without_login_or_question(self) -> None:
		outreach = self.outreach(2)
		self.let_go(outreach)
		self.commit()
		rows = [recipients(outreach.name)[person.name] for person in self.people]
		body = {"List-Unsubscribe": "One-Click"}
		# RFC 8058 allows a form of either kind.
		for row, multipart in zip(rows, (False, True), strict=True):
			kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
			with ThreadPoolExecutor(1) as elsewhere:
				sent = elsewhere.submit(press, opt_outs.link_for(row.name), body, kind)
			self.assertEqual(sent.result(), 200)
			self.commit()
			self.assertEqual(frappe.db.get_value("Customer Profile", row.customer_profile, "no_outreach"), 1)


def press(link: str, body: dict[str, str], kind: str) -> Any:
	"""Send what a mail provider sends for its user: no cookie, no token but the link's; returns the status."""
	from frappe.app import application

	path = "/api/" + link.split("/api/", 1)[1]
	headers = {"X-Frappe-Site-Name": site_name()}
	answer = Client(application).post(path, data=body, content_type=kind, headers=headers)
	answer.close()
	return answer.status_code
