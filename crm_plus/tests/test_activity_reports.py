"""Team Activity and Follow-up Discipline against a walk by hand over seeded rows."""

import random
from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, bulk, random_time, world

SPAN = {"from_date": getdate() - timedelta(days=40), "to_date": getdate() + timedelta(days=5)}
_put: list[str] = []


def put_rows() -> str:
	"""Insert interactions and follow-ups with any past, once a run; return the mark that their names begin with."""
	if _put:
		return _put[0]
	made, chance = world(), random.Random(7)
	mark = f"A-{made.key}"
	put_interactions(made, chance, mark)
	put_follow_ups(made, chance, mark)
	frappe.db.commit()
	_put.append(mark)
	return mark


def put_interactions(made: Any, chance: random.Random, mark: str) -> None:
	kinds = [factories.make("Interaction Type", type_name=factories.unique("Kind")).name for _ in range(3)]
	bulk(
		"Interaction",
		[
			{
				**{"name": f"{mark}-{n:03}", "interaction_type": chance.choice(kinds)},
				**{"status": chance.choice(("Done", "Done", "Planned", "No Show"))},
				**{"starts_on": random_time(chance, -80, 0), "duration": chance.choice((0, 90, 3600))},
				**{"direction": chance.choice(("Incoming", "Outgoing"))},
				**{"interaction_owner": chance.choice(made.agents), "subject": f"Talk {n}"},
				"customer_profile": chance.choice(made.profiles),
			}
			for n in range(150)
		],
	)


def put_follow_ups(made: Any, chance: random.Random, mark: str) -> None:
	follow_ups = []
	for n in range(150):
		due = datetime.combine(
			getdate() + timedelta(days=chance.randint(-60, 10)), time(chance.randint(0, 23), 59)
		)
		status = chance.choice(("Done", "Done", "Open", "Cancelled"))
		done = due + timedelta(hours=chance.randint(-60, 60))
		follow_ups.append(
			{
				**{
					"name": f"{mark}-F{n:03}",
					"subject": f"Do {n}",
					"assigned_to": chance.choice(made.agents),
				},
				**{"status": status, "due_on": due, "completed_on": done if status == "Done" else None},
				"customer_profile": chance.choice(made.profiles),
			}
		)
	bulk("Follow Up", follow_ups)


class ActivityCase(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.mark = put_rows()

	def listed(self, doctype: str, fields: list[str], **filters: Any) -> list[Any]:
		"""Return the records of the world's people that the user can list by hand."""
		owner = "interaction_owner" if doctype == "Interaction" else "assigned_to"
		wanted = {owner: ["in", self.world.agents], **filters}
		return frappe.get_list(doctype, wanted, [*fields, owner], limit=0)

	def by_owner(self, rows: list[Any], owner: str) -> dict[str, list[Any]]:
		found = defaultdict(list)
		for row in rows:
			found[row[owner]].append(row)
		return found

	def in_span(self, moment: datetime) -> bool:
		return SPAN["from_date"] <= moment.date() <= SPAN["to_date"]


class TestTeamActivity(ActivityCase):
	REPORT = "Team Activity"

	def test_each_person_equals_the_walk_by_hand(self) -> None:
		for _user in self.people():
			fields = ["interaction_type", "starts_on", "direction", "duration", "customer_profile"]
			rows = self.listed("Interaction", fields, status="Done")
			expected = self.by_owner(
				[row for row in rows if self.in_span(row.starts_on)], "interaction_owner"
			)
			found = {row["owner"]: row for row in self.rows(**SPAN)}
			for owner, done in expected.items():
				row = found[owner]
				self.assertEqual(row["interactions"], len(done))
				self.assertEqual(row["incoming"], len([one for one in done if one.direction == "Incoming"]))
				self.assertEqual(row["customers"], len({one.customer_profile for one in done}))
				self.assert_close(row["hours"], sum(one.duration or 0 for one in done) / 3600)
				for kind in {one.interaction_type for one in done}:
					self.assertEqual(row[kind], len([one for one in done if one.interaction_type == kind]))

	def test_each_figure_leads_to_its_documents(self) -> None:
		for row in self.rows(**SPAN, team=self.world.team):
			for key, filters in row["drill"].items():
				if key in ("customers", "hours"):
					continue  # what is counted once, or added up, of the same interactions
				doctype = "Follow Up" if key == "follow_ups" else "Interaction"
				self.assertEqual(len(frappe.get_list(doctype, filters, limit=0)), row[key], key)


class TestFollowUpDiscipline(ActivityCase):
	REPORT = "Follow-up Discipline"

	def state_of(self, row: Any) -> str:
		if row.status == "Cancelled":
			return "Cancelled"
		if row.status == "Done":
			return "Kept" if row.completed_on.date() <= row.due_on.date() else "Late"
		return "Missed" if row.due_on.date() < now_datetime().date() else "Ahead"

	def test_each_person_equals_the_walk_by_hand(self) -> None:
		for _user in self.people():
			rows = self.listed("Follow Up", ["status", "due_on", "completed_on"])
			due = self.by_owner([row for row in rows if self.in_span(row.due_on)], "assigned_to")
			for owner, own in due.items():
				row = self.rows(**SPAN, owner=owner)[0]
				states = defaultdict(int)
				for one in own:
					states[self.state_of(one)] += 1
				self.assertEqual(row["due"], len(own))
				for state in ("Kept", "Late", "Missed", "Ahead", "Cancelled"):
					self.assertEqual(row[state], states[state], f"{state} of {owner}")
					behind = self.report(**row["drill"][state])["result"]
					self.assertEqual(len(behind), states[state])
				late = [
					(one.completed_on.date() - one.due_on.date()).days for one in own if self.is_late(one)
				]
				self.assertEqual(row["days_late"], sum(late) / len(late) if late else None)

	def is_late(self, row: Any) -> bool:
		return self.state_of(row) == "Late"

	def test_what_has_a_status_of_the_sites_own_or_none_is_due_and_in_no_state(self) -> None:
		owner, few = self.world.agents[0], ("due", "Kept", "Late", "Missed", "Ahead", "Cancelled")
		rows = self.listed("Follow Up", ["name", "status", "due_on"])
		mine = [row for row in self.by_owner(rows, "assigned_to")[owner] if self.in_span(row.due_on)]
		done = [row.name for row in mine if row.status == "Cancelled"][:2]
		before = self.rows(**SPAN, owner=owner)[0]
		for name, status in zip(done, ("Waiting", None), strict=True):
			frappe.db.set_value("Follow Up", name, "status", status)
			self.addCleanup(frappe.db.set_value, "Follow Up", name, "status", "Cancelled")
		after = self.rows(**SPAN, owner=owner)[0]
		self.assertEqual(
			{key: before[key] - after[key] for key in few}, {**dict.fromkeys(few, 0), "Cancelled": 2}
		)

	def test_a_state_that_is_none_gets_a_sentence(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "cannot show"):
			self.report(show="Broken <b>")
