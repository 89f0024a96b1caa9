"""Where adopted sales stood: their outcome and probability, why they were lost, and when they were won."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import flt, get_datetime, strip_html

from crm_plus.rules.adoption import Standing
from crm_plus.rules.deal_stages import LOST, OPEN, WON
from crm_plus.workflows import adoption_masters as masters
from crm_plus.workflows.adoption_amounts import Sale
from crm_plus.workflows.adoption_ledger import Book, read_rows
from crm_plus.workflows.adoption_sources import LOST_WITHOUT_REASON, DealSource


def read_states(source: DealSource) -> dict[str, Standing]:
	"""Return outcome and probability of each configurable status, {} where the source has none."""
	if not source.states or not frappe.db.exists("DocType", source.states):
		return {}
	states = read_rows(source.states, frappe.get_all(source.states, pluck="name"), ("type", "probability"))
	return {
		row["name"]: Standing(outcome_of(row), row["name"], False, flt(row.get("probability")))
		for row in states
	}


def outcome_of(state: dict[str, Any]) -> str:
	"""Return the outcome of a configurable status; where it has no type, its name says it."""
	kind = state.get("type") or state["name"]
	return kind if kind in (WON, LOST) else OPEN


def standing_of(source: DealSource, states: Mapping[str, Standing], sale: Sale) -> Standing:
	"""Return where a sale stood; `states` are those of its configurable statuses."""
	status, step = sale.values["status"] or "", sale.values.get("step") or ""
	state = states.get(status)
	probability = flt(sale.values.get("probability"))
	if state:
		# The deal's own probability is its owner's estimate; which step it is at is said by its status.
		return Standing(state.outcome, step, False, state.probability or probability)
	return Standing(source.outcomes.get(status, OPEN), step, status in source.quoted, probability)


def lost_reasons(book: Book, source: DealSource, lost: Sequence[Sale]) -> dict[str, str]:
	"""Return the Lost Reason of each lost sale, by name; further reasons go into its detail, none becomes a reason too."""
	given = {sale.name: [sale.values.get("lost_reason")] for sale in lost}
	sales = {sale.name: sale for sale in lost}
	if source.lost_rows and lost and frappe.db.exists("DocType", source.lost_rows):
		where = {"parenttype": source.doctype, "parent": ["in", list(sales)]}
		fields = ["parent", "lost_reason"]
		for row in frappe.get_all(source.lost_rows, filters=where, fields=fields, order_by="idx asc"):
			given[row.parent].append(row.lost_reason)
	said = {
		name: [reason for reason in found if reason] or [LOST_WITHOUT_REASON] for name, found in given.items()
	}
	known = masters.ensure(book, "Lost Reason", "reason", (found[0] for found in said.values()))
	for name, found in said.items():
		detail = [", ".join(found[1:]), strip_html(sales[name].values.get("lost_detail") or "")]
		sales[name].values["lost_detail"] = "\n".join(filter(None, detail)) or None
	return {name: known[found[0].strip()[:140]] for name, found in said.items()}


def note_competitors(source: DealSource, sales: Mapping[str, Sale]) -> None:
	"""Put into the sales the competitor that each names; of several all, in their order, as one text."""
	if not source.competitor_rows or not frappe.db.exists("DocType", source.competitor_rows):
		return
	named: dict[str, list[str]] = {}
	where = {"parenttype": source.doctype, "parent": ["in", list(sales) or [""]]}
	for row in frappe.get_all(source.competitor_rows, where, ["parent", "competitor"], order_by="idx asc"):
		named.setdefault(row.parent, []).append(row.competitor or "")
	for name, found in named.items():
		sales[name].values["competitor"] = ", ".join(filter(None, found))


def closings(source: DealSource, names: list[str]) -> dict[str, datetime]:
	"""Return when a sale was first ordered, by name: that is when it was won."""
	field = next((name for name in source.quotation_fields if frappe.db.has_column("Quotation", name)), None)
	if not field:
		return {}
	quotation, order = frappe.qb.DocType("Quotation"), frappe.qb.DocType("Sales Order")
	row = frappe.qb.DocType("Sales Order Item")
	query = (
		frappe.qb.from_(quotation)
		.join(row)
		.on(row.prevdoc_docname == quotation.name)
		.join(order)
		.on(order.name == row.parent)
		.select(quotation[field], frappe.query_builder.functions.Min(order.transaction_date))
		.where(quotation[field].isin(names) & (order.docstatus == 1))
		.groupby(quotation[field])
	)
	return {name: get_datetime(day) for name, day in query.run() if day}
