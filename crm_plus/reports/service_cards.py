"""The numbers on the cards of the dashboards Service and Customers, each with its change against the period before."""

import json
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import flt, getdate
from pypika.functions import Count

from crm_plus.access.remembered import remembered
from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.cards import Card, Filters, change, counted, dated, of_team, this_week
from crm_plus.reports.lifecycle_then import counted_at
from crm_plus.reports.profile_scope import PROFILE
from crm_plus.reports.report_scope import midnight, narrowed_by
from crm_plus.reports.response_time import count_waiting, response_totals
from crm_plus.rules.interactions import DONE, INCOMING, NO_SHOW
from crm_plus.rules.lifecycle import Phase
from crm_plus.rules.periods import days_so_far
from crm_plus.setup.compatibility import doctype_exists

# What customers ask for help by; ERPNext's tickets are captured as the first of them.
SERVICE_TYPES = ("Support", "Complaint")
TICKET = "Issue"
WAITING_DAYS = 30
REPORT = "Response Time"


def support_requests(filters: Filters = None) -> Card:
	"""Return how many requests and complaints came in within the last seven days, against the seven before."""
	asked = {
		**{"status": ["in", [DONE, NO_SHOW]], "direction": INCOMING},
		"interaction_type": ["in", list(SERVICE_TYPES)],
	}
	return counted("Interaction", "starts_on", this_week, {**asked, **of_team("interaction_owner", filters)})


def median_response(filters: Filters = None) -> Card:
	"""Return the working hours within which half of the last seven days' messages were answered; None without an answer."""
	now, before = (totals(period, filters)["median"] for period in this_week(getdate()))
	return response_card(now, before, "Float", filters, falls_well=True)


def answered_in_time(filters: Filters = None) -> Card:
	"""Return what part of the last seven days' messages was answered within the usual target, of those due."""
	now, before = (totals(period, filters)["share"] for period in this_week(getdate()))
	return response_card(now, before, "Percent", filters)


def response_card(
	now: float | None, before: float | None, fieldtype: str, filters: Filters, *, falls_well: bool = False
) -> Card:
	"""Return a card that leads to Response Time; `falls_well` where less is better."""
	return {
		"value": None if now is None else flt(now, 1),
		**{"change": change(now, before), "fieldtype": fieldtype, "precision": 1, "falls_well": falls_well},
		"of_all_companies": True,
		"route": ["query-report", REPORT],
		"route_options": {**dated(this_week(getdate())[0], filters), "group_by": "Person"},
	}


def waiting_customers(filters: Filters = None) -> Card:
	"""Return how many messages of the last 30 days wait for an answer, against those of the 30 days before that still do."""
	periods = days_so_far(getdate(), WAITING_DAYS)
	counts = [count_waiting({**dated(period, filters), "group_by": "Person"}) for period in periods]
	return {
		**{"value": counts[0], "change": change(*counts), "fieldtype": "Int", "falls_well": True},
		**{"route": ["query-report", REPORT], "of_all_companies": True},
		"route_options": {**dated(periods[0], filters), "show": "Waiting"},
	}


def totals(period: Any, filters: Filters) -> dict[str, Any]:
	"""Return the totals of Response Time over a period, zeros where nothing came in; two cards of a dashboard ask for them."""
	asked = {**dated(period, filters), "group_by": "Person"}
	question = ("response time", json.dumps(asked, sort_keys=True), frappe.session.user)
	return remembered(question, lambda: response_totals(asked))


def tickets_opened(filters: Filters = None) -> Card:
	"""Return how many of ERPNext's tickets were opened in the last seven days, against the seven before.

	The value is None where ERPNext has none any more, or the reader may read none. Tickets have no owner of ours: a team
	does not narrow them.
	"""
	frappe.has_permission("Interaction", "read", throw=True)
	if not (doctype_exists(TICKET) and frappe.has_permission(TICKET, "read")):
		return {"value": None, "change": None, "fieldtype": "Int"}
	company = str((filters or {}).get("company") or "")
	return counted(TICKET, "opening_date", this_week, {"company": company} if company else {})


def active_customers(filters: Filters = None) -> Card:
	"""Return how many customers buy, against 30 days ago."""
	return standing(Phase.BUYING.value, filters)


def risky_customers(filters: Filters = None) -> Card:
	"""Return how many customers are at risk, against 30 days ago."""
	return {**standing(Phase.AT_RISK.value, filters), "falls_well": True}


def standing(stage: str, filters: Filters) -> Card:
	"""Return how many readable profiles stand in a stage of the lifecycle, against 30 days ago; two queries."""
	profile, mine = frappe.qb.DocType(PROFILE), of_team("profile_owner", filters)
	here = frappe.qb.from_(profile).where(profile.lifecycle_stage == stage).where(rows_for_readers(PROFILE))
	now = int(narrowed_by(here.select(Count("*")), profile, mine).run()[0][0])
	# Two cards of a dashboard ask where profiles stood then, which takes as long for one stage as for all.
	question = ("standing", json.dumps(mine, sort_keys=True), frappe.session.user)
	then = remembered(question, lambda: stood_then(mine)).get(stage, 0)
	return {
		**{"value": now, "change": change(now, then), "fieldtype": "Int", "of_all_companies": True},
		**{"route": ["List", PROFILE, "List"], "route_options": {**mine, "lifecycle_stage": stage}},
	}


def stood_then(mine: dict[str, Any]) -> dict[str, int]:
	"""Return how many readable profiles of a team's people stood in each stage 30 days ago; "" for none yet."""
	profile, moment = frappe.qb.DocType(PROFILE), midnight(getdate() - timedelta(days=WAITING_DAYS))
	counts = counted_at(
		lambda query: narrowed_by(query.where(rows_for_readers(PROFILE)), profile, mine), [moment]
	)
	return {stage or "": count for (_group, stage), count in counts.items()}
