"""Subscriptions in the background: rights change on many roads, Frappe asks for none of them when it mails."""

import frappe

from crm_plus.workflows import followers


def run() -> None:
	"""End the subscriptions of those who may not read what they follow any more. May be repeated."""
	followers.end_all_blind()
	frappe.db.commit()  # a job's own end
