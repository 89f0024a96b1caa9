"""The Workflow "Deal Approval" that the app ships: an administrator switches it on in the settings and may change it in Frappe's builder."""

import frappe

from crm_plus.workflows.deal_approval import APPROVED, DRAFT, PENDING, REJECTED, WORKFLOW

DOCTYPE, FIELD = "Deal", "approval_state"
REQUEST, WITHDRAW, APPROVE, REJECT = "Request Approval", "Withdraw Request", "Approve", "Reject"
# State, its colour, and who may change a deal that stands in it.
STATES = (
	(DRAFT, "", "All"),
	(PENDING, "Warning", "Sales Manager"),
	(APPROVED, "Success", "All"),
	(REJECTED, "Danger", "All"),
)
# From, action, to, who may do it, and when.
TRANSITIONS = (
	(DRAFT, REQUEST, PENDING, "Sales User", "doc.approval_needed"),
	(REJECTED, REQUEST, PENDING, "Sales User", "doc.approval_needed"),
	(PENDING, WITHDRAW, DRAFT, "Sales User", ""),
	(PENDING, APPROVE, APPROVED, "Sales Manager", ""),
	(PENDING, REJECT, REJECTED, "Sales Manager", ""),
)


def install_deal_approval() -> None:
	"""Create the Workflow, switched off, where the site has none of that name; an existing one is left as it is."""
	for state, style, _editor in STATES:
		_ensure("Workflow State", "workflow_state_name", state, style=style)
	for action in (REQUEST, WITHDRAW, APPROVE, REJECT):
		_ensure("Workflow Action Master", "workflow_action_name", action)
	if frappe.db.exists("Workflow", WORKFLOW):
		return
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": WORKFLOW,
			"document_type": DOCTYPE,
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
				{"state": state, "action": action, "next_state": to, "allowed": role, "condition": condition}
				for state, action, to, role, condition in TRANSITIONS
			],
		}
	).insert(ignore_permissions=True)  # safe: whoever installs an app decides on its records


def remove_deal_approval() -> None:
	"""Remove the Workflow, and those of its states and actions that no other Workflow has."""
	# safe: whoever uninstalls an app decides on its records
	frappe.delete_doc("Workflow", WORKFLOW, ignore_missing=True, ignore_permissions=True, force=True)
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
