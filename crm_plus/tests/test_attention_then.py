"""The cards of open deals against 30 days ago: by the snapshots, of readable deals alone, and never invented."""

import random
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.access.remembered import remembering
from crm_plus.api import board, insight
from crm_plus.reports import cards
from crm_plus.reports.board import load_stages
from crm_plus.reports.board_conditions import team_members
from crm_plus.reports.pipeline_then import DAYS_AGO, OLDER_DAYS, SNAPSHOT, attention_then, open_then
from crm_plus.rules.deal_stages import is_rotten
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, bulk
from crm_plus.workflows import pipeline_snapshots

NOBODY_KNOWS = {"stepless": None, "rotten": None}
FLAGS = ("no_next_step", "is_rotten")


class AttentionCase(ReportCase):
	def setUp(self) -> None:
		super().setUp()
		self.chance = random.Random(7)
		first = getdate() - timedelta(days=DAYS_AGO + OLDER_DAYS)
		# Undone after each test.
		frappe.db.delete(SNAPSHOT, {"snapshot_date": [">=", first]})

	def put(self, days_ago: int, **values: Any) -> list[dict[str, Any]]:
		"""Keep the world's deals as they may have stood on a day; some were another's, or of another company."""
		day, chance = getdate() - timedelta(days=days_ago), self.chance
		rows = [
			{
				**{"name": f"{day}-{deal}", "snapshot_date": day, "deal": deal, "tells_attention": 1},
				**{flag: chance.choice((0, 0, 1)) for flag in FLAGS},
				**{"deal_owner": chance.choice(self.world.agents)},
				**{"company": chance.choice(self.world.companies), **values},
			}
			for deal in self.world.deals
		]
		bulk(SNAPSHOT, rows)
		return rows


class TestAttentionThen(AttentionCase):
	def shown(self, rows: list[dict[str, Any]], company: str, team: str) -> list[dict[str, Any]]:
		"""Return by hand the rows that a dashboard's filters show to the user of the session."""
		mine = set(frappe.get_list("Deal", {"name": ["in", self.world.deals]}, pluck="name", limit=0))
		people = team_members(team) if team else self.world.agents
		rows = [row for row in rows if row["deal"] in mine and row["deal_owner"] in people]
		return [row for row in rows if company in ("", row["company"])]

	def test_it_is_the_snapshot_of_that_time_of_what_is_readable(self) -> None:
		self.put(DAYS_AGO - 1)
		rows = self.put(DAYS_AGO + 3)
		self.put(DAYS_AGO + 5)
		told = set()
		for user in ("Administrator", self.world.manager, self.world.bound, *self.world.agents[:2]):
			for company in ("", *self.world.companies):
				for team in ("", self.world.team, self.world.below):
					with self.as_user(user), self.subTest(user, company=company, team=team):
						whose = cards.of_whom({"company": company, "team": team})
						shown = self.shown(rows, company, team)
						expected = [sum(row[flag] for row in shown) for flag in FLAGS]
						self.assertEqual(list(attention_then(whose).values()), expected)
						self.assertEqual(open_then(whose), len(shown))
						told.add((*expected, len(shown)))
		self.assertGreater(len(told), 8)

	def test_the_cards_say_by_how_much_they_changed(self) -> None:
		self.put(DAYS_AGO)
		own = cards.own_company()
		for user in ("Administrator", self.world.manager, self.world.agents[0]):
			with self.as_user(user):
				then = attention_then({"company": own})
				expected = (
					(insight.open_deals(), open_then({"company": own})),
					(insight.deals_without_next_step(), then["stepless"]),
					(insight.rotten_deals(), then["rotten"]),
					(board.rotten_deals(), then["rotten"]),
				)
				for card, before in expected:
					self.assertTrue(before)
					self.assert_close(card["change"], 100 * (card["value"] - before) / before)
				self.assertEqual(
					[bool(card.get("falls_well")) for card, _then in expected], [False, *[True] * 3]
				)

	def test_what_nobody_knows_is_no_zero(self) -> None:
		"""A night before the upgrade tells how many deals were open, and nothing else; where there was no night, nothing."""
		self.put(DAYS_AGO - 1)
		self.put(DAYS_AGO + OLDER_DAYS + 1)
		whose = {"company": self.world.companies[0]}
		self.assertEqual(attention_then(whose), NOBODY_KNOWS)
		self.assertIsNone(open_then(whose))
		for ask in (insight.open_deals, insight.deals_without_next_step, insight.rotten_deals):
			self.assertIsNone(ask()["change"])
		rows = self.put(DAYS_AGO, tells_attention=0, no_next_step=0, is_rotten=0)
		self.assertEqual(attention_then(whose), NOBODY_KNOWS)
		self.assertEqual(open_then(whose), sum(row["company"] == whose["company"] for row in rows))
		self.assertIsNone(board.rotten_deals()["change"])

	def test_a_night_told_in_part_is_told_of_whom_it_knows_whole(self) -> None:
		rows = self.put(DAYS_AGO)
		first, second = self.world.companies
		row = next(row for row in rows if row["company"] == second)
		frappe.db.set_value(SNAPSHOT, row["name"], {"tells_attention": 0, "no_next_step": 0, "is_rotten": 0})
		self.assertEqual(attention_then({"company": second}), NOBODY_KNOWS)
		self.assertEqual(attention_then({}), NOBODY_KNOWS)
		expected = [sum(row[flag] for row in rows if row["company"] == first) for flag in FLAGS]
		self.assertEqual(list(attention_then({"company": first}).values()), expected)

	def test_from_nothing_nothing_grows(self) -> None:
		self.put(DAYS_AGO, no_next_step=0, is_rotten=0)
		self.assertEqual(attention_then({}), {"stepless": 0, "rotten": 0})
		self.assertIsNone(insight.deals_without_next_step()["change"])

	def test_two_cards_ask_once(self) -> None:
		self.put(DAYS_AGO)
		asked = {"filters": {"company": self.world.companies[0]}}
		with remembering(), self.count_queries() as queries:
			insight.deals_without_next_step(**asked)
			insight.rotten_deals(**asked)
			insight.open_deals(**asked)
		self.assertEqual(len([query for query in queries if "`tells_attention`" in query]), 1)
		self.assertEqual(len([query for query in queries if "MAX(`snapshot_date`)" in query]), 1)


