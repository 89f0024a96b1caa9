"""Lifecycle Movement against a replay by hand of seeded histories: before, what came and left, and after add up."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime
from pypika.functions import NullIf

from crm_plus.access.report_readers import rows_for_readers
from crm_plus.reports.lifecycle_then import counted_at
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, bulk, random_time, world

SPAN = {"from_date": getdate() - timedelta(days=60), "to_date": getdate() - timedelta(days=10)}
STAGES = ("Lead", "Prospect", "Active", "At Risk", "Inactive", "Lost")
_put: list[str] = []


def put_lives() -> str:
	"""Insert profiles with any history, once a run; return their source."""
	if _put:
		return _put[0]
	made, chance = world(), random.Random(13)
	source = factories.make("Customer Source", source_name=factories.unique("Origin")).name
	profiles, changes = [], []
	for number in range(80):
		name = f"L-{made.key}-{number:03}"
		times = sorted({random_time(chance, -120, 0) for _ in range(chance.randint(0, 5))})
		way = [chance.choice(STAGES)]
		while len(way) < len(times):
			way.append(chance.choice([stage for stage in STAGES if stage != way[-1]]))
		# Some histories begin with the profile, some later, as of those that were there before us.
		begins = times and chance.random() < 0.6
		created = (
			times[0]
			if begins
			else (times[0] if times else now_datetime()) - timedelta(days=chance.randint(1, 90))
		)
		for place, moment in enumerate(times):
			left = None if begins and not place else way[place - 1] if place else chance.choice(STAGES)
			changes.append(change_row(name, f"{name}-{place}", left, way[place], moment))
		profiles.append(profile_row(made, chance, name, source, way[-1], created))
	bulk("Customer Profile", profiles)
	bulk("Stage Change", changes)
	frappe.db.commit()
	_put.append(source)
	return source


def change_row(profile: str, name: str, left: str | None, entered: str, moment: datetime) -> dict[str, Any]:
	return {
		**{"name": name, "reference_doctype": "Customer Profile", "reference_name": profile},
		**{"from_stage": left, "to_stage": entered, "changed_on": moment, "cause": "Manual"},
	}


def profile_row(
	made: Any, chance: random.Random, name: str, source: str, stage: str, created: datetime
) -> dict[str, Any]:
	return {
		**{"name": name, "full_name": f"Life {name}", "profile_type": "Person", "creation": created},
		**{"lifecycle_stage": stage, "source": source, "profile_owner": chance.choice(made.agents)},
		"territory": chance.choice(("All Territories", None)),
	}


class TestLifecycleMovement(ReportCase):
	REPORT = "Lifecycle Movement"

	def setUp(self) -> None:
		super().setUp()
		self.source = put_lives()
		self.asked = {"source": self.source, **SPAN}

	def listed(self) -> list[Any]:
		fields = ["name", "creation", "lifecycle_stage", "profile_owner", "territory"]
		return frappe.get_list("Customer Profile", {"source": self.source}, fields, limit=0)

	def history(self) -> dict[str, list[Any]]:
		found: dict[str, list[Any]] = {}
		for row in frappe.get_all(
			"Stage Change",
			{"reference_doctype": "Customer Profile", "reference_name": ["like", f"L-{self.world.key}-%"]},
			["reference_name", "from_stage", "to_stage", "changed_on"],
			order_by="changed_on asc",
			limit=0,
		):
			found.setdefault(row.reference_name, []).append(row)
		return found

	def stage_at(self, profile: Any, changes: list[Any], moment: datetime) -> str | None:
		"""Replay a profile's history up to a time."""
		if changes and not changes[0].from_stage:
			stage = None
		else:
			stage = changes[0].from_stage if changes else profile.lifecycle_stage
			stage = stage if profile.creation < moment else None
		for change in changes:
			if change.changed_on < moment:
				stage = change.to_stage
		return stage

	def pairs(self) -> list[tuple[Any, str | None, str]]:
		"""Return profile, stage before the period and stage after it, of those that are there after it."""
		history = self.history()
		start = datetime.combine(SPAN["from_date"], datetime.min.time())
		end = datetime.combine(SPAN["to_date"] + timedelta(days=1), datetime.min.time())
		found = []
		for profile in self.listed():
			changes = history.get(profile.name, [])
			stands = self.stage_at(profile, changes, end)
			if stands:
				found.append((profile, self.stage_at(profile, changes, start), stands))
		return found

	def test_the_matrix_and_the_stages_equal_the_replay(self) -> None:
		for _user in self.people():
			pairs = self.pairs()
			if not pairs:
				continue
			count = Counter((stood or "New", stands) for _profile, stood, stands in pairs)
			matrix = {row["stage"]: row for row in self.rows(group_by="From and To", **self.asked)}
			for stood in ("New", *STAGES):
				for stands in STAGES:
					self.assertEqual(matrix[stood][stands], count[stood, stands], f"{stood} to {stands}")
			for row in self.rows(group_by="Stage", **self.asked):
				stage = row["stage"]
				before = [pair for pair in pairs if pair[1] == stage]
				self.assertEqual(row["before"], len(before))
				self.assertEqual(row["left"], len([pair for pair in before if pair[2] != stage]))
				self.assertEqual(row["new"], count["New", stage])
				self.assertEqual(row["before"] + row["new"] + row["came"] - row["left"], row["after"])

	def test_at_any_times_as_many_stand_in_each_stage_as_the_replay_has(self) -> None:
		"""Of those too that moved at one of the times or came after it; by group, and of a narrow reader."""
		profile, changed = frappe.qb.DocType("Customer Profile"), self.history()
		at_a_move = max(change.changed_on for changes in changed.values() for change in changes)
		start = datetime.combine(SPAN["from_date"], datetime.min.time())
		ways = [
			(start,),
			(at_a_move,),
			(start, at_a_move),
			(start, start),
			(start, at_a_move, at_a_move + timedelta(days=1)),
		]
		for user in self.people():
			mine = rows_for_readers("Customer Profile") & (profile.source == self.source)
			for moments in ways:
				for fieldname in ("", "territory"):
					expected = Counter(
						(
							row[fieldname] if fieldname else None,
							*(self.stage_at(row, changed.get(row.name, []), moment) for moment in moments),
						)
						for row in self.listed()
					)
					value = NullIf(profile[fieldname], "") if fieldname else None
					found = counted_at(lambda query, mine=mine: query.where(mine), moments, value)
					self.assertEqual(found, expected, f"{user} {moments} {fieldname}")

	def test_groups_of_profiles_add_up(self) -> None:
		for group, fieldname in (("Owner", "profile_owner"), ("Territory", "territory"), ("Source", "")):
			rows = self.rows(group_by=group, **self.asked)
			pairs = self.pairs()
			expected = Counter(profile[fieldname] if fieldname else "" for profile, *_stages in pairs)
			self.assertEqual(sorted(row["after"] for row in rows), sorted(expected.values()))
			for row in rows:
				self.assertEqual(row["before"] + row["new"], row["after"])
			became = sum(row["Active"] for row in rows)
			self.assertEqual(
				became,
				len([1 for _p, stood, stands in pairs if stands == "Active" and stood not in (None, stands)]),
			)

	def test_all_moves_of_the_period_are_counted(self) -> None:
		history, names = self.history(), {profile.name for profile in self.listed()}
		moves = Counter(
			change.to_stage
			for name in names
			for change in history.get(name, [])
			if change.from_stage and SPAN["from_date"] <= change.changed_on.date() <= SPAN["to_date"]
		)
		for row in self.rows(group_by="Stage", **self.asked):
			self.assertEqual(row["moves"], moves[row["stage"]])
		self.assertEqual(self.total(group_by="Stage", **self.asked)["moves"], sum(moves.values()))

	def test_each_figure_leads_to_what_it_counts(self) -> None:
		for user in ("Administrator", self.world.agents[0]):
			with self.as_user(user):
				for group in ("Stage", "From and To", "Owner", "Territory"):
					total = self.total(group_by=group, **self.asked)
					for row in [*self.rows(group_by=group, **self.asked), total]:
						for key, filters in row["drill"].items():
							behind = self.report(**filters)["result"]
							self.assertEqual(len(behind), row[key], f"{key} of {row}")

	def test_bad_filters_get_a_sentence(self) -> None:
		for filters, sentence in (
			({"show": "Broken <b>"}, "cannot show"),
			({"show": "Profiles", "stood": "Broken <b>"}, "no lifecycle stage Broken &lt;b&gt;"),
			({"show": "Moves", "stands": "Broken"}, "no lifecycle stage"),
			({"show": "Profiles", "behind": "1=1 or"}, "no group"),
			({"group_by": "Broken <b>"}, "cannot be grouped"),
		):
			with self.assertRaisesRegex(frappe.ValidationError, sentence):
				self.report(**{**self.asked, **filters})

	def test_a_real_move_shows(self) -> None:
		"""Not a row put there by the test, but the app's own history."""
		source = factories.make("Customer Source", source_name=factories.unique("Origin")).name
		profile = factories.make_profile(source=source)
		profile.lifecycle_stage = "At Risk"
		profile.save()
		rows = {row["stage"]: row for row in self.rows(source=source, from_date=getdate(), to_date=getdate())}
		self.assertEqual((rows["At Risk"]["new"], rows["At Risk"]["moves"], rows["Lead"]["new"]), (1, 1, 0))

	def test_a_move_at_midnight_belongs_to_the_day_that_begins(self) -> None:
		source = factories.make("Customer Source", source_name=factories.unique("Origin")).name
		first = datetime.combine(SPAN["from_date"], datetime.min.time())
		beyond = datetime.combine(SPAN["to_date"] + timedelta(days=1), datetime.min.time())
		for number, moment in enumerate((first, beyond)):
			profile = factories.make_profile(source=source).name
			frappe.db.delete("Stage Change", {"reference_name": profile})
			values = {"creation": first - timedelta(days=9), "lifecycle_stage": "Active"}
			frappe.db.set_value("Customer Profile", profile, values, update_modified=False)
			bulk("Stage Change", [change_row(profile, f"{profile}-{number}", "Lead", "Active", moment)])
		rows = {row["stage"]: row for row in self.rows(source=source, **SPAN)}
		lead, active = rows["Lead"], rows["Active"]
		self.assertEqual((lead["before"], lead["left"], lead["after"]), (2, 1, 1))
		self.assertEqual((active["before"], active["came"], active["after"], active["moves"]), (0, 1, 1, 1))
