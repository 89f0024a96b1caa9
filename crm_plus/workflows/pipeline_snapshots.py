"""The open pipeline as it stood at the end of a day: one row a deal, written by the database itself, once a day.

A row's name is made of day and deal, so what is there already is passed over: a run may stop and begin again. The day
keeps its first picture. Days are the site's.
"""

from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, CustomFunction
from frappe.query_builder.functions import Coalesce, Max
from frappe.query_builder.terms import ParameterizedValueWrapper as ValueWrapper
from frappe.utils import now_datetime

from crm_plus.rules import periods
from crm_plus.rules.deal_stages import OPEN

SNAPSHOT = "Pipeline Snapshot"
COPIED = (
	*("customer_profile", "company", "pipeline", "stage", "deal_owner", "source", "currency"),
	*("amount", "base_amount", "probability", "expected_close_date"),
)
CONCAT = CustomFunction("CONCAT", ["day", "deal"])
DAYS_BETWEEN = CustomFunction("DATEDIFF", ["end", "start"])
MORNING_HOURS = 12


def day_told(now: datetime) -> date:
	"""Return the day that a run tells of: a run in the morning of the day before, as the night's work may be late."""
	return (now - timedelta(hours=MORNING_HOURS)).date()


def take_batch(day: date, after: str, size: int) -> str:
	"""Write the rows of the next `size` open deals behind a name; return the last one's name, "" where none is left."""
	deal = frappe.qb.DocType("Deal")
	open_deals = (deal.status == OPEN) & (deal.name > after)
	names = frappe.qb.from_(deal).select(deal.name).where(open_deals).orderby(deal.name).limit(size)
	batch = names.run(pluck=True)
	if not batch:
		return ""
	snapshot, before = frappe.qb.DocType(SNAPSHOT), frappe.qb.DocType(SNAPSHOT).as_("before")
	stage = frappe.qb.DocType("Pipeline Stage")
	now = now_datetime()
	stamps = (
		ValueWrapper(now),
		ValueWrapper(now),
		ValueWrapper("Administrator"),
		ValueWrapper("Administrator"),
	)
	rows = (
		frappe.qb.into(snapshot)
		.ignore()
		.columns("name", "creation", "modified", "owner", "modified_by", "snapshot_date", "deal", *COPIED)
		.columns("first_close_date", "close_date_moves", "tells_attention", "no_next_step", "is_rotten")
		.from_(deal)
		.left_join(stage)
		.on(stage.name == deal.stage)
		.left_join(before)
		.on((before.deal == deal.name) & (before.snapshot_date == night_before(day)))
		.select(CONCAT(f"{day}-", deal.name), *stamps, ValueWrapper(day), deal.name)
		.select(*[deal[field] for field in COPIED])
		.select(Coalesce(before.first_close_date, deal.expected_close_date))
		.select(Coalesce(before.close_date_moves, 0) + has_moved(before, deal))
		.select(ValueWrapper(1), as_check(deal.next_follow_up_on.isnull()), as_check(rots(deal, stage, day)))
		.where(open_deals & (deal.name <= batch[-1]))
	)
	rows.run()
	return batch[-1]


def night_before(day: date) -> date:
	"""Return the newest day before another one that has a snapshot; a day long ago where none has."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	found = frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date)).where(snapshot.snapshot_date < day)
	return found.run()[0][0] or date.min


def has_moved(before: Any, deal: Any) -> Any:
	"""The expression that is 1 where a deal's expected close date is another one than in a snapshot, else 0."""
	return as_check(before.expected_close_date != deal.expected_close_date)


def rots(deal: Any, stage: Any, day: date) -> Any:
	"""`rules.deal_stages.is_rotten` on a day as a condition on a deal and its stage; a test holds the two together."""
	may_rot = (stage.outcome == OPEN) & (stage.rots_after_days > 0)
	awake = deal.snoozed_until.isnull() | (deal.snoozed_until <= day)
	return may_rot & awake & (DAYS_BETWEEN(day, deal.stage_entered_on) > stage.rots_after_days)


def as_check(condition: Any) -> Any:
	"""The expression that is 1 where a condition holds, else 0."""
	return Case().when(condition, 1).else_(0)


def days_to_forget(today: date) -> list[date]:
	"""Return the days whose snapshots are no longer kept; none where the settings keep all."""
	keep = frappe.db.get_single_value("CRM Plus Settings", "snapshots_daily_for_days") or 0
	if keep <= 0:
		return []
	snapshot = frappe.qb.DocType(SNAPSHOT)
	since = today - timedelta(days=keep)
	days = frappe.qb.from_(snapshot).select(snapshot.snapshot_date).distinct()
	found = days.where(snapshot.snapshot_date < since).run(pluck=True)
	return periods.days_of_weeks_to_drop(found, since)


def forget_batch(day: date, size: int) -> int:
	"""Delete up to `size` rows of a day; return how many there were."""
	snapshot = frappe.qb.DocType(SNAPSHOT)
	names = (
		frappe.qb.from_(snapshot).select(snapshot.name).where(snapshot.snapshot_date == day).limit(size)
	).run(pluck=True)
	if names:
		frappe.db.delete(SNAPSHOT, {"name": ["in", names]})
	return len(names)
