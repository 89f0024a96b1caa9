"""Response Time against a walk by hand over seeded interactions: who waits for an answer, how long, and in working days."""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from crm_plus.tests import factories
from crm_plus.tests.plans import step_along
from crm_plus.tests.report_case import ReportCase, bulk, random_time, world
from crm_plus.workflows import answers

SPAN = {"from_date": getdate() - timedelta(days=60), "to_date": getdate()}
TARGET = 20
OUTCOMES = ("In Time", "Late", "Still Ahead", "Answered", "Waiting")
_put: list[tuple[str, ...]] = []


def wait_now(agent: str, kind: str) -> str:
	"""Let a customer have asked just now, at whatever time of day this runs; return the customer."""
	profile: str = factories.make_profile().name
	now = now_datetime().replace(microsecond=0)
	row = {"interaction_type": kind, "status": "Done", "direction": "Incoming", "subject": "Now"}
	row |= {"interaction_owner": agent, "customer_profile": profile, "starts_on": now - timedelta(minutes=1)}
	bulk("Interaction", [{"name": factories.unique("T-now"), **row}])
	return profile


def put_talks() -> tuple[str, ...]:
	"""Insert what customers and we said to each other, once a run; return its kinds."""
	if _put:
		return _put[0]
	made, chance = world(), random.Random(11)
	kinds = tuple(
		factories.make("Interaction Type", type_name=factories.unique("Way")).name for _ in range(2)
	)
	profiles = [factories.make_profile().name for _ in range(12)]
	bulk(
		"Interaction",
		[
			{
				**{"name": f"T-{made.key}-{n:03}", "interaction_type": chance.choice(kinds)},
				**{"status": chance.choice(("Done", "Done", "Done", "No Show", "Planned"))},
				"starts_on": random_time(chance, -70, 0) - timedelta(minutes=chance.randint(0, 900)),
				**{"direction": chance.choice(("Incoming", "Incoming", "Outgoing"))},
				**{"duration": chance.choice((0, 0, 0, 300)), "subject": f"Talk {n}"},
				"interaction_owner": chance.choice((*made.agents, None)),
				# The last one is never answered.
				"customer_profile": profiles[-1] if n % 20 == 0 else chance.choice(profiles[:-1]),
			}
			for n in range(300)
		],
	)
	frappe.db.sql(
		"delete from `tabInteraction` where direction = 'Outgoing' and customer_profile = %s", (profiles[-1],)
	)
	answers.follow_all([*profiles, wait_now(made.agents[0], kinds[0])])
	_put.append(kinds)
	return kinds


# The count of what an average, a share or an extreme is made of.
COUNTED = {"share": "incoming", "median": "Answered", "p90": "Answered", "longest": "Waiting"}


