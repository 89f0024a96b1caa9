"""The demo's marketing: a segment, and an outreach to it that waits to be sent to a manager for approval."""

import json
from collections.abc import Callable

import frappe

from crm_plus.setup.demo_world import PEOPLE

SEGMENT, TITLE = "Customers who may leave", "We miss you"
CONDITIONS = [["lifecycle_stage", "in", ["At Risk", "Inactive"]]]
MESSAGE = (
	'<p>Dear {{ full_name or "customer" }},</p>'
	"<p>it has been a while. Until the end of the month there are 10 % off everything that you have bought before.</p>"
	'<p>Your contact here: {{ owner_name or "our sales team" }}.</p>'
)


def make(say: Callable[[str], None]) -> None:
	"""Make what is missing, as the marketer; from now on a manager releases what goes to many."""
	say("… a segment and an outreach")
	settings = frappe.get_doc("CRM Plus Settings")
	settings.outreach_approval = 1
	settings.save()
	frappe.set_user(next(person.email for person in PEOPLE if "Marketing User" in person.roles))
	if not frappe.db.exists("Segment", SEGMENT):
		words = "Bought before, and not for a while"
		segment = {"segment_name": SEGMENT, "description": words, "conditions": json.dumps(CONDITIONS)}
		frappe.get_doc({"doctype": "Segment", **segment}).insert()
	if not frappe.db.exists("Outreach", {"title": TITLE}):
		words = {"subject": "{{ full_name }}, 10 % for you", "message": MESSAGE}
		frappe.get_doc({"doctype": "Outreach", "title": TITLE, "segment": SEGMENT, **words}).insert()
	frappe.set_user("Administrator")
	frappe.db.commit()
