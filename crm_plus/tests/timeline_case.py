"""What the tests of the timeline start from: entries of every kind, put straight into their tables."""

from datetime import datetime
from typing import Any

import frappe
from frappe.utils import get_datetime

from crm_plus.api import timeline
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase

MORNING = get_datetime("2026-11-02 09:00:00")


def put(doctype: str, **values: Any) -> str:
	"""Insert a row with its children and nothing else: no event, so that times and names are as a test wants them."""
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=12), **values})
	doc.creation = doc.modified = doc.creation or MORNING
	doc.owner = doc.owner or "Administrator"
	doc.db_insert()
	for number, row in enumerate(doc.get_all_children(), 1):
		row.update({"parent": doc.name, "idx": number, "creation": doc.creation, "modified": doc.creation})
		row.name = frappe.generate_hash(length=12)
		row.db_insert()
	return doc.name


def interaction_type() -> str:
	return frappe.get_all("Interaction Type", pluck="name", order_by="name", limit=1)[0]


class TimelineCase(CRMPlusTestCase):
	"""Each test has a customer of its own with one deal."""

	def setUp(self) -> None:
		super().setUp()
		self.profile = factories.make_profile(full_name=factories.unique("Timeline")).name
		self.deal = factories.make_deal(customer_profile=self.profile).name

	def interaction(self, at: datetime = MORNING, *people: str, **values: Any) -> str:
		rows = [{"customer_profile": one, "happened_on": at} for one in people or [self.profile]]
		defaults = {"interaction_type": interaction_type(), "subject": "Talked", "status": "Done"}
		main = {"customer_profile": (people or [self.profile])[0], "starts_on": at, "participants": rows}
		return put("Interaction", **{**defaults, **main, **values})

	def comment(self, at: datetime = MORNING, doctype: str = "Deal", name: str = "", **values: Any) -> str:
		about = {"reference_doctype": doctype, "reference_name": name or self.deal, "creation": at}
		return put("Comment", **{"comment_type": "Comment", "content": "<p>Hello</p>", **about, **values})

	def follow_up(self, at: datetime = MORNING, **values: Any) -> str:
		defaults = {"subject": "Call", "status": "Open", "due_on": at, "priority": "Medium"}
		return put("Follow Up", **{**defaults, "customer_profile": self.profile, **values})

	def mail(self, at: datetime = MORNING, *links: tuple[str, str], **values: Any) -> str:
		defaults = {"communication_type": "Communication", "communication_medium": "Email", "subject": "Mail"}
		rows = [{"link_doctype": doctype, "link_name": name} for doctype, name in links]
		return put(
			"Communication",
			**{**defaults, "creation": at, "communication_date": at, "timeline_links": rows, **values},
		)

	def page(
		self, after: Any = None, *, deal: bool = False, name: str = "", **filters: Any
	) -> dict[str, Any]:
		doctype = "Deal" if deal else "Customer Profile"
		return timeline.entries(doctype, name or (self.deal if deal else self.profile), filters, after)

	def shown(self, **values: Any) -> list[str]:
		"""The names on the first page, without the moves that came with the records themselves."""
		return [entry["name"] for entry in self.page(**values)["entries"] if entry["kind"] != "stage"]

	def all_pages(self, between: Any = None, **values: Any) -> list[dict[str, Any]]:
		found, after = [], None
		while True:
			page = self.page(after, **values)
			found += page["entries"]
			after = page["next"]
			if not after:
				return found
			if between:
				between()
