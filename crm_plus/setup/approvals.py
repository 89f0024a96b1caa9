"""The Workflows that the app ships: an administrator switches each on in the settings and may change it in Frappe's builder."""

from dataclasses import dataclass

import frappe

from crm_plus.rules.approvals import APPROVED, DRAFT, PENDING, REJECTED
from crm_plus.workflows import deal_approval, outreach_approval

FIELD = "approval_state"
REQUEST, WITHDRAW, APPROVE, REJECT = "Request Approval", "Withdraw Request", "Approve", "Reject"
# State, its colour, and who may change a record that stands in it.
STATES = (
	(DRAFT, "", "All"),
	(PENDING, "Warning", "Sales Manager"),
	(APPROVED, "Success", "All"),
	(REJECTED, "Danger", "All"),
)


@dataclass(frozen=True)
class Approval:
	"""A Workflow that we ship: who asks, when, and whether who asks may approve himself."""

	workflow: str
	doctype: str
	asked_by: str
	condition: str = ""
	allow_self_approval: int = 1

	def transitions(self) -> tuple[tuple[str, str, str, str, str], ...]:
		"""Return from, action, to, who may do it, and when."""
		return (
			(DRAFT, REQUEST, PENDING, self.asked_by, self.condition),
			(REJECTED, REQUEST, PENDING, self.asked_by, self.condition),
			(PENDING, WITHDRAW, DRAFT, self.asked_by, ""),
			(PENDING, APPROVE, APPROVED, "Sales Manager", ""),
			(PENDING, REJECT, REJECTED, "Sales Manager", ""),
		)


APPROVALS = (
	Approval(deal_approval.WORKFLOW, "Deal", "Sales User", "doc.approval_needed"),
	Approval(outreach_approval.WORKFLOW, "Outreach", "Marketing User", allow_self_approval=0),
)


def install_approvals() -> None:
	"""Create each Workflow, switched off, where the site has none of that name; an existing one is left as it is."""
	for state, style, _editor in STATES:
		_ensure("Workflow State", "workflow_state_name", state, style=style)
	for action in (REQUEST, WITHDRAW, APPROVE, REJECT):
		_ensure("Workflow Action Master", "workflow_action_name", action)
	for approval in APPROVALS:
		if not frappe.db.exists("Workflow", approval.workflow):
			_install(approval)


def _install(approval: Approval) -> None:
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": approval.workflow,
			"document_type": approval.doctype,
			"workflow_state_field": FIELD,
			"is_active": 0,
			"override_status": 1,
			"send_email_alert": 1,
			"states": [
				{
					"state": state,
					"doc_status": "0",
					"allow_edit": editor,
					"avoid_status_override": 1,
					# A mail with links to approve and reject goes out only where somebody waits for an answer.
					"send_email": int(state == PENDING),
				}
				for state, _style, editor in STATES
			],
			"transitions": [
				{
					**{"state": state, "action": action, "next_state": to, "allowed": role},
					**{"condition": condition, "allow_self_approval": _may_be_own(approval, action)},
				}
				for state, action, to, role, condition in approval.transitions()
			],
		}
	).insert(ignore_permissions=True)  # safe: whoever installs an app decides on its records


def _may_be_own(approval: Approval, action: str) -> int:
	return approval.allow_self_approval if action == APPROVE else 1


def remove_approvals() -> None:
	"""Remove the Workflows, and those of their states and actions that no other Workflow has."""
	for approval in APPROVALS:
		# safe: whoever uninstalls an app decides on its records
		frappe.delete_doc(
			"Workflow", approval.workflow, ignore_missing=True, ignore_permissions=True, force=True
		)
	used_states = set(frappe.get_all("Workflow Document State", pluck="state"))
	used_actions = set(frappe.get_all("Workflow Transition", pluck="action"))
	# Frappe itself ships the states and actions of plain names; only these are ours alone.
	for doctype, name, used in (
		("Workflow State", DRAFT, used_states),
		("Workflow State", PENDING, used_states),
		("Workflow Action Master", REQUEST, used_actions),
		("Workflow Action Master", WITHDRAW, used_actions),
	):
		if name not in used:
			frappe.db.delete(doctype, {"name": name})


def _ensure(doctype: str, fieldname: str, name: str, **values: str) -> None:
	if not frappe.db.exists(doctype, name):
		# safe: whoever installs an app decides on its records
		frappe.get_doc({"doctype": doctype, fieldname: name, **values}).insert(ignore_permissions=True)
