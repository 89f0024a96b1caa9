"""Outreach in the background: a batch a minute of what was released."""

import frappe

from crm_plus.rules.outreach import SENDING
from crm_plus.workflows import outreach_sending

SENDER = "crm_plus.jobs.outreach.send"


def tick() -> None:
	"""Hand the next batch to a background job, where something is to be sent. Two at once do no harm."""
	if frappe.db.exists("Outreach", {"status": SENDING}):
		frappe.enqueue(SENDER, queue="long", job_id="crm_plus_outreach", deduplicate=True)


def send() -> None:
	"""Send one batch."""
	outreach_sending.work()
