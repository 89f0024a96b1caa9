"""Approving and rejecting by the links in Frappe's mail: whom they reach, what they do, and that they cannot be bent."""

import re
from concurrent.futures import ThreadPoolExecutor
from email import message_from_string
from typing import Any

import frappe
from werkzeug.test import Client

from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, REJECTED
from crm_plus.tests.connection import site_name
from crm_plus.tests.factories_customers import email
from crm_plus.tests.factories_teams import bare, make_team, no_teams, show
from crm_plus.tests.request_case import user_with
from crm_plus.tests.test_deal_approval import MANAGER, ApprovalCase
from crm_plus.workflows.deal_approval import WORKFLOW

LINK = re.compile(r'href="([^"]+workflow_action\.(?:apply|confirm)_action[^"]+)"')


class TestApprovalByMail(ApprovalCase):
	def setUp(self) -> None:
		super().setUp()
		outgoing = {"enable_outgoing": 1, "default_outgoing": 1, "smtp_server": "localhost"}
		self.account = bare("Email Account", email_id=email(), awaiting_password=1, **outgoing).name
		# As HTML the deal's print needs no web server, as which tests do not serve.
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 0)
		frappe.db.set_value("Workflow", WORKFLOW, "send_email_alert", 1)
		frappe.clear_document_cache("Workflow", WORKFLOW)
		self.addCleanup(self.forget)
		no_teams()
		self.commit()

	def forget(self) -> None:
		"""Let the site mail nothing again."""
		frappe.set_user("Administrator")
		frappe.db.delete("Email Account", {"name": self.account})
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 1)
		no_teams()
		show("Everyone")
		self.commit()

	def mail(self, user: str, deal: Any) -> dict[str, str]:
		"""Return the links of the newest mail about a deal to a user, by their action; {} where there is none."""
		mine = frappe.get_all("Email Queue Recipient", {"recipient": user}, pluck="parent")
		about = {"reference_name": deal.name, "name": ["in", mine or [""]]}
		for queued in frappe.get_all(
			"Email Queue", about, pluck="message", order_by="creation desc", limit=1
		):
			for part in message_from_string(queued).walk():
				if part.get_content_type() == "text/html" and not part.get_filename():
					return self.links(part.get_payload(decode=True).decode())
		return {}

	def links(self, page: str) -> dict[str, str]:
		found = (link.replace("&amp;", "&") for link in LINK.findall(page))
		return {re.search(r"action=(\w+)", link)[1]: link for link in found}

	def follow(self, link: str) -> str:
		"""Open a link as somebody who is not logged in; returns the page."""
		from frappe.app import application

		path = "/" + link.split("://", 1)[-1].split("/", 1)[1]
		headers = {"X-Frappe-Site-Name": site_name()}
		with ThreadPoolExecutor(1) as elsewhere:
			answer = elsewhere.submit(lambda: Client(application).get(path, headers=headers)).result()
		self.commit()  # nothing to write: the next reading sees what the request wrote
		return answer.get_data(as_text=True)

	def state(self, deal: Any) -> Any:
		return frappe.db.get_value("Deal", deal.name, ["approval_state", "approved_by"])

	def test_two_links_and_each_does_what_it_says(self) -> None:
		for action, state in (("Approve", APPROVED), ("Reject", REJECTED)):
			with self.subTest(action):
				deal = self.step(self.deal(25), "Request Approval", self.agent)
				self.commit()
				links = self.mail(self.manager, deal)
				self.assertLessEqual({"Approve", "Reject"}, set(links))
				(confirm,) = self.links(self.follow(links[action])).values()
				self.assertEqual(self.state(deal)[0], PENDING, "a mail program may open links by itself")
				self.follow(confirm)
				self.assertEqual(self.state(deal)[0], state)
		self.assertEqual(frappe.db.get_value("Deal", deal.name, "approved_by"), None)

	def test_the_manager_whose_link_it_was_has_approved(self) -> None:
		deal = self.step(self.deal(25), "Request Approval", self.agent)
		self.commit()
		self.follow(self.links(self.follow(self.mail(self.manager, deal)["Approve"]))["Approve"])
		self.assertEqual(self.state(deal), (APPROVED, self.manager))

	def test_a_link_that_somebody_bent_does_nothing(self) -> None:
		deal = self.step(self.deal(25), "Request Approval", self.agent)
		other = self.step(self.deal(28), "Request Approval", self.agent)
		self.commit()
		confirm = self.links(self.follow(self.mail(self.manager, deal)["Approve"]))["Approve"]
		self.follow(confirm.replace(deal.name, other.name))
		self.assertEqual(self.state(other)[0], PENDING)

	def test_a_later_larger_discount_is_mailed_again(self) -> None:
		deal = self.approved(self.deal(25))
		with self.as_user(self.agent):
			deal = frappe.get_doc("Deal", deal.name)
			deal.items[0].discount_percentage = 28
			deal.save()
		self.assertEqual(self.state(deal)[0], DRAFT)
		frappe.db.delete("Email Queue", {"reference_name": deal.name})
		self.step(deal, "Request Approval", self.agent)
		self.assertLessEqual({"Approve", "Reject"}, set(self.mail(self.manager, deal)))

	def test_a_manager_who_may_not_see_the_deal_is_not_written_to(self) -> None:
		show("Private")
		stranger = user_with(MANAGER)
		make_team([self.agent], [self.manager])
		make_team([], [stranger])
		deal = self.step(self.deal(25), "Request Approval", self.agent)
		self.assertTrue(self.mail(self.manager, deal))
		self.assertEqual(self.mail(stranger, deal), {})
