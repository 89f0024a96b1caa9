"""What is measured of board and lists, beside the nearest thing that ERPNext's CRM does on the same site."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from measuring import Case, Operation
from people import profile

DEAL, OPPORTUNITY = "Deal", "Opportunity"
REP = "rep07@bench.test"
TEXT = "kestrel harbor"
DEEP = 20_000
LOST = "Sales-Lost"
STANDARD = (
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"_user_tags",
	"_comments",
	"_assign",
	"_liked_by",
)
# What each list asks for besides: its columns, indicator and linked titles.
LIST_FIELDS = {
	DEAL: (
		*(
			"docstatus",
			"idx",
			"title",
			"customer_profile",
			"stage",
			"deal_owner",
			"expected_close_date",
			"amount",
		),
		*("status", "stage_entered_on", "snoozed_until", "currency"),
	),
	OPPORTUNITY: (
		*("docstatus", "idx", "title", "naming_series", "opportunity_from", "opportunity_type", "status"),
		*("customer_name", "company", "currency", "opportunity_amount", "opportunity_owner", "sales_stage"),
	),
}
LINKED_TITLES = {
	DEAL: (
		"customer_profile.full_name as customer_profile_full_name",
		"stage.stage_name as stage_stage_name",
	),
	OPPORTUNITY: (),
}
# Each standard filter, and each order that the list offers: (words, filters, order).
STANDARD_LISTS = (
	("customer", [["customer_profile", "=", profile(500)]], "modified"),
	("pipeline, newest first", [["pipeline", "=", "Sales"]], "creation"),
	("stage, by closing date", [["stage", "=", "Sales-Qualified"]], "expected_close_date"),
	("closed stage, by next follow-up", [["stage", "=", LOST]], "next_follow_up_on"),
	("stage, newest first", [["stage", "=", "Sales-New"]], "modified"),
	("status, by stage", [["status", "=", "Open"]], "stage"),
	("status, by amount", [["status", "=", "Open"]], "amount"),
	("owner, by amount", [["deal_owner", "=", REP]], "amount"),
	("billing, by title", [["billing_status", "=", "Not Billed"]], "title"),
	("amount", [], "amount"),
	("creation", [], "creation"),
	("closing date", [], "expected_close_date"),
)


def desk_list(
	doctype: str,
	filters: Any = (),
	sort: str = "modified",
	start: int = 0,
	length: int = 20,
	view: str = "List",
) -> Any:
	"""Ask for a page of a list as the Desk does."""
	from frappe.desk import reportview

	fields = [f"`tab{doctype}`.`{name}`" for name in (*STANDARD, *LIST_FIELDS[doctype])]
	send(
		doctype=doctype,
		fields=json.dumps([*fields, *LINKED_TITLES[doctype]]),
		filters=json.dumps([[doctype, *one] for one in filters]),
		order_by=f"`tab{doctype}`.`{sort}` desc",
		start=start,
		page_length=length,
		view=view,
		with_comment_count=1,
	)
	return reportview.get()


def desk_count(doctype: str, filters: Any = (), **more: Any) -> Any:
	"""Ask for the number under a list as the Desk does."""
	from frappe.desk import reportview

	send(
		doctype=doctype,
		filters=json.dumps([[doctype, *one] for one in filters]),
		fields="[]",
		distinct="false",
		**more,
	)
	return reportview.get_count()


def send(**values: Any) -> None:
	"""Put the arguments where a request of the Desk has them."""
	frappe.local.form_dict = frappe._dict(values)


def of(doctype: str, call: Callable[..., Any], title: str = "", **arguments: Any) -> Operation:
	"""Return the operation that calls `call` for a DocType."""
	return Operation(title, lambda _nothing: call(doctype, **arguments))


def pair(title: str, nearest: str, call: Callable[..., Any], ours: Any, theirs: Any) -> Case:
	"""Return the case of asking the same for deals and for Opportunities."""
	return Case(of(DEAL, call, title, **ours), of(OPPORTUNITY, call, nearest, **theirs))


def board(filters: dict[str, Any] | None = None) -> Any:
	"""Open the board: columns with sums, and the first 20 cards of each."""
	from crm_plus.api import board as api

	return api.columns(filters or {}, True)


def columns_of_kanban(filters: Any = ()) -> Any:
	"""Ask ERPNext for 20 Opportunities of each sales stage, and the sums of all stages as a Report view does."""
	stages = frappe.get_all("Sales Stage", pluck="name")
	stage_sums(filters)
	return [desk_list(OPPORTUNITY, [*filters, ["sales_stage", "=", stage]]) for stage in stages]


def stage_sums(filters: Any) -> Any:
	"""Ask for the amounts of Opportunities by sales stage."""
	from frappe.desk import reportview

	stage = f"`tab{OPPORTUNITY}`.`sales_stage`"
	send(
		doctype=OPPORTUNITY,
		fields=json.dumps([stage]),
		filters=json.dumps([[OPPORTUNITY, *one] for one in filters]),
		group_by=stage,
		order_by=f"{stage} asc",
		aggregate_function="sum",
		aggregate_on_doctype=OPPORTUNITY,
		aggregate_on_field="base_opportunity_amount",
		start=0,
		page_length=100,
		view="Report",
	)
	return reportview.get()


def next_cards(after: Any) -> Any:
	"""Ask for the page of cards behind another."""
	from crm_plus.api import board as api

	return api.cards(LOST, {}, after)


def first_page_end() -> Any:
	"""Return where the first page of the fullest column ends."""
	return next_cards(None)["next"]


def deep_place() -> Any:
	"""Return the place of the DEEPth card in the fullest column."""
	filters = {"stage": LOST}
	rows = frappe.get_all(
		DEAL,
		filters,
		["stage_entered_on", "name"],
		order_by="stage_entered_on desc",
		limit_start=min(DEEP, frappe.db.count(DEAL, filters) // 2),
		limit=1,
	)
	return [str(rows[0].stage_entered_on), rows[0].name]


def board_cases() -> list[Case]:
	"""Return what people do on the board, except moving a card."""
	closed = [["status", "=", "Lost"]]
	kanban = "Kanban: 8 calls for 20 cards, one for sums"
	return [
		Case(
			Operation("board: columns with sums, 7 x 20 cards", lambda _nothing: board()),
			Operation(kanban, lambda _nothing: columns_of_kanban()),
		),
		Case(
			Operation("the same, beside the Kanban as the Desk asks", lambda _nothing: board()),
			of(OPPORTUNITY, desk_list, "Kanban as the Desk opens it: all cards", length=0, view="Kanban"),
		),
		Case(
			Operation("board: 20 cards more", next_cards, first_page_end),
			of(OPPORTUNITY, desk_list, "list: next 20 of a status", filters=closed, start=20),
		),
		Case(
			Operation("board: 20 cards behind 20,000", next_cards, deep_place),
			of(OPPORTUNITY, desk_list, "list: 20 behind 20,000", start=DEEP),
		),
		Case(
			Operation("board of one owner", lambda _nothing: board({"owner": REP})),
			Operation(kanban, lambda _nothing: columns_of_kanban([["opportunity_owner", "=", REP]])),
		),
		Case(
			Operation("board by text", lambda _nothing: board({"text": TEXT})),
			Operation(kanban, lambda _nothing: columns_of_kanban([["title", "like", f"%{TEXT}%"]])),
		),
		Case(
			Operation("board of what rots", lambda _nothing: board({"state": "rotten"})),
		),
	]


def list_cases() -> list[Case]:
	"""Return the lists of the Desk."""
	ours = [["status", "=", "Open"], ["deal_owner", "=", REP]]
	theirs = [["status", "=", "Open"], ["opportunity_owner", "=", REP]]
	same = "Opportunity: the same"
	followed = {"filters": [["status", "=", "Open"]], "sort": "next_follow_up_on"}
	closing = {"filters": [["status", "=", "Open"]], "sort": "expected_closing"}
	plain = of(OPPORTUNITY, desk_list, "Opportunity: the plain list")
	by_filter = [
		Case(of(DEAL, desk_list, f"list: by {title}", filters=filters, sort=sort), plain)
		for title, filters, sort in STANDARD_LISTS
	]
	typed, limit = [["title", "like", f"%{TEXT}%"]], {"limit": 1001}
	return [
		pair("list: 20 deals", same, desk_list, {}, {}),
		pair("list: status and owner", same, desk_list, {"filters": ours}, {"filters": theirs}),
		pair(
			"list: open, by next follow-up",
			"Opportunity: open, by closing date",
			desk_list,
			followed,
			closing,
		),
		*by_filter,
		pair("list: text in the title", same, desk_list, {"filters": typed}, {"filters": typed}),
		pair("count: as the Desk asks first", same, desk_count, limit, limit),
		pair("count: all", same, desk_count, {}, {}),
		pair("count: status and owner", same, desk_count, {"filters": ours}, {"filters": theirs}),
	]
