"""Segments and outreach of tests; each segment is that of its own profiles."""

import json
from typing import Any

import frappe
from frappe.model.document import Document

from crm_plus.rules.outreach import FAILED
from crm_plus.tests.factories import make, unique
from crm_plus.tests.factories_customers import email
from crm_plus.workflows import opt_outs, outreaches


def make_people(count: int, mark: str, **values: Any) -> list[Document]:
	"""Insert persons whose job title is `mark`, each with an address of his own."""
	return [
		make(
			"Customer Profile",
			**{
				**{
					"profile_type": "Person",
					"full_name": unique("Person"),
					"email": email(),
					"job_title": mark,
				},
				**values,
			},
		)
		for _number in range(count)
	]


def make_segment(mark: str = "", conditions: list[Any] | None = None) -> Document:
	"""Insert the segment of those whose job title is `mark`, or of given conditions."""
	if conditions is None:
		conditions = [["job_title", "=", mark]]
	return make("Segment", segment_name=unique("Segment"), conditions=json.dumps(conditions))


def make_outreach(segment: str, **values: Any) -> Document:
	"""Insert an outreach to a segment."""
	words = {"subject": "News for {{ full_name }}", "message": "<p>Dear {{ full_name }},</p><p>hello.</p>"}
	return make("Outreach", **{"title": unique("Outreach"), "segment": segment, **words, **values})


def recipients(outreach: str) -> dict[str, Any]:
	"""Return the recipients of an outreach by profile, as they are stored."""
	fields = ["name", "customer_profile", "email", "status", "reason", "email_queue", "opted_out_on"]
	rows = frappe.get_all("Outreach Recipient", {"outreach": outreach}, fields)
	return {row.customer_profile: row for row in rows}


def example_of_outreach() -> str:
	"""Return an outreach to one person that is not released; committed, for requests are other connections."""
	frappe.set_user("Administrator")
	mark = unique("Mark")
	make_people(1, mark)
	name = make_outreach(make_segment(mark).name).name
	frappe.db.commit()
	return name


def example_that_failed() -> str:
	"""Return an outreach whose only mail did not reach its receiver; committed."""
	name = example_of_outreach()
	outreaches.release(name)
	frappe.db.set_value("Outreach Recipient", {"outreach": name}, "status", FAILED)
	frappe.db.commit()
	return name


def example_of_token() -> str:
	"""Return the token in a mail of an outreach."""
	name = example_of_outreach()
	outreaches.release(name)
	frappe.db.commit()
	(row,) = recipients(name).values()
	return opt_outs.token_for(row.name)
