"""The queries behind My Day: what a user has to do, whom he meets, and which of his deals have gone quiet. Never writes.

A fixed number of queries, whatever there is to do. Only what the user may read; of customers only what his permission
levels show. Times are stored and returned in the site's time zone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe.utils import cint, get_datetime, getdate, now_datetime
from pypika import Order
from pypika.functions import Coalesce, Count
from pypika.terms import Criterion, ExistsCriterion

from crm_plus.access.rows import readable_fields, readable_rows
from crm_plus.rules import my_day as rules

FOLLOW_UPS, MEETINGS, DEALS = 200, 50, 30
OPEN, PLANNED = "Open", "Planned"
CUSTOMER_FIELDS = ("full_name", "phone", "email")
ITEM_FIELDS = (
	*("name", "subject", "due_on", "priority", "customer_profile", "deal", "recurrence", "interaction"),
	"modified",
)


def follow_ups(user: str, until: datetime) -> list[dict[str, Any]]:
	"""A user's open follow-ups that are due before a time, the first due first; at most FOLLOW_UPS and one more."""
	item = frappe.qb.DocType("Follow Up")
	query = (
		_with_names(item)
		.select(*(item[field] for field in ITEM_FIELDS))
		.where((item.assigned_to == user) & (item.status == OPEN) & (item.due_on < until))
		.where(readable_rows("Follow Up"))
		.orderby(item.due_on)
		.limit(FOLLOW_UPS + 1)
	)
	return _rows(query)


def meetings(user: str, start: datetime, until: datetime) -> list[dict[str, Any]]:
	"""A user's planned interactions that begin in a period, in their order."""
	item = frappe.qb.DocType("Interaction")
	return _plans(user, (item.starts_on >= start) & (item.starts_on < until), Order.asc)


def missed(user: str, before: datetime) -> list[dict[str, Any]]:
	"""A user's interactions that were to begin before a time and are still planned, the last first."""
	return _plans(user, frappe.qb.DocType("Interaction").starts_on < before, Order.desc)


def _plans(user: str, when: Criterion, order: Order) -> list[dict[str, Any]]:
	item = frappe.qb.DocType("Interaction")
	readable = _or_nothing("Interaction")
	if readable is None:
		return []
	query = (
		_with_names(item)
		.select(item.name, item.subject, item.interaction_type, item.starts_on, item.duration)
		.select(item.customer_profile, item.deal)
		.where((item.interaction_owner == user) & (item.status == PLANNED) & when)
		.where(readable)
		.orderby(item.starts_on, order=order)
		.limit(MEETINGS)
	)
	return _rows(query)


def quiet_deals(user: str, since: datetime) -> dict[str, Any]:
	"""A user's open deals that nobody spoke about since a time and for which nothing is planned: the first and how many.

	Snoozed deals are left alone.
	"""
	deal = frappe.qb.DocType("Deal")
	readable = _or_nothing("Deal")
	if readable is None or not quiet_after_days():
		return {"deals": [], "count": 0}
	spoken = Coalesce(deal.last_interaction_on, deal.creation)
	quiet = (
		(deal.deal_owner == user)
		& (deal.status == OPEN)
		& (spoken < since)
		& (deal.next_follow_up_on.isnull() | (deal.next_follow_up_on < now_datetime()))
		& ~_is_ahead(deal)
		& (deal.snoozed_until.isnull() | (deal.snoozed_until <= getdate()))
	)
	condition = Criterion.all([readable, quiet])
	query = (
		_with_names(deal, of_deal=True)
		.select(deal.name, deal.title.as_("deal_title"), deal.customer_profile, deal.stage)
		.select(deal.contact.as_("deal_contact"))
		.select(spoken.as_("quiet_since"))
		.where(condition)
		.orderby(spoken, order=Order.asc)
		.limit(DEALS)
	)
	count = frappe.qb.from_(deal).select(Count("*")).where(condition).run()[0][0]
	return {"deals": _rows(query), "count": count}


def _is_ahead(deal: Any) -> Criterion:
	"""The condition that something comes for a deal: its next step may be overdue, and another one planned."""
	item, plan, now = frappe.qb.DocType("Follow Up"), frappe.qb.DocType("Interaction"), now_datetime()
	to_do = (item.deal == deal.name) & (item.status == OPEN) & (item.due_on >= now)
	to_meet = (plan.deal == deal.name) & (plan.status == PLANNED) & (plan.starts_on >= now)
	return Criterion.any(
		[
			ExistsCriterion(frappe.qb.from_(item).select(item.name).where(to_do)),
			ExistsCriterion(frappe.qb.from_(plan).select(plan.name).where(to_meet)),
		]
	)


def quiet_after_days() -> int:
	"""After how many days without a word a deal has gone quiet, as the settings say; 0: never."""
	return cint(frappe.db.get_single_value("CRM Plus Settings", "quiet_after_days"))


def limits(now: datetime) -> rules.Bounds:
	"""The limits of the day on a clock."""
	return rules.bounds(get_datetime(now), quiet_after_days())


def _or_nothing(doctype: str) -> Any:
	"""The condition for the rows that the user may read; None where he may read none, which is no reason to refuse his day."""
	try:
		return readable_rows(doctype)
	except frappe.PermissionError:
		frappe.clear_last_message()
		return None


def _with_names(item: Any, *, of_deal: bool = False) -> Any:
	"""A query with the names of customer and deal, where the user may read those too."""
	query = frappe.qb.from_(item)
	profile, deal = frappe.qb.DocType("Customer Profile"), frappe.qb.DocType("Deal")
	readable = _or_nothing("Customer Profile")
	if readable is not None:
		shown = readable_fields("Customer Profile")
		query = query.left_join(profile).on(Criterion.all([readable, profile.name == item.customer_profile]))
		fields = [field for field in CUSTOMER_FIELDS if field in shown]
		query = query.select(*(profile[field].as_(f"customer_{field}") for field in fields))
	readable = None if of_deal else _or_nothing("Deal")
	if readable is not None:
		query = query.left_join(deal).on(Criterion.all([readable, deal.name == item.deal]))
		query = query.select(deal.title.as_("deal_title"), deal.status.as_("deal_status"))
		query = query.select(deal.contact.as_("deal_contact"))
	return query


def _rows(query: Any) -> list[dict[str, Any]]:
	return [
		{key: str(value) if isinstance(value, datetime) else value for key, value in row.items()}
		for row in query.run(as_dict=True)
	]