class ResponseCase(ReportCase):
	REPORT = "Response Time"

	def setUp(self) -> None:
		super().setUp()
		self.kinds = put_talks()
		self.kind = self.kinds[0]

	def waits(self, closed: set[date], kind: str = "") -> list[Any]:
		"""Return what came in as the user lists it, each with its seconds until the answer or until now, by hand."""
		fields = [
			"name",
			"starts_on",
			"interaction_owner",
			"interaction_type",
			"customer_profile",
			"duration",
		]
		came = frappe.get_list(
			"Interaction",
			{
				"interaction_type": ["in", [kind or self.kind]],
				"direction": "Incoming",
				"status": ["in", ["Done", "No Show"]],
			},
			fields,
			limit=0,
		)
		answers = defaultdict(list)
		for row in frappe.get_all(
			"Interaction",
			{"direction": "Outgoing", "status": "Done"},
			["customer_profile", "starts_on"],
			limit=0,
		):
			answers[row.customer_profile].append(row.starts_on)
		found = []
		for row in came:
			if not row.duration and SPAN["from_date"] <= row.starts_on.date() <= SPAN["to_date"]:
				later = [moment for moment in answers[row.customer_profile] if moment > row.starts_on]
				row.answered = min(later, default=None)
				row.seconds = self.worked(row.starts_on, row.answered or now_datetime(), closed)
				found.append(row)
		return found

	def worked(self, start: datetime, end: datetime, closed: set[date]) -> float:
		"""Return the seconds between two times that are on no closed day, day by day."""
		seconds, day = 0.0, start.date()
		while day <= end.date():
			if day not in closed:
				midnight = datetime.combine(day, time.min)
				seconds += (min(end, midnight + timedelta(days=1)) - max(start, midnight)).total_seconds()
			day += timedelta(days=1)
		return seconds

	def is_so(self, row: Any, outcome: str) -> bool:
		in_time = row.seconds <= TARGET * 3600
		return {
			"In Time": bool(row.answered) and in_time,
			"Late": not in_time,
			"Still Ahead": not row.answered and in_time,
			"Answered": bool(row.answered),
			"Waiting": not row.answered,
		}[outcome]

	def assert_row(self, row: dict[str, Any], own: list[Any]) -> None:
		self.assertEqual(row["incoming"], len(own))
		for outcome in OUTCOMES:
			self.assertEqual(row[outcome], len([one for one in own if self.is_so(one, outcome)]), outcome)
		taken = sorted(int(one.seconds) for one in own if one.answered)
		if not taken:
			self.assertIsNone(row["median"])
			return
		self.assertAlmostEqual(row["median"], median(taken) / 3600, delta=0.002)
		self.assertAlmostEqual(row["p90"], taken[-(-len(taken) * 9 // 10) - 1] / 3600, delta=0.002)

	def asked(self, **filters: Any) -> dict[str, Any]:
		return {"target": TARGET, "interaction_type": self.kind, "every_day": 1, **SPAN, **filters}


class TestResponseTime(ResponseCase):
	def test_each_group_and_the_total_equal_the_walk_by_hand(self) -> None:
		keys = {
			"Person": lambda row: row.interaction_owner or "-",
			"Type": lambda row: row.interaction_type,
			"Hour": lambda row: row.starts_on.hour,
		}
		for _user in self.people():
			waits = self.waits(set())
			for group, key in keys.items():
				expected = defaultdict(list)
				for row in waits:
					expected[key(row)].append(row)
				found = {row["value"]: row for row in self.rows(**self.asked(group_by=group))}
				self.assertEqual(set(found), set(expected))
				for value, own in expected.items():
					self.assert_row(found[value], own)
			if waits:
				self.assert_row(self.total(**self.asked()), waits)

	def test_upper_and_lower_case_are_one_person(self) -> None:
		agent = self.world.agents[0]
		own = [row for row in self.waits(set()) if row.interaction_owner == agent]
		frappe.db.set_value("Interaction", own[0].name, "interaction_owner", agent.upper())
		found = [row for row in self.rows(**self.asked()) if row["value"].lower() == agent]
		self.assertEqual(len(found), 1)
		self.assert_row(found[0], own)

	def test_types_of_one_checksum_and_types_that_are_gone_are_groups(self) -> None:
		"""The checksums of the first two are equal."""
		for kinds in (("plumless", "buckeroo"), (factories.unique("Gone"),)):
			waits = self.waits(set())
			for number, row in enumerate(waits[: len(waits) // 2]):
				kind = kinds[number % len(kinds)]
				frappe.db.set_value("Interaction", row.name, "interaction_type", kind)
				if len(kinds) > 1 and not frappe.db.exists("Interaction Type", kind):
					factories.make("Interaction Type", type_name=kind)
			rows = self.rows(**{**self.asked(group_by="Type"), "interaction_type": ""})
			for kind in (*kinds, self.kind):
				found = [row for row in rows if row["value"] == kind]
				self.assertEqual(len(found), 1, kind)
				self.assert_row(found[0], self.waits(set(), kind))

	def test_a_person_in_two_teams_counts_in_the_first(self) -> None:
		agent = self.world.agents[1]
		member = {"user": agent}
		factories.make("Revenue Team", team_name=factories.unique("Last Team"), members=[member])
		rows = self.rows(**self.asked(group_by="Team"))
		self.assertEqual(sum(row["incoming"] for row in rows), len(self.waits(set())))
		own = {*frappe.get_all("Revenue Team Member", {"parent": self.world.below}, pluck="user")}
		waits = [row for row in self.waits(set()) if row.interaction_owner in own]
		self.assert_row(next(row for row in rows if row["value"] == self.world.below), waits)

	def test_each_count_leads_to_what_it_counts(self) -> None:
		for group in ("Person", "Team", "Hour", "Type"):
			checked = 0
			for row in [*self.rows(**self.asked(group_by=group)), self.total(**self.asked(group_by=group))]:
				for key, filters in row["drill"].items():
					count = row[COUNTED.get(key, key)]
					self.assertEqual(len(self.report(**filters)["result"]), count, f"{key} of {row}")
					checked += 1
			self.assertGreater(checked, 6)

	def test_holidays_of_the_company_do_not_count(self) -> None:
		closed = {getdate() - timedelta(days=days) for days in (1, 2, 9, 10, 30, 31, 32)}
		holidays = factories.make(
			"Holiday List",
			holiday_list_name=factories.unique("Days"),
			from_date=getdate() - timedelta(days=100),
			to_date=getdate() + timedelta(days=100),
			holidays=[{"holiday_date": day, "description": "Free"} for day in sorted(closed)],
		).name
		company = self.world.companies[0]
		for name, days in ((holidays, closed), (None, self.weekends())):
			frappe.db.set_value("Company", company, "default_holiday_list", name)
			frappe.clear_document_cache("Company", company)
			total = self.total(**self.asked(every_day=0, company=company))
			self.assert_row(total, self.waits(days))
			self.assertNotEqual(total["median"], self.total(**self.asked(company=company))["median"])

	def weekends(self) -> set[date]:
		days = (SPAN["from_date"] + timedelta(days=ahead) for ahead in range(100))
		return {day for day in days if day.weekday() > 4}

	def test_bad_targets_and_groups_get_a_sentence(self) -> None:
		for filters, sentence in (
			({"target": -1}, "hours above 0"),
			({"target": 1e9}, "hours above 0"),
			({"interaction_type": "Gone <b>"}, "There is no Interaction Type Gone &lt;b&gt;"),
			({"behind": "1=1 or"}, "no group"),
			({"behind": "Hour=x"}, "no group"),
			({"show": "Broken <b>"}, "cannot show"),
			({"group_by": "Broken <b>"}, "cannot be grouped"),
		):
			with self.assertRaisesRegex(frappe.ValidationError, sentence):
				self.report(**{**SPAN, **filters})

	def test_what_came_in_is_read_along_the_reports_index(self) -> None:
		"""No row is touched, and no answer is looked for."""
		with self.count_queries() as queries:
			self.report(**self.asked())
		(query,) = [each for each in queries if "`answered_on`" in each]
		read = step_along(query, "Interaction", "came_report")
		self.assertEqual(read["key"], "came_report")
		self.assertIn("Using index", read["Extra"])
		self.assertNotIn("Using index condition", read["Extra"])
