"""What the open pipeline was some time ago, by the nightly snapshots: what they do not have, nobody is told.

Deals count for the company and the person that they had then, and for whoever may read them now.
"""

import json
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import flt, getdate
from pypika.functions import Count, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import EmptyCriterion

from crm_plus.access.remembered import remembered
from crm_plus.access.report_readers import rows_for_readers
from crm_plus.access.rows import readable_fields
from crm_plus.reports.report_functions import along
from crm_plus.reports.report_scope import narrowed_by

SNAPSHOT = "Pipeline Snapshot"
# So long ago it is looked up, and so much older a snapshot may be: old ones are kept once a week.
DAYS_AGO, OLDER_DAYS = 30, 7


def weighted_then(company: str) -> float | None:
	"""Return the weighted value (company currency) of a company's open deals 30 days ago, of those that the user may read now.

	None where no snapshot is of that time, and for who may not read amounts. Two queries.
	"""
	day, snapshot = day_then(), frappe.qb.DocType(SNAPSHOT)
	if not day or not {"base_amount", "probability"} <= readable_fields("Deal"):
		return None
	query = readable_ones(day, "day_close_sums").where(snapshot.company == company)
	return flt(query.select(Sum(snapshot.base_amount * snapshot.probability) / 100).run()[0][0])


def open_then(filters: dict[str, Any]) -> int | None:
	"""Return how many open deals of a list's filters (company, deal_owner) there were 30 days ago; None where nobody knows."""
	day, snapshot = day_then(), frappe.qb.DocType(SNAPSHOT)
	if not day:
		return None
	query = narrowed_by(readable_ones(day, "day_close_sums"), snapshot, filters)
	return int(query.select(Count("*")).run()[0][0])


def attention_then(filters: dict[str, Any]) -> dict[str, int | None]:
	"""Return how many open deals of a list's filters (company, deal_owner) had no next step 30 days ago, and how many rotted.

	None where no snapshot is of that time, or the one of that time does not say so of all of them. Two cards ask for it.
	"""
	question = ("attention then", json.dumps(filters, sort_keys=True), frappe.session.user)
	return remembered(question, lambda: _attention_then(filters))


def _attention_then(filters: dict[str, Any]) -> dict[str, int | None]:
	day, snapshot = day_then(), frappe.qb.DocType(SNAPSHOT)
	told, stepless, rotten = snapshot.tells_attention, snapshot.no_next_step, snapshot.is_rotten
	if not day:
		return dict.fromkeys(("stepless", "rotten"))
	# In the order of the index, lest it reads the deals that want nothing.
	wanted = (told == 0) | (told == 1) & ((stepless == 1) | (stepless == 0) & (rotten == 1))
	query = narrowed_by(readable_ones(day, "day_attention").where(wanted), snapshot, filters)
	rows = query.groupby(told, stepless, rotten).select(told, stepless, rotten, Count("*")).run()
	if not all(is_told for is_told, *_rest in rows):
		return dict.fromkeys(("stepless", "rotten"))
	return {
		"stepless": sum(deals for _told, has_no_step, _rots, deals in rows if has_no_step),
		"rotten": sum(deals for _told, _has_no_step, rots, deals in rows if rots),
	}


def day_then() -> date | None:
	"""Return the day of the snapshot that is told of, None where none is of that time."""
	return remembered(("snapshot then", str(getdate()), ""), _day_then)


def _day_then() -> date | None:
	snapshot, last = frappe.qb.DocType(SNAPSHOT), getdate() - timedelta(days=DAYS_AGO)
	newest = frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date))
	found = newest.where(snapshot.snapshot_date[last - timedelta(days=OLDER_DAYS) : last])
	return found.run()[0][0]  # type: ignore[no-any-return] # a day or nothing


def readable_ones(day: date, index: str) -> QueryBuilder:
	"""Return a query of a day's snapshots of deals that may be read now: along an index that has all, where all may be."""
	snapshot, deal = frappe.qb.DocType(SNAPSHOT), frappe.qb.DocType("Deal")
	query, readable = frappe.qb.from_(snapshot), rows_for_readers("Deal")
	if isinstance(readable, EmptyCriterion):
		query = along(query, SNAPSHOT, index)
	else:
		query = query.join(deal).on(deal.name == snapshot.deal).where(readable)
	return query.where(snapshot.snapshot_date == day)
