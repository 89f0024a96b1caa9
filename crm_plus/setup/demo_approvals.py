"""The demo's approvals: agents grant little by themselves, and some deals ask for more."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.model.workflow import apply_workflow

from crm_plus.setup.approvals import APPROVE, REJECT, REQUEST
from crm_plus.setup.demo_world import PEOPLE
from crm_plus.workflows import site_notes
from crm_plus.workflows.deal_approval import WORKFLOW

COUNTER = "crm_plus_demo_approvals"
# Role, percent off, value in the company's currency; 0 is any value.
LIMITS = (("Sales User", 10, 60_000), ("Sales Manager", 30, 0))
# What a manager answered each of these deals, None: it still waits; and what it grants in percent.
ANSWERS = ((None, 18.0), (APPROVE, 15.0), (REJECT, 28.0), (None, 22.5), (APPROVE, 12.0))


def make(say: Callable[[str], None]) -> None:
	"""Switch approvals on, and let agents ask for some open deals, one a transaction."""
	say("… approvals: what agents may grant, and deals that wait for a manager")
	switch_on()
	done = int(site_notes.read(COUNTER) or 0)
	asking = list(zip(deals_to_ask_for(), ANSWERS, strict=False))
	for number, (deal, (answer, discount)) in enumerate(asking[done:], done + 1):
		ask(deal, discount, answer)
		site_notes.write(COUNTER, str(number))
		frappe.db.commit()
	frappe.set_user("Administrator")


def switch_on() -> None:
	"""Store the limits, unless somebody has done so."""
	settings = frappe.get_doc("CRM Plus Settings")
	if settings.deal_approvals:
		return
	for role, discount, amount in LIMITS:
		settings.append("approval_limits", {"role": role, "max_discount": discount, "max_amount": amount})
	settings.deal_approvals = 1
	settings.save()
	ask_without_mail()
	frappe.db.commit()


def ask_without_mail() -> None:
	"""Let nobody be mailed: managers find what waits in the list of Workflow Actions."""
	workflow = frappe.get_doc("Workflow", WORKFLOW)
	workflow.send_email_alert = 0
	workflow.save()


def deals_to_ask_for() -> list[Any]:
	"""Return the newest open deals with items, an agent's turn after the other's."""
	fields = ["name", "deal_owner"]
	found = frappe.get_all("Deal", {"status": "Open"}, fields, order_by="creation desc, name")
	seen: dict[str, int] = {}
	turns = []
	for deal in found:
		seen[deal.deal_owner] = seen.get(deal.deal_owner, 0) + 1
		turns.append((seen[deal.deal_owner], deal.deal_owner, deal))
	return [deal for _turn, _owner, deal in sorted(turns, key=lambda turn: turn[:2])]


def ask(deal: Any, discount: float, answer: str | None) -> None:
	"""Give a deal's items a discount as its owner does, ask for approval, and answer as the sales manager."""
	frappe.set_user(deal.deal_owner)
	doc = frappe.get_doc("Deal", deal.name)
	for row in doc.items:
		row.discount_percentage = discount
	doc.save()
	apply_workflow(doc, REQUEST)
	if answer:
		frappe.set_user(next(person.email for person in PEOPLE if person.leads))
		apply_workflow(frappe.get_doc("Deal", deal.name), answer)
