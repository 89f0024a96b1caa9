"""The days of a report are the site's, whatever clock its reader lives by: what happened on the border counts on one side."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import getdate

from crm_plus.reports.report_scope import read_scope
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, bulk
from crm_plus.tests.site_zone import site_in

ZONES = ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kolkata", "UTC", "")
DAY = getdate() - timedelta(days=20)


class TestBorders(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.key = factories.unique("B")
		self.agent = factories.make_user("Sales User").name
		self.profile = factories.make_profile(profile_owner=self.agent).name
		self.readers = []
		for zone in ZONES:
			reader = factories.make_user("Sales Manager")
			frappe.db.set_value("User", reader.name, "time_zone", zone)
			self.readers.append(reader.name)

	def moments(self) -> dict[str, datetime]:
		"""Return the last moment before a day, its first and last one, and the first one after it."""
		midnight, second = datetime.combine(DAY, datetime.min.time()), timedelta(seconds=1)
		next_day = midnight + timedelta(days=1)
		return {
			**{"eve": midnight - second, "first": midnight},
			**{"last": next_day - second, "next": next_day},
		}

	def put(self, doctype: str, column: str, **values: Any) -> None:
		bulk(
			doctype,
			[
				{"name": f"{self.key}-{doctype}-{name}", **values, column: moment}
				for name, moment in self.moments().items()
			],
		)

	def assert_two(self, name: str, read: Callable[[list[Any]], Any], **filters: Any) -> None:
		"""Assert that of the four moments every reader's report counts the two that lie in the day."""
		for reader in self.readers:
			with self.as_user(reader):
				found = self.report(name, from_date=DAY, to_date=DAY, **filters)["result"]
				self.assertEqual(read(found), 2, f"{name} for {reader}")

	def test_deals_that_closed_on_the_border(self) -> None:
		pipeline = self.world.pipelines[1]
		self.put(
			"Deal",
			"closed_on",
			**{"title": "Border", "pipeline": pipeline, "stage": f"{pipeline}-Won", "status": "Won"},
			**{"company": self.world.companies[0], "currency": "EUR", "amount": 5, "base_amount": 5},
			**{"deal_owner": self.agent, "customer_profile": self.profile, "conversion_rate": 1},
		)
		asked = {"owner": self.agent, "pipeline": pipeline}
		self.assert_two("Win Loss Analysis", lambda rows: rows[-1]["won"], group_by="Owner", **asked)
		self.assert_two("Sales Velocity", lambda rows: rows[-1]["won"], **asked)
		self.assert_two("Sales Forecast", lambda rows: rows[-1]["won"] / 5, **asked)
		frappe.db.delete("Deal", {"name": ["like", f"{self.key}-%"]})

	def test_talks_and_promises_on_the_border(self) -> None:
		kind = factories.make("Interaction Type", type_name=factories.unique("Way")).name
		self.put(
			"Interaction",
			"starts_on",
			**{"interaction_type": kind, "status": "Done", "direction": "Incoming", "duration": 0},
			**{"subject": "Border", "interaction_owner": self.agent, "customer_profile": self.profile},
		)
		self.put(
			"Follow Up",
			"due_on",
			**{"subject": "Border", "assigned_to": self.agent, "status": "Open"},
			customer_profile=self.profile,
		)
		self.assert_two("Team Activity", lambda rows: rows[-1]["interactions"], owner=self.agent)
		self.assert_two("Response Time", lambda rows: rows[-1]["incoming"], owner=self.agent)
		self.assert_two("Follow-up Discipline", lambda rows: rows[-1]["due"], owner=self.agent)
		hours = {row["value"] for row in self.rows_of_hours()}
		self.assertEqual(hours, {0, 23})

	def rows_of_hours(self) -> list[Any]:
		found = self.report("Response Time", from_date=DAY, to_date=DAY, owner=self.agent, group_by="Hour")[
			"result"
		]
		return [row for row in found if not row.get("is_total")]

	def test_moves_and_newcomers_on_the_border(self) -> None:
		self.put(
			"Stage Change",
			"changed_on",
			**{"reference_doctype": "Customer Profile", "reference_name": self.profile},
			**{"from_stage": "Lead", "to_stage": "Active", "cause": "Manual"},
		)
		self.put(
			"Customer Profile",
			"creation",
			**{"full_name": "Border", "profile_type": "Person", "lifecycle_stage": "Lead"},
			profile_owner=self.agent,
		)
		self.assert_two("Lifecycle Movement", lambda rows: rows[-1]["moves"], owner=self.agent)
		self.assert_two("Lifecycle Movement", lambda rows: rows[-1]["new"], owner=self.agent)
		self.assert_two("Lead Source Quality", lambda rows: rows[-1]["profiles"], owner=self.agent)


class TestToday(ReportCase):
	CLOCK_STANDS = False

	def test_today_is_the_sites(self) -> None:
		"""At any moment it is another day in one of these two zones than in the other."""
		reader = factories.make_user("Sales Manager").name
		frappe.db.set_value("User", reader, "time_zone", "Asia/Kolkata")
		days = set()
		for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
			with site_in(zone), self.as_user(reader):
				before: date = datetime.now(ZoneInfo(zone)).date()
				today = read_scope({}).today
				self.assertIn(today, (before, datetime.now(ZoneInfo(zone)).date()))
				days.add(today)
		self.assertEqual(len(days), 2)
