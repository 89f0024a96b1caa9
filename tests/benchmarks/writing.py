"""What is measured of writing: saving and moving deals, bringing their money in step, and the nightly reconciliation."""

import itertools
import json
from typing import Any

import frappe
from bulk import PREFIX
from listing import DEAL, OPPORTUNITY
from measuring import Case, Operation

STAGES = ("Sales-New", "Sales-Contacted", "Sales-Qualified")
BOARD = "CRM Plus benchmark"
RECONCILED = 20_000
offsets = itertools.count(50)


def open_record(doctype: str) -> Any:
	"""Return another open record each time, as its form holds it."""
	name = frappe.get_all(
		doctype,
		{"status": "Open", "name": ["like", f"{PREFIX}%"]},
		pluck="name",
		order_by="name",
		limit_start=next(offsets),
		limit=1,
	)
	return frappe.get_doc(doctype, name[0]).as_dict()


def save(values: Any, **changes: Any) -> Any:
	"""Save a record as a form does, without loading the form again."""
	doc = frappe.get_doc(json.loads(frappe.as_json(values)))
	doc.update(changes)
	doc.save()
	frappe.db.commit()
	return {"docs": [doc.name]}


def next_place(values: Any, places: Any, field: str) -> str:
	"""Return the place after the one that a record stands in."""
	places = list(places)
	here = places.index(values[field]) if values[field] in places else -1
	return places[(here + 1) % len(places)]


def open_deal_to_move() -> Any:
	"""Return a deal of the first stages and the stage to move it to."""
	deal = open_record(DEAL)
	return deal, next_place(deal, STAGES, "stage")


def move_card(prepared: Any) -> Any:
	"""Move a card on the board, as dropping it does."""
	from crm_plus.api import board

	deal, stage = prepared
	answer = board.move(deal.name, stage, str(deal.modified))
	frappe.db.commit()
	return {"docs": answer["cards"]}


def opportunity_to_move() -> Any:
	"""Return an Opportunity, where it stands and where it goes; the card stands first in its column."""
	stages = frappe.get_all("Sales Stage", pluck="name")
	opportunity = open_record(OPPORTUNITY)
	kanban = frappe.get_doc("Kanban Board", BOARD)
	for column in kanban.columns:
		order = [opportunity.name] if column.column_name == opportunity.sales_stage else []
		frappe.db.set_value("Kanban Board Column", column.name, "order", json.dumps(order))
	return opportunity.name, opportunity.sales_stage, next_place(opportunity, stages, "sales_stage")


def move_on_kanban(prepared: Any) -> Any:
	"""Move a card on ERPNext's Kanban."""
	from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card

	update_order_for_single_card(BOARD, *prepared, 0, 0)
	frappe.db.commit()
	return {"docs": [prepared[0]]}


def make_kanban() -> None:
	"""Insert ERPNext's Kanban of Opportunities by sales stage."""
	if frappe.db.exists("Kanban Board", BOARD):
		return
	stages = frappe.get_all("Sales Stage", pluck="name")
	frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": BOARD,
			"reference_doctype": OPPORTUNITY,
			"field_name": "sales_stage",
			"columns": [
				{"column_name": name, "status": "Active", "indicator": "Gray", "order": "[]"}
				for name in stages
			],
		}
	).insert()
	frappe.db.commit()


def insert_deal(_nothing: Any) -> Any:
	"""Insert a deal of a known customer."""
	company = frappe.defaults.get_user_default("Company")
	values = {
		"title": "One more",
		"customer_profile": f"{PREFIX}PROF-000030",
		"company": company,
		"amount": 1200,
	}
	return finish(frappe.get_doc({"doctype": DEAL, **values}).insert())


def insert_opportunity(_nothing: Any) -> Any:
	"""Insert an Opportunity of the same customer."""
	values = {
		"opportunity_from": "Customer",
		"party_name": f"{PREFIX}CUST-000030",
		"opportunity_amount": 1200,
	}
	company = frappe.defaults.get_user_default("Company")
	return finish(frappe.get_doc({"doctype": OPPORTUNITY, "company": company, **values}).insert())


def finish(doc: Any) -> Any:
	"""Commit, as the end of a request does."""
	frappe.db.commit()
	return {"docs": [doc.name]}


def take_out_inserted() -> None:
	"""Leave the site with the rows that it was filled with."""
	others = {"name": ["not like", f"{PREFIX}%"]}
	for name in frappe.get_all(DEAL, others, pluck="name"):
		frappe.db.delete("Stage Change", {"reference_doctype": DEAL, "reference_name": name})
	for doctype in (DEAL, OPPORTUNITY):
		frappe.db.delete(doctype, others)
	frappe.db.commit()


def refresh(number: int) -> Operation:
	"""Return the bringing in step of one deal after the commit of one of its documents."""
	from crm_plus.workflows import after_commit

	documents = {1: 10, 2: 200}[number]
	return Operation(
		f"money and stage of a deal with {documents} documents",
		lambda _nothing: after_commit.sync_deal(f"{PREFIX}DEAL-{number:06d}") and {"docs": [number]},
	)


def reconcile(_nothing: Any) -> Any:
	"""Do what the night does with the first deals; returns how many they are."""
	from crm_plus.jobs import deal_reconciliation

	done, last = 0, ""
	while done < RECONCILED and (names := deal_reconciliation.next_deals(last)):
		deal_reconciliation.reconcile(names)
		done, last = done + len(names), names[-1]
	return done


def write_cases() -> list[Case]:
	"""Return what writes."""
	return [
		Case(
			Operation(
				"deal: save", lambda deal: save(deal, next_step="Call again"), lambda: open_record(DEAL)
			),
			Operation(
				"Opportunity: save", lambda one: save(one, probability=33), lambda: open_record(OPPORTUNITY)
			),
		),
		Case(
			Operation("deal: insert", insert_deal),
			Operation("Opportunity: insert", insert_opportunity),
		),
		Case(
			Operation("board: move a card", move_card, open_deal_to_move),
			Operation("Kanban: move a card", move_on_kanban, opportunity_to_move),
		),
		Case(refresh(1), administrator_only=True),
		Case(refresh(2), administrator_only=True),
		Case(
			Operation(f"nightly reconciliation of {RECONCILED:,} deals", reconcile),
			administrator_only=True,
			shows_speed=True,
		),
	]
