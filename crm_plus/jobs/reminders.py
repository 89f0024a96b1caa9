"""What the scheduler calls for reminders: each minute what is due, each day what a day brings."""

import time

import frappe

from crm_plus.workflows import day_notices, ledger, mail_notices, remindables, reminder_engine, site_clock

DELIVERY = "crm_plus.jobs.reminders.deliver"
# A burst is shared among workers; each takes what the others do not hold.
RECEIVERS_PER_JOB, MOST_JOBS = 50, 4
LONGEST_RUN_SECONDS = 240
# More than an hour: one that was missed is made up for, and what is found again is known.
MAIL_LOOKED_BACK_HOURS = 26


def tick() -> None:
	"""Enter what is due in the ledger and hand what stands there to background jobs. Two at once do no harm."""
	store, now = ledger.SiteStore(), site_clock.now()
	reminder_engine.enter_what_is_due(store, now)
	receivers = len(store.receivers(now, RECEIVERS_PER_JOB * MOST_JOBS))
	waits_for_answer = bool(frappe.db.exists(ledger.DOCTYPE, {"status": "Sending"}))
	frappe.db.commit()
	jobs = min(MOST_JOBS, -(-receivers // RECEIVERS_PER_JOB))
	for number in range(max(jobs, int(waits_for_answer))):
		frappe.enqueue(
			DELIVERY,
			queue="short",
			timeout=LONGEST_RUN_SECONDS + 60,
			job_id=f"crm_plus_reminders::{number}",
			deduplicate=True,
		)


def deliver() -> None:
	"""Send what is due, one receiver after the other."""
	end = time.monotonic() + LONGEST_RUN_SECONDS
	reminder_engine.deliver(ledger.SiteStore(), site_clock.now(), lambda: time.monotonic() < end)


def refresh(user: str) -> None:
	"""Set anew when a user's open follow-ups and meetings are to be looked at, batch by batch; without a user the missing ones."""
	now, after = site_clock.now(), {}
	while True:
		after = remindables.refresh(user, after, now)
		frappe.db.commit()
		if not after:
			break


def each_day() -> None:
	"""Enter what the coming day brings: close dates, overdue invoices, rotten deals and the like; and plan what is unplanned."""
	refresh("")
	day_notices.sweep(site_clock.now(), frappe.db.commit)


def follow_mail() -> None:
	"""Each hour: set aside the reminders that failed after they had left, and tell of quotations that were opened."""
	ledger.set_aside_failed()
	frappe.db.commit()
	mail_notices.opened(frappe.utils.add_to_date(None, hours=-MAIL_LOOKED_BACK_HOURS))
	frappe.db.commit()
