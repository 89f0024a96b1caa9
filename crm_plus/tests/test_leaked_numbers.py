"""No sum, count, average or weighted amount holds another team's deals: each is the same where those are not there at all."""

import re
from collections.abc import Collection
from contextlib import ExitStack

import frappe
from frappe.utils import add_days, nowdate

from crm_plus.tests import factories
from crm_plus.tests.clock import stopped_clock
from crm_plus.tests.leak_case import AMOUNT, TEAMS, FiveTeamsCase

# The time of day goes on between one look and the next, and how long a report takes differs.
CLOCK = re.compile(r'\d\d:\d\d(:\d\d)?(\.\d+)?|"execution_time": ?[\d.e-]+')
FRACTION = re.compile(r"\d+\.\d+(e-?\d+)?")
# What hangs on records, by the field that names them.
HANGING = {
	"Stage Change": "reference_name",
	"Deal Item": "parent",
	"Interaction Participant": "parent",
	"Pipeline Snapshot": "deal",
}


def lasting(shown: str) -> str:
	"""Return what a road shows without what differs from second to second."""
	return FRACTION.sub(lambda found: f"{float(found.group()):.2f}", CLOCK.sub("", shown))


class TestLeakedNumbers(FiveTeamsCase):
	def setUp(self) -> None:
		super().setUp()
		clock = ExitStack()
		clock.enter_context(stopped_clock())  # ages in days grow meanwhile
		self.addCleanup(clock.close)
		self.of_team = {at: [(kind, names[at]) for kind, names in self.names.items()] for at in TEAMS}
		for at in TEAMS:
			self.make_business(at)

	def make_business(self, at: int) -> None:
		"""Give a team a deal that will close soon, one that it won and one that it lost."""
		reason = factories.make_lost_reason().name
		for number, stage in enumerate(("Talking", "Won", "Lost")):
			deal = factories.make_deal(
				**{"title": f"{self.word} {at}", "customer_profile": self.names["Customer Profile"][at]},
				**{
					"pipeline": self.pipeline,
					"deal_owner": self.people[at],
					"amount": AMOUNT * 3**at + number,
				},
				expected_close_date=add_days(nowdate(), 9),
			)
			deal.update(
				{"stage": f"{self.pipeline}-{stage}", "lost_reason": reason if stage == "Lost" else None}
			)
			deal.save()
			self.of_team[at].append(("Deal", deal.name))

	def take_away(self, teams: Collection[int]) -> None:
		for kind, name in (record for at in teams for record in self.of_team[at]):
			frappe.db.delete(kind, {"name": name})
			for doctype, field in HANGING.items():
				frappe.db.delete(doctype, {field: name})

	def shown(self, user: str) -> dict[str, str]:
		return {road: lasting(shown) for road, shown in self.screens(user).items()}

	def test_each_is_the_same_without_the_others(self) -> None:
		for at, user in ((0, self.people[0]), *enumerate(self.mates[:4])):
			before = self.shown(user)
			frappe.db.savepoint("all_five")
			self.take_away({*TEAMS} - {at})
			after = self.shown(user)
			frappe.db.rollback(save_point="all_five")
			for road, shown in before.items():
				with self.subTest(road, user=user):
					self.assertEqual(shown, after[road])

	def test_each_is_another_to_who_sees_the_others(self) -> None:
		"""Else the test above might pass where nothing is counted."""
		before = self.shown(self.top)
		self.take_away({1, 2, 3, 4})
		after = self.shown(self.top)
		changed = [road for road, shown in before.items() if shown != after[road]]
		self.assertGreater(len(changed), 20, changed)
