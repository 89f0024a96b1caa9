"""Nothing goes to customers before a manager has released it, where the settings ask for that; on no road."""

import json
from typing import Any

import frappe
from frappe.model.workflow import (
	WorkflowPermissionError,
	WorkflowTransitionError,
	apply_workflow,
	bulk_workflow_approval,
)

from crm_plus.api import outreach as api
from crm_plus.jobs import outreach as job
from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, REJECTED
from crm_plus.tests.factories_outreach import make_outreach, make_segment, recipients
from crm_plus.tests.factories_teams import bare
from crm_plus.tests.outreach_case import MANAGER, MARKETER, OutreachCase
from crm_plus.tests.request_case import user_with
from crm_plus.workflows.outreach_approval import WORKFLOW, OwnApproval
from crm_plus.workflows.outreaches import NotReleased


class ApprovalCase(OutreachCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = user_with(MANAGER)
		self.switch(on=True)

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		self.switch(on=False)
		super().tearDown()

	def switch(self, *, on: bool) -> None:
		settings = frappe.get_doc("CRM Plus Settings")
		settings.outreach_approval = int(on)
		settings.save()
		# Frappe's mail has the outreach's print as PDF, for which a web server is asked that tests do not have.
		frappe.db.set_value("Workflow", WORKFLOW, "send_email_alert", 0)
		frappe.clear_document_cache("Workflow", WORKFLOW)
		self.commit()

	def step(self, outreach: Any, action: str, user: str) -> Any:
		with self.as_user(user):
			return apply_workflow(frappe.get_doc("Outreach", outreach.name), action)

	def approved(self, **values: Any) -> Any:
		outreach = self.outreach(2, **values)
		self.step(outreach, "Request Approval", self.marketer)
		return self.step(outreach, "Approve", self.manager)

	def state(self, outreach: Any) -> Any:
		return frappe.db.get_value("Outreach", outreach.name, ["approval_state", "status"])

	def change(self, outreach: Any, user: str = "", **values: Any) -> Any:
		with self.as_user(user or self.marketer):
			return frappe.get_doc("Outreach", outreach.name).update(values).save()


class TestOutreachApproval(ApprovalCase):
	def test_from_draft_to_the_release(self) -> None:
		outreach = self.outreach(2)
		self.assertEqual(self.state(outreach), (DRAFT, "Draft"))
		with self.assertRaisesRegex(NotReleased, "manager's approval"):
			self.let_go(outreach)
		self.step(outreach, "Request Approval", self.marketer)
		self.assertEqual(self.state(outreach), (PENDING, "Pending Approval"))
		with self.assertRaisesRegex(NotReleased, "manager's approval"):
			self.let_go(outreach)
		outreach = self.step(outreach, "Approve", self.manager)
		self.assertEqual((outreach.status, outreach.approved_by), ("Approved", self.manager))
		self.assertEqual(recipients(outreach.name), {}, "nothing leaves by itself")
		self.assertEqual(self.let_go(outreach), 2)

	def test_rejected_and_asked_again(self) -> None:
		outreach = self.outreach(1)
		self.step(outreach, "Request Approval", self.marketer)
		self.step(outreach, "Reject", self.manager)
		self.assertEqual(self.state(outreach), (REJECTED, "Rejected"))
		self.assertRaises(NotReleased, self.let_go, outreach)
		self.change(outreach, message="Better")
		self.step(outreach, "Request Approval", self.marketer)
		self.step(outreach, "Approve", self.manager)
		self.assertEqual(self.let_go(outreach), 1)

	def test_an_approval_covers_what_was_approved_alone(self) -> None:
		other = make_segment("others").name
		for values in ({"subject": "Other"}, {"message": "Other"}, {"segment": other}):
			with self.subTest(values):
				outreach = self.approved()
				self.change(outreach, title="Another name")
				self.assertEqual(self.state(outreach), (APPROVED, "Approved"), "a title goes to nobody")
				self.change(outreach, **values)
				self.assertEqual(self.state(outreach), (DRAFT, "Draft"))
				self.assertRaises(NotReleased, self.let_go, outreach)

	def test_other_conditions_of_the_segment_take_it_back(self) -> None:
		outreach = self.approved()
		segment = frappe.get_doc("Segment", outreach.segment)
		segment.update({"description": "The same people"}).save()
		self.assertEqual(self.state(outreach)[0], APPROVED)
		segment.update({"conditions": "[]"}).save()
		self.assertEqual(self.state(outreach), (DRAFT, "Draft"))

	def test_a_change_past_the_document_is_found_when_it_is_sent(self) -> None:
		outreach = self.approved()
		frappe.db.set_value("Segment", outreach.segment, "conditions", "[]")
		with self.assertRaisesRegex(NotReleased, "changed after"):
			self.let_go(outreach)
		self.change(outreach)
		self.assertEqual(self.state(outreach), (DRAFT, "Draft"))

	def test_another_name_of_the_segment_changes_nothing(self) -> None:
		outreach = self.approved()
		frappe.rename_doc("Segment", outreach.segment, f"{outreach.segment} renamed")
		self.assertEqual(self.let_go(outreach), 2)

	def test_nobody_approves_what_he_wrote(self) -> None:
		both = user_with(MARKETER, MANAGER)
		with self.as_user(both):
			outreach = make_outreach(make_segment(self.mark).name)
		self.step(outreach, "Request Approval", both)
		with self.assertRaisesRegex(frappe.ValidationError, "Self approval"):
			self.step(outreach, "Approve", both)
		# Somebody else's, which he has changed.
		outreach = self.outreach(1)
		self.step(outreach, "Request Approval", self.marketer)
		self.change(outreach, user=both, message="Mine")
		self.assertRaises(OwnApproval, self.step, outreach, "Approve", both)
		with self.as_user(both):
			changed = frappe.get_doc("Outreach", outreach.name)
			changed.update({"message": "In one go", "approval_state": APPROVED})
			self.assertRaises(OwnApproval, changed.save)
		self.assertEqual(self.state(outreach)[0], PENDING)
		self.step(outreach, "Approve", self.manager)

	def test_unless_the_workflow_allows_it(self) -> None:
		both = user_with(MARKETER, MANAGER)
		approve = {"parent": WORKFLOW, "action": "Approve"}
		frappe.db.set_value("Workflow Transition", approve, "allow_self_approval", 1)
		frappe.clear_document_cache("Workflow", WORKFLOW)
		self.addCleanup(frappe.clear_document_cache, "Workflow", WORKFLOW)
		with self.as_user(both):
			outreach = make_outreach(make_segment(self.mark).name)
		self.step(outreach, "Request Approval", both)
		self.assertEqual(self.step(outreach, "Approve", both).status, "Approved")

	def test_the_gate_holds_on_every_road(self) -> None:
		outreach = self.outreach(2)
		self.commit()  # a bulk edit that fails undoes what is not
		# Another than who wrote it: the Workflow alone stands in the way.
		with self.as_user(user_with(MARKETER, "Support Team")):
			for values in ({"approval_state": APPROVED}, {"status": "Approved"}, {"status": "Sending"}):
				for road in (self.by_form, self.by_client, self.by_bulk_edit):
					try:
						road(outreach.name, values)
					except (frappe.PermissionError, frappe.ValidationError):
						frappe.clear_messages()
			self.assertRaises(
				WorkflowTransitionError, apply_workflow, frappe.get_doc("Outreach", outreach.name), "Approve"
			)
			bulk_workflow_approval(json.dumps([outreach.name]), "Outreach", "Approve")
			forged = {"approved_by": self.manager, "approved_content": "x", "approved_on": "2026-01-01"}
			with self.assertRaises(WorkflowPermissionError):
				make_outreach(outreach.segment, approval_state=APPROVED, **forged)
			copy = make_outreach(outreach.segment, **forged, status="Approved")
		job.send()
		for name in (outreach.name, copy.name):
			stored = frappe.db.get_value("Outreach", name, ["approval_state", "status", "approved_by"])
			self.assertEqual(stored, (DRAFT, "Draft", None))
			self.assertRaises(NotReleased, api.send, name)
			self.assertEqual(recipients(name), {})

	def by_form(self, name: str, values: dict[str, Any]) -> None:
		frappe.get_doc("Outreach", name).update(values).save()

	def by_client(self, name: str, values: dict[str, Any]) -> None:
		frappe.client.set_value("Outreach", name, values)

	def by_bulk_edit(self, name: str, values: dict[str, Any]) -> None:
		from frappe.desk.doctype.bulk_update.bulk_update import submit_cancel_or_update_docs

		submit_cancel_or_update_docs("Outreach", json.dumps([name]), action="update", data=json.dumps(values))

	def test_what_was_typed_while_nobody_was_asked_is_no_approval(self) -> None:
		self.switch(on=False)
		outreach = self.outreach(1, approval_state=APPROVED)
		self.assertEqual(outreach.approval_state, None)
		self.switch(on=True)
		with self.assertRaisesRegex(NotReleased, "manager's approval"):
			self.let_go(outreach)

	def test_a_manager_is_asked_by_mail_with_links(self) -> None:
		address = {"email_id": "asks@example.com", "smtp_server": "localhost", "awaiting_password": 1}
		bare("Email Account", enable_outgoing=1, default_outgoing=1, **address)
		frappe.local.outgoing_email_account = {}
		self.addCleanup(frappe.local.outgoing_email_account.clear)
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 0)
		frappe.db.set_value("Workflow", WORKFLOW, "send_email_alert", 1)
		frappe.clear_document_cache("Workflow", WORKFLOW)
		outreach = self.outreach(1)
		self.step(outreach, "Request Approval", self.marketer)
		actions = {"reference_name": outreach.name, "workflow_state": PENDING, "status": "Open"}
		self.assertTrue(frappe.db.exists("Workflow Action", actions))
		from frappe.workflow.doctype.workflow_action.workflow_action import get_users_next_action_data

		steps = frappe.get_all(
			"Workflow Transition", {"parent": WORKFLOW, "state": PENDING, "allowed": MANAGER}, ["*"]
		)
		asked = get_users_next_action_data(steps, outreach)
		links = {row["action_name"] for row in asked[self.manager]["possible_actions"]}
		self.assertEqual(links, {"Approve", "Reject"})
