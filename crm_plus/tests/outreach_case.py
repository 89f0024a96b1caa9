"""What tests of outreach start from: a marketer, and outreach to people of its own."""

from typing import Any

import frappe

from crm_plus.api import outreach as api
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories import unique
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.factories_outreach import make_outreach, make_people, make_segment, recipients
from crm_plus.tests.request_case import user_with

MARKETER, MANAGER = "Marketing User", "Sales Manager"


class OutreachCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mark = unique("Mark")
		self.marketer = user_with(MARKETER)
		use_settings(outreach_approval=0, outreach_batch_size=0)
		# What other tests have left waiting is not theirs to send.
		frappe.db.set_value("Outreach", {"status": "Sending"}, "status", "Cancelled")
		self.commit()

	def outreach(self, count: int = 3, **values: Any) -> Any:
		"""An outreach of the marketer's to so many people, whom nobody looks after."""
		self.people = make_people(count, self.mark)
		for person in self.people:
			person.db_set("profile_owner", None)
		with self.as_user(self.marketer):
			return make_outreach(make_segment(self.mark).name, **values)

	def let_go(self, outreach: Any, user: str = "") -> int:
		with self.as_user(user or self.marketer):
			return api.send(outreach.name)

	def status(self, outreach: Any) -> str:
		return frappe.db.get_value("Outreach", outreach.name, "status")

	def statuses(self, outreach: Any) -> list[tuple[str, str | None]]:
		rows = recipients(outreach.name).values()
		return sorted((row.status, row.reason or "") for row in rows)
