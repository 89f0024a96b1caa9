"""The demo: a business of three years, two companies and two currencies, made through ERPNext's own API.

Seeded, so that it is the same every time; in small steps that commit, so that it can be stopped and run again.
"""

import frappe
from frappe import _

from crm_plus.jobs import deal_progress
from crm_plus.setup import (
	demo_approvals,
	demo_customers,
	demo_deals,
	demo_follow_ups,
	demo_insight,
	demo_interactions,
	demo_outreach,
	demo_reminders,
	demo_service,
	demo_support,
	demo_world,
)

STATE = "crm_plus_demo"
FINISHED = "finished"


def make() -> None:
	"""Fill an empty site with demo data, or go on where a run was stopped; a finished site stays as it is.

	Raises frappe.ValidationError on a site that already does business.
	"""
	state = frappe.db.get_default(STATE)
	if state == FINISHED:
		say(_("The demo data is there already."))
		return
	if not state:
		refuse_a_real_site()
		frappe.db.set_default(STATE, "started")
	frappe.flags.mute_emails = True
	frappe.flags.crm_plus_silent = True  # three years of news at once are none
	frappe.flags.crm_plus_at_once = True  # the worker starts when the demo is there
	demo_world.make(say)
	demo_customers.make(say)
	demo_deals.make(say)
	demo_interactions.make(say)
	demo_follow_ups.make(say)
	demo_service.make(say)
	demo_support.make(say)
	demo_insight.make(say)
	demo_outreach.make(say)
	demo_approvals.make(say)
	deal_progress.run()  # the history was dated back behind the deals' backs
	demo_reminders.make(say)
	frappe.db.set_default(STATE, FINISHED)
	frappe.db.commit()
	say(_("The demo data is complete."))


def refuse_a_real_site() -> None:
	"""Raise frappe.ValidationError where the site has invoices: nobody's books get invented customers from us."""
	if frappe.db.count("Sales Invoice"):
		frappe.throw(
			_("This site already has invoices: demo data only goes onto an empty site. Nothing was changed.")
		)


def say(message: str) -> None:
	"""Print a line of progress."""
	print(message, flush=True)


def logins() -> list[dict[str, str]]:
	"""Return one login for each role: role, user and password of the demo's own users."""
	return [
		{"role": person.title, "user": person.email, "password": demo_world.PASSWORD}
		for person in demo_world.PEOPLE
		if person.shown
	]
