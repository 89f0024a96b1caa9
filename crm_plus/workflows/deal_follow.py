"""Let a deal's stage follow its quotations, orders, invoices and payments."""

import json
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from crm_plus.channels import in_app
from crm_plus.rules import deal_follow as rules
from crm_plus.rules.deal_follow import Decision, Fact, Move
from crm_plus.workflows import deal_money, deal_stages

TAKEN_BACK = "Taken Back"
EVENTS = frozenset(
	{
		rules.QUOTATION_SUBMITTED,
		rules.ORDER_SUBMITTED,
		rules.INVOICE_SUBMITTED,
		rules.INVOICE_PAID,
		rules.QUOTATION_LOST,
		rules.ORDER_CANCELLED,
	}
)


def follow_documents(deal_name: str) -> None:
	"""Move the deal to the stage that its documents ask for, where the site wants that; tell the owner of a refusal.

	The caller holds the deal's lock and commits. A stage whose rules are not met is not entered; that is told once.
	"""
	deal = frappe.get_doc("Deal", deal_name) if frappe.db.exists("Deal", deal_name) else None
	if not deal:
		return
	facts = read_facts(deal_money.open_books([deal_name]).headers[deal_name])
	known = known_facts(deal.followed_documents)
	if facts == known:
		return
	if frappe.db.get_single_value("CRM Plus Settings", "follow_erp_events"):
		move = rules.follow(
			deal_stages.load_stages(deal.pipeline), deal.stage, history(deal_name), known, facts
		)
		if move:
			carry_out(deal, move)
	remember(deal_name, facts)


def remember_documents(deals: list[str]) -> None:
	"""Take the present documents of deals as known, so that only what comes later moves their stage (adoption, linking)."""
	books = deal_money.open_books(deals)
	for deal in deals:
		remember(deal, read_facts(books.headers[deal]))


def remember(deal_name: str, facts: Iterable[Fact]) -> None:
	"""Store the facts that the deal has seen."""
	value = json.dumps(sorted([fact.event, fact.document] for fact in facts), ensure_ascii=False)
	frappe.db.set_value("Deal", deal_name, "followed_documents", value, update_modified=False)


def known_facts(stored: str | None) -> set[Fact]:
	"""Read back what `remember` stored."""
	return {Fact(event, document) for event, document in json.loads(stored or "[]")}


def carry_out(deal: Any, decision: Decision) -> None:
	"""Move the deal, or tell its owner why it stays where it is."""
	doctype, name = decision.fact.document.split(":", 1)
	cause = TAKEN_BACK if decision.taken_back else decision.fact.event
	before = deal.stage
	frappe.db.savepoint("crm_plus_follow")
	try:
		# The documents move the deal, not the person who posted them: an accountant needs no right to deals for it.
		deal.flags.ignore_permissions = True
		deal.flags.system_move = True
		if decision.fact.event == rules.QUOTATION_LOST and not deal.lost_reason:
			deal.lost_reason = deal_stages.lost_reason_of_quotation(name)
		deal_stages.move(deal, decision.stage, cause=cause, cause_doctype=doctype, cause_name=name)
	except frappe.ValidationError as refusal:
		frappe.db.rollback(save_point="crm_plus_follow")
		tell_refusal(deal, decision, doctype, name, str(refusal))
		return
	if decision.taken_back:
		tell_taken_back(deal, before, doctype, name)


def tell_refusal(deal: Any, decision: Decision, doctype: str, name: str, reason: str) -> None:
	"""Tell the owner that a document asked for a stage whose rules are not met."""
	stage = frappe.get_cached_value("Pipeline Stage", decision.stage, "stage_name")
	in_app.notify(
		deal.deal_owner,
		_("{0} stays in its stage: {1} asks for {2}, but {3}").format(
			frappe.bold(frappe.utils.escape_html(deal.title)), get_link_to_form(doctype, name), _(stage), reason
		),
		"Deal",
		deal.name,
	)


def tell_taken_back(deal: Any, before: str, doctype: str, name: str) -> None:
	"""Tell the owner that the deal went back because a document no longer holds."""
	stage = frappe.get_cached_value("Pipeline Stage", before, "stage_name")
	in_app.notify(
		deal.deal_owner,
		_("{0} is no longer in {1}: {2} does not hold any more").format(
			frappe.bold(frappe.utils.escape_html(deal.title)), _(stage), get_link_to_form(doctype, name)
		),
		"Deal",
		deal.name,
	)


def history(deal_name: str) -> list[Move]:
	"""Return the deal's moves, oldest first."""
	rows = frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal", "reference_name": deal_name},
		fields=["from_stage", "to_stage", "cause", "cause_doctype", "cause_name"],
		order_by="changed_on asc, creation asc",
	)
	return [_move(row) for row in rows]


def _move(row: dict[str, Any]) -> Move:
	fact = None
	if row["cause"] in EVENTS:
		fact = Fact(row["cause"], f"{row['cause_doctype']}:{row['cause_name']}")
	return Move(row["from_stage"] or "", row["to_stage"], fact, row["cause"] == TAKEN_BACK)


def read_facts(headers: list[dict[str, Any]]) -> set[Fact]:
	"""Return the ERP events that hold true now for documents of one deal."""
	facts = {Fact(event, f"{row['doctype']}:{row['name']}") for row in headers for event in _events(row)}
	held = {fact.event for fact in facts}
	if held & {rules.QUOTATION_SUBMITTED, rules.ORDER_SUBMITTED, rules.INVOICE_SUBMITTED}:
		# One lost offer loses nothing while another document keeps the deal alive.
		facts = {fact for fact in facts if fact.event not in (rules.QUOTATION_LOST, rules.ORDER_CANCELLED)}
	return facts


def _events(row: dict[str, Any]) -> list[str]:
	doctype, submitted = row["doctype"], row["docstatus"] == 1
	if doctype == "Quotation" and submitted:
		if row["status"] == "Lost":
			return [rules.QUOTATION_LOST]
		return [] if row["status"] in deal_money.DEAD_QUOTATIONS else [rules.QUOTATION_SUBMITTED]
	if doctype == "Sales Order":
		return [rules.ORDER_SUBMITTED if submitted else rules.ORDER_CANCELLED]
	if doctype == "Sales Invoice" and submitted and not row["is_return"]:
		return [rules.INVOICE_SUBMITTED, *([rules.INVOICE_PAID] if _is_paid(row) else [])]
	return []


def _is_paid(invoice: dict[str, Any]) -> bool:
	paid = invoice["paid"] or invoice["base_paid_amount"]
	return bool(paid > 0 and invoice["outstanding"] <= 0)
