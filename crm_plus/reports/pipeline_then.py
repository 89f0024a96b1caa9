"""What the open pipeline was worth some time ago, by the nightly snapshots: what they do not have, nobody is told."""

from datetime import timedelta

import frappe
from frappe.utils import flt, getdate
from pypika.functions import Max, Sum
from pypika.terms import EmptyCriterion

from crm_plus.access.rows import readable_fields, readable_rows

SNAPSHOT = "Pipeline Snapshot"
# So long ago it is looked up, and so much older a snapshot may be: old ones are kept once a week.
DAYS_AGO, OLDER_DAYS = 30, 7


def weighted_then(company: str) -> float | None:
	"""Return the weighted value (company currency) of a company's open deals 30 days ago, of those that the user may read now.

	None where no snapshot is of that time, and for who may not read amounts. Two queries.
	"""
	snapshot, deal = frappe.qb.DocType(SNAPSHOT), frappe.qb.DocType("Deal")
	last = getdate() - timedelta(days=DAYS_AGO)
	newest = frappe.qb.from_(snapshot).select(Max(snapshot.snapshot_date))
	day = newest.where(snapshot.snapshot_date[last - timedelta(days=OLDER_DAYS) : last]).run()[0][0]
	if not day or not {"base_amount", "probability"} <= readable_fields("Deal"):
		return None
	query, readable = frappe.qb.from_(snapshot), readable_rows("Deal")
	if not isinstance(readable, EmptyCriterion):
		query = query.join(deal).on(deal.name == snapshot.deal).where(readable)
	query = query.where((snapshot.snapshot_date == day) & (snapshot.company == company))
	return flt(query.select(Sum(snapshot.base_amount * snapshot.probability) / 100).run()[0][0])
