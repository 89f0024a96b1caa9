"""The Pipeline Board's server side: reads for the page, and the one move that writes."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from crm_plus.access.records import record
from crm_plus.api import arguments
from crm_plus.reports import board
from crm_plus.reports.board_conditions import pipelines, read_filters
from crm_plus.reports.cards import attention_card, change
from crm_plus.reports.pipeline_then import weighted_then
from crm_plus.rules.deal_stages import OPEN
from crm_plus.rules.plain_values import as_moment
from crm_plus.workflows import deal_stages

MAX_CHANGED = 50


@frappe.whitelist(methods=["GET"])
def columns(filters: str | dict[str, Any] | None = None, with_cards: bool = False) -> dict[str, Any]:
	"""The columns of the filtered board with counts and sums (a sum per company currency, never mixed).

	With `with_cards` each column brings its first page, so that the page opens with one request. Raises
	frappe.PermissionError where the caller may read no deal, frappe.ValidationError for filters that make no sense.
	"""
	_check_read()
	chosen = read_filters(arguments.mapping(filters))
	return {
		"pipeline": chosen.pipeline,
		"pipelines": pipelines(),
		"columns": board.columns(chosen, with_cards=with_cards),
		"can_create": bool(frappe.has_permission("Deal", "create")),
		"can_write": bool(frappe.has_permission("Deal", "write")),
	}


@frappe.whitelist(methods=["GET"])
def cards(
	stage: str, filters: str | dict[str, Any] | None = None, after: str | list[Any] | None = None
) -> dict[str, Any]:
	"""The next 20 cards of a stage behind `after`, the `next` of the page before (None is the first page)."""
	_check_read()
	return board.cards(read_filters(arguments.mapping(filters)), stage, _keyset(after))


@frappe.whitelist(methods=["GET"])
def changed(deals: str | list[Any], filters: str | dict[str, Any] | None = None) -> dict[str, Any]:
	"""The columns anew and the cards of those of the named deals that the filters still show."""
	_check_read()
	names = [str(name) for name in arguments.several(deals)][:MAX_CHANGED]
	chosen = read_filters(arguments.mapping(filters))
	return {"columns": board.columns(chosen), "cards": board.cards_of(chosen, names)}


@frappe.whitelist(methods=["POST"])
def move(
	deal: str,
	stage: str,
	modified: str,
	filters: str | dict[str, Any] | None = None,
	lost_reason: str | None = None,
	lost_detail: str | None = None,
	competitor: str | None = None,
) -> dict[str, Any]:
	"""Move a deal as its card stood in the caller's browser; returns its card and the two columns that changed.

	`stages` names these two; a retired one in which no deal stands any more is no column. `modified` is the card's. Raises frappe.TimestampMismatchError where somebody else saved the deal since,
	frappe.PermissionError without write permission, and the workflow's sentence where a stage's rule refuses.
	"""
	chosen = read_filters(arguments.mapping(filters))
	doc = record("Deal", deal, "write")
	if lost_reason:
		doc.lost_reason = lost_reason
		doc.lost_detail = lost_detail or doc.lost_detail
		doc.competitor = competitor or doc.competitor
	before = doc.stage
	deal_stages.move(doc, stage, seen=modified)
	stages = list(dict.fromkeys([before, doc.stage]))
	return {
		"stages": stages,
		"columns": board.columns(chosen, only=stages),
		"cards": board.cards_of(chosen, [deal]),
	}


# Number cards are asked for by POST.
@frappe.whitelist(methods=["GET", "POST"])
def weighted_pipeline() -> dict[str, Any]:
	"""For the number card: the weighted value of the open deals of the caller's company, in its currency.

	With the change against 30 days ago, none where no snapshot is of that time.
	"""
	company = _own_company()
	weighted = board.open_totals(company)["weighted"]
	return {
		**{"value": weighted, "change": change(weighted, weighted_then(company))},
		"fieldtype": "Currency",
		"options": board.company_currency(company),
		"route": ["pipeline-board"],
		"route_options": {"company": company},
	}


@frappe.whitelist(methods=["GET", "POST"])
def rotten_deals() -> dict[str, Any]:
	"""For the number card: how many open deals of the caller's company that he may list stayed too long in their stage.

	With the change against 30 days ago, none where no snapshot tells of it.
	"""
	company = _own_company()
	return {
		**attention_card("rotten", cint(board.open_totals(company)["rotten"]), {"company": company}),
		"route": ["pipeline-board"],
		"route_options": {"state": "rotten", "company": company},
	}


def has_app_permission() -> bool:
	"""Whether the caller finds CRM Plus among his apps: whoever may read anything of it.

	Accountants read the customer sources: a Desk shows a module's pages to those alone who may read one of its documents.
	"""
	return any(
		frappe.has_permission(doctype, "read") for doctype in ("Deal", "Customer Profile", "Customer Source")
	)


def _check_read() -> None:
	frappe.has_permission("Deal", "read", throw=True)


def _keyset(after: str | list[Any] | None) -> tuple[str | None, str] | None:
	values = arguments.several(after)
	if not values:
		return None
	if len(values) != 2 or not (values[0] is None or as_moment(values[0])):
		frappe.throw(_("The board lost its place in the column: reload the page."))
	return (str(values[0]) if values[0] else None), str(values[1])


def _own_company() -> str:
	_check_read()
	company = frappe.defaults.get_user_default("Company")
	return company or frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


@frappe.whitelist(methods=["GET", "POST"])
def stage_chart(filters: str | dict[str, Any] | None = None, **_chart: Any) -> dict[str, Any]:
	"""The open deals of a pipeline (the default one unless filtered) by stage, as a dashboard chart asks for them.

	Where nothing is said of a company it is of the caller's own, as the cards beside it; an empty one is all of them. The chart
	sends its own name, period and refresh mark along, which say nothing here. Raises frappe.PermissionError
	where the caller may read no deal.
	"""
	said = arguments.mapping(filters)
	_check_read()
	chosen = read_filters(said if "company" in said else {**said, "company": _own_company()})
	stages = [stage for stage in board.load_stages(chosen.pipeline) if stage.outcome == OPEN]
	counts = board.counts(chosen, stages)
	shown = [stage for stage in stages if counts[stage.name] or not stage.is_retired]
	return {
		"labels": [_(stage.stage_name) for stage in shown],
		"datasets": [{"name": _("Deals"), "values": [counts[stage.name] for stage in shown]}],
		"type": "bar",
	}
