"""Let a deal's stage follow its quotations, orders, invoices and payments."""

import json
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from crm_plus.rules import deal_follow as rules
from crm_plus.rules.deal_follow import Decision, Fact, Move
from crm_plus.workflows import deal_money, deal_stages, notices

TAKEN_BACK = "Taken Back"
SAVEPOINT = "crm_plus_follow"
STORED_FIELDS = ("pipeline", "stage", "followed_documents")
HISTORY = """
	SELECT from_stage, to_stage, cause, cause_doctype, cause_name FROM `tabStage Change`
	WHERE reference_doctype = 'Deal' AND reference_name = %(deal)s
	ORDER BY changed_on, creation
"""
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


def follow(deal: dict[str, Any], facts: set[Fact], money: dict[str, Any], *, may_move: bool) -> bool:
	"""Move a deal, given with its STORED_FIELDS, to the stage that its documents ask for, where the site wants that.

	The facts are remembered, and `money` is stored, in the same breath. The caller holds the deal's lock and commits. A
	stage whose rules are not met is not entered; the owner is told, once. Returns False, with the money stored and the
	facts still to be followed, where the deal has to move and may not.
	"""
	decision = _decide(deal, facts)
	if decision and not may_move:
		deal_money.store(deal["name"], money)
		return False
	deal_money.store(deal["name"], {**money, "followed_documents": _as_text(facts)})
	if decision:
		carry_out(frappe.get_doc("Deal", deal["name"]), decision)
	return True


def _decide(deal: dict[str, Any], facts: set[Fact]) -> Decision | None:
	if not frappe.db.get_single_value("CRM Plus Settings", "follow_erp_events"):
		return None
	stages, known = deal_stages.load_stages(deal["pipeline"]), known_facts(deal["followed_documents"])
	return rules.follow(stages, deal["stage"], history(deal["name"]), known, facts)


def remember_documents(deals: list[str]) -> None:
	"""Take the present documents of deals as known, so that only what comes later moves their stage (adoption, linking)."""
	books = deal_money.open_books(deals)
	for deal in deals:
		deal_money.store(deal, {"followed_documents": _as_text(read_facts(books.headers[deal]))})


def _as_text(facts: Iterable[Fact]) -> str:
	return json.dumps(sorted([fact.event, fact.document] for fact in facts), ensure_ascii=False)


def known_facts(stored: str | None) -> set[Fact]:
	"""Return the facts that a deal has seen, from what is stored of them."""
	return {Fact(event, document) for event, document in json.loads(stored or "[]")}


def carry_out(deal: Any, decision: Decision) -> None:
	"""Move the deal, and tell its owner where it went back, or why it stays where it is."""
	fact = decision.fact or decision.lost
	if not fact:
		return
	doctype, name = fact.document.split(":", 1)
	cause = decision.fact.event if decision.fact else TAKEN_BACK
	before = deal.stage
	frappe.db.savepoint(SAVEPOINT)
	try:
		prepare_move(deal, fact.event, name)
		deal_stages.move(deal, decision.stage, cause=cause, cause_doctype=doctype, cause_name=name)
	except frappe.ValidationError as refusal:
		frappe.db.rollback(save_point=SAVEPOINT)
		tell_refusal(deal, decision.stage, fact, str(refusal))
		return
	if decision.lost:
		tell_taken_back(deal, before, decision.lost)


def prepare_move(deal: Any, event: str, document: str) -> None:
	"""Let the documents move the deal, not the person who posted them: an accountant needs no right to deals for it."""
	deal.flags.ignore_permissions = True  # safe: only the stage that the documents justify is written
	deal.flags.system_move = True
	# Nothing but the stage changes, and that was just read: asking for each item of the deal again would only cost time.
	deal.flags.ignore_links = True
	deal.flags.ignore_children_type = ["Deal Item"]
	if event == rules.QUOTATION_LOST and not deal.lost_reason:
		deal.lost_reason = deal_stages.lost_reason_of_quotation(document)
		deal.competitor = deal.competitor or deal_stages.competitor_of_quotation(document)


def tell_refusal(deal: Any, stage: str, fact: Fact, reason: str) -> None:
	"""Tell the owner that a document asked for a stage whose rules are not met."""
	message = _("{0} stays in its stage: {1} asks for {2}, but {3}")
	_tell_owner(deal, message.format(_title(deal), _link(fact), _stage_name(stage), reason))


def tell_taken_back(deal: Any, before: str, lost: Fact) -> None:
	"""Tell the owner that the deal went back because a document no longer holds."""
	message = _("{0} is no longer in {1}: {2} does not hold any more")
	_tell_owner(deal, message.format(_title(deal), _stage_name(before), _link(lost)))


def _tell_owner(deal: Any, text: str) -> None:
	"""Tell the owner also where the document was their own: that it did not do what it asks for is not their doing."""
	notices.tell("stage_refused", [deal.deal_owner], "Deal", deal.name, text, by="")


def _title(deal: Any) -> str:
	return frappe.bold(frappe.utils.escape_html(deal.title))


def _link(fact: Fact) -> str:
	return get_link_to_form(*fact.document.split(":", 1))


def _stage_name(stage: str) -> str:
	name = frappe.get_cached_value("Pipeline Stage", stage, "stage_name")
	return frappe.utils.escape_html(_(name))


def history(deal_name: str) -> list[Move]:
	"""Return the deal's moves, oldest first."""
	return [_move(row) for row in frappe.db.sql(HISTORY, {"deal": deal_name}, as_dict=True)]


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
	settled = invoice["settled"]
	paid = settled.paid or invoice["base_paid_amount"]
	return bool(paid > 0 and settled.outstanding <= 0)