class TestOpenDeals(ReportCase):
	def test_the_workspaces_card_leads_to_the_list_that_it_counts(self) -> None:
		factories.make_deal(company=cards.own_company())
		for user in ("Administrator", self.world.manager, self.world.bound, self.world.agents[0]):
			with self.as_user(user):
				card = insight.open_deals()
				own = {"status": "Open", "company": cards.own_company()}
				self.assertEqual(card["route_options"], own)
				self.assertEqual(card["value"], len(frappe.get_list("Deal", own, pluck="name", limit=0)))

	def test_who_may_read_no_deal_is_refused(self) -> None:
		with self.as_user(factories.make_user("Employee").name):
			for ask in (insight.open_deals, insight.rotten_deals, board.rotten_deals):
				with self.assertRaises(frappe.PermissionError):
					ask()


class TestKeptAttention(AttentionCase):
	"""What a night keeps is what the cards count that evening."""

	def setUp(self) -> None:
		super().setUp()
		for number, stage in enumerate(("New", "Talking", "Offer")):
			frappe.db.set_value("Pipeline Stage", f"{self.pipeline}-{stage}", "rots_after_days", 6 * number)
		for number, deal in enumerate(self.world.deals):
			until = (None, None, -1, 0, 1, 9)[number % 6]
			until = None if until is None else getdate() + timedelta(days=until)
			frappe.db.set_value("Deal", deal, "snoozed_until", until, update_modified=False)

	def keep(self, day: date) -> list[Any]:
		"""Return what a night keeps of the world's deals; nothing is committed."""
		pipeline_snapshots.take_batch(day, "", 1_000_000)
		mine = {"snapshot_date": day, "deal": ["in", self.world.deals]}
		return frappe.get_all(SNAPSHOT, mine, ["deal", "company", "tells_attention", *FLAGS], limit=0)

	def test_it_is_the_rule_on_that_day(self) -> None:
		stages, told = {stage.name: stage for stage in load_stages()}, set()
		fields = ("stage", "stage_entered_on", "snoozed_until", "next_follow_up_on")
		for days in (0, 3, -11):
			day = getdate() + timedelta(days=days)
			for row in self.keep(day):
				deal = frappe.db.get_value("Deal", row.deal, fields, as_dict=True)
				rots = is_rotten(stages[deal.stage], deal.stage_entered_on, deal.snoozed_until, day)
				self.assertEqual(row.is_rotten, int(rots), (day, deal))
				self.assertEqual(row.no_next_step, int(deal.next_follow_up_on is None))
				self.assertEqual(row.tells_attention, 1)
				told.add((days, row.is_rotten, row.no_next_step))
		self.assertEqual(len(told), 12)

	def test_it_is_what_the_cards_count_that_evening(self) -> None:
		self.keep(getdate())
		for company in self.world.companies:
			kept = {"snapshot_date": getdate(), "company": company}
			expected = [frappe.db.count(SNAPSHOT, {**kept, flag: 1}) for flag in FLAGS]
			ask = {"filters": {"company": company}}
			found = [insight.deals_without_next_step(**ask)["value"], insight.rotten_deals(**ask)["value"]]
			self.assertEqual(found, expected)
			self.assertEqual(insight.open_deals(**ask)["value"], frappe.db.count(SNAPSHOT, kept))
			self.assertTrue(all(expected))

	def test_a_night_again_keeps_the_first_picture(self) -> None:
		before = self.keep(getdate())
		deal = next(row.deal for row in before if not row.no_next_step)
		frappe.db.set_value("Deal", deal, "next_follow_up_on", None)
		self.assertEqual(self.keep(getdate()), before)
