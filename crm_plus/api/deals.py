"""What a deal's form and other clients call. Each checks the right to the deal and calls one workflow or report."""

from typing import Any

import frappe
from frappe.model.document import Document

from crm_plus.access.records import record
from crm_plus.api import arguments
from crm_plus.reports import stage_history as history
from crm_plus.workflows import deal_defaults, deal_items, deal_stages, pipelines, quoting


def _deal(name: str, right: str = "write") -> Document:
	"""Return a deal that the user may write (or read). Raises frappe.PermissionError, frappe.DoesNotExistError."""
	return record("Deal", name, right)


def _state(deal: Document) -> dict[str, Any]:
	return {key: deal.get(key) for key in ("name", "pipeline", "stage", "status", "modified")}


@frappe.whitelist(methods=["POST"])
def move(
	deal: str,
	stage: str,
	lost_reason: str | None = None,
	lost_detail: str | None = None,
	competitor: str | None = None,
	note: str | None = None,
	modified: str | None = None,
) -> dict[str, Any]:
	"""Move a deal to a stage of its pipeline.

	With `modified`, as the caller last saw it, a deal that somebody saved meanwhile is refused. Raises StageRuleNotMet
	where a rule of the stage refuses, frappe.TimestampMismatchError where the deal was saved meanwhile.
	"""
	doc = _deal(deal)
	if lost_reason:
		doc.lost_reason, doc.lost_detail = lost_reason, lost_detail
		doc.competitor = competitor or doc.competitor
	deal_stages.move(doc, stage, note=note or "", seen=modified or "")
	return _state(doc)


@frappe.whitelist(methods=["POST"])
def snooze(deal: str, until: str, reason: str) -> dict[str, Any]:
	"""Keep an open deal from being marked as rotten before a day."""
	doc = _deal(deal)
	deal_stages.snooze(doc, until, reason)
	return _state(doc)


@frappe.whitelist(methods=["POST"])
def unsnooze(deal: str) -> dict[str, Any]:
	"""Let a snoozed deal be marked as rotten again."""
	doc = _deal(deal)
	deal_stages.unsnooze(doc)
	return _state(doc)


@frappe.whitelist(methods=["POST"])
def reopen(deal: str, stage: str | None = None, note: str | None = None) -> dict[str, Any]:
	"""Bring a closed deal back to the stage it stood in last, or to `stage`."""
	doc = _deal(deal)
	deal_stages.reopen(doc, stage or "", note or "")
	return _state(doc)


@frappe.whitelist(methods=["POST"])
def make_quotation(deal: str) -> dict[str, Any]:
	"""Return an unsaved Quotation that equals the deal to the cent."""
	_deal(deal, "read")
	return quoting.make_quotation(deal).as_dict()


@frappe.whitelist(methods=["POST"])
def stage_history(deal: str) -> list[dict[str, Any]]:
	"""Return each visit of the deal to a stage, oldest first, with the seconds it lasted."""
	_deal(deal, "read")
	return history.visits(deal)


@frappe.whitelist(methods=["POST"])
def stages(pipeline: str) -> list[dict[str, Any]]:
	"""Return a pipeline's stages in order, for the stage bar and the pipeline's form."""
	record("Pipeline", pipeline)
	keys = (
		"name",
		"stage_name",
		"outcome",
		"probability",
		"rots_after_days",
		"advance_on",
		"is_retired",
		"position",
	)
	return [{key: getattr(stage, key) for key in keys} for stage in pipelines.load_stages(pipeline)]


@frappe.whitelist(methods=["POST"])
def reorder_stages(pipeline: str, names: str | list[str]) -> None:
	"""Put a pipeline's stages in the given order; `names` may be JSON, as a form sends it."""
	record("Pipeline", pipeline, "write")
	pipelines.reorder(pipeline, [str(name) for name in arguments.several(names)])


@frappe.whitelist(methods=["POST"])
def item_details(
	item_code: str,
	company: str,
	currency: str,
	conversion_rate: float | None = None,
	selling_price_list: str | None = None,
	customer_profile: str | None = None,
	uom: str | None = None,
) -> dict[str, Any]:
	"""Return name, unit and list price (in `currency`) of an item, for a deal that may not be saved yet.

	Raises frappe.PermissionError for those who write no deals, or may not read the customer, whose own prices it shows.
	"""
	if not frappe.has_permission("Deal", "create"):
		frappe.has_permission("Deal", "write", throw=True)
	if customer_profile:
		record("Customer Profile", customer_profile)
	record("Item", item_code, "select")
	draft = frappe.get_doc(
		{
			"doctype": "Deal",
			"company": company,
			"currency": currency,
			"conversion_rate": conversion_rate,
			"selling_price_list": selling_price_list,
			"customer_profile": customer_profile,
		}
	)
	row = draft.append("items", {"item_code": item_code, "uom": uom, "qty": 1})
	deal_items.complete(draft)
	return {"item_name": row.item_name, "uom": row.uom, "price_list_rate": row.price_list_rate}


@frappe.whitelist(methods=["POST"])
def exchange_rate(currency: str, company: str) -> float:
	"""Return company currency for one unit of `currency` today; 0 where ERPNext finds none."""
	frappe.has_permission("Deal", "create", throw=True)
	return deal_defaults.rate_or_zero(
		currency, frappe.get_cached_value("Company", company, "default_currency")
	)
