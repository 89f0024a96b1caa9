"""Approval of an outreach: Frappe's own Workflow decides who approves, this says what an approval covers.

It covers the segment's conditions, the sender, subject and message as they were: whoever changes one asks again.
"""

import hashlib
import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from crm_plus.rules.approvals import APPROVED, DRAFT
from crm_plus.workflows.approval_workflows import let_managers_be_asked_again

WORKFLOW = "Outreach Approval"
TEXTS = ("email_account", "subject", "message")
CONTENT = ("segment", *TEXTS)
STAMP = ("approved_by", "approved_on", "approved_content")


class OwnApproval(frappe.PermissionError):
	"""Somebody approves what he wrote himself."""


def is_on() -> bool:
	"""Tell whether this site has a manager release each outreach."""
	return bool(frappe.get_cached_doc("CRM Plus Settings").outreach_approval)


def prepare(outreach: Any) -> None:
	"""Keep an outreach's approval as it was, and stamp what has just been approved. Writes nothing.

	Raises OwnApproval for who wrote it, unless the Workflow allows that.
	"""
	before = outreach.get_doc_before_save()
	for fieldname in STAMP:
		outreach.set(fieldname, before.get(fieldname) if before else None)
	if not is_on():
		outreach.approval_state = before.approval_state if before else None
	elif outreach.approval_state == APPROVED and before and before.approval_state != APPROVED:
		_approve(outreach, before.approval_state)


def _approve(outreach: Any, state: str) -> None:
	"""Stamp the outreach; Frappe's Workflow, which runs after this, refuses those who may not take the step at all."""
	if outreach.author == frappe.session.user and not _may_approve_own(state):
		frappe.throw(_("You wrote this outreach: ask somebody else to approve it."), OwnApproval)
	outreach.approved_by, outreach.approved_on = frappe.session.user, now_datetime().replace(microsecond=0)
	outreach.approved_content = content_of(outreach)


def _may_approve_own(state: str) -> bool:
	roles = set(frappe.get_roles())
	return any(
		step.allow_self_approval
		for step in frappe.get_cached_doc("Workflow", WORKFLOW).transitions
		if step.state == state and step.next_state == APPROVED and step.allowed in roles
	)


def is_covered(outreach: Any) -> bool:
	"""Tell whether an outreach is still what was approved."""
	return bool(outreach.approved_content) and outreach.approved_content == content_of(outreach)


def content_of(outreach: Any) -> str:
	"""Return the mark of what an outreach says to whom: another content has another."""
	conditions = frappe.db.get_value("Segment", outreach.segment, "conditions")
	content = [conditions or "[]", *(outreach.get(fieldname) or "" for fieldname in TEXTS)]
	return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def withdraw_outgrown(outreach: Any) -> None:
	"""Take back an approval that does not cover the outreach any more; called after it is stored."""
	let_managers_be_asked_again(outreach)
	if is_on() and outreach.approval_state == APPROVED and not is_covered(outreach):
		# Past the document: to the Workflow this is nobody's step, and so refused.
		outreach.db_set({"approval_state": DRAFT, "status": DRAFT, **dict.fromkeys(STAMP)})
		outreach.add_comment("Workflow", _("The approval no longer covers this outreach."))


def withdraw_for_segment(segment: str) -> None:
	"""Take back the approvals of whatever was to go to a segment whose conditions have changed."""
	waiting = {"segment": segment, "status": APPROVED, "approval_state": APPROVED}
	for name in frappe.get_all("Outreach", waiting, pluck="name"):
		withdraw_outgrown(frappe.get_doc("Outreach", name))
