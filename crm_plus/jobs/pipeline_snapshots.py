"""Each night: keep the open pipeline as it stands, and thin out what is old. Stops and begins again without harm."""

from datetime import date

import frappe
from frappe.utils import now_datetime

from crm_plus.workflows import pipeline_snapshots

BATCH = 5000


def run() -> None:
	"""Take the snapshot of the day that has ended, then forget old days; both in batches that commit."""
	day = pipeline_snapshots.day_told(now_datetime())
	take(day)
	thin(day)


def take(day: date, batch: int = BATCH) -> None:
	"""Write the rows of a day that are not there yet."""
	last = ""
	while last := pipeline_snapshots.take_batch(day, last, batch):
		frappe.db.commit()


def thin(today: date, batch: int = BATCH) -> None:
	"""Of each old week keep the last day."""
	for day in pipeline_snapshots.days_to_forget(today):
		while pipeline_snapshots.forget_batch(day, batch) == batch:
			frappe.db.commit()
		frappe.db.commit()
