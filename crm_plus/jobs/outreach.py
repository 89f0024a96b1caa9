"""Outreach in the background: a batch a minute of what was released."""

import frappe

from crm_plus.rules.outreach import SENDING
from crm_plus.workflows import outreach_again, outreach_sending, until_commit

SENDER = "crm_plus.jobs.outreach.send"


def tick() -> None:
	"""Hand the next batch to a background job, where something is to be sent. Two at once do no harm."""
	if frappe.db.exists("Outreach", {"status": SENDING}):
		at_once = until_commit.works_at_once()
		frappe.enqueue(SENDER, queue="long", now=at_once, job_id="crm_plus_outreach", deduplicate=True)


def send() -> None:
	"""Send one batch."""
	outreach_sending.work()


def follow_mail() -> None:
	"""Each hour: say of the mails that the e-mail queue has given up that they failed."""
	outreach_again.follow_queue()
	frappe.db.commit()
