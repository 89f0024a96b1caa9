"""Forecast by History against each deal's chance reckoned by itself, from the moves of the deals that each may list."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from crm_plus.rules.deal_history import (
	STILL,
	Visits,
	age_shown,
	by_days,
	owner_factors,
	stage_rates,
	wins_by_week,
	wins_of_open,
	with_factors,
)
from crm_plus.rules.periods import month_key, months, next_month
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase

DAY, WEEK = 86_400, 7


class TestForecastByHistory(ReportCase):
	REPORT = "Forecast by History"

	def visits(self, pipeline: str) -> list[Visits]:
		"""Return every visit of the deals that the user can list, one by one."""
		deals = {deal.name: deal for deal in self.all_deals(pipeline)}
		since = datetime.combine(getdate() - timedelta(days=730), time.min)
		outcomes = {f"{pipeline}-{name}": name for name in ("Won", "Lost")}
		found = []
		for move in frappe.get_all(
			"Stage Change",
			{"reference_name": ["in", list(deals) or [""]], "from_stage": ["is", "set"]},
			["reference_name", "from_stage", "to_stage", "changed_on", "seconds_in_previous"],
		):
			if move.changed_on - timedelta(seconds=move.seconds_in_previous) < since:
				continue
			end = outcomes.get(move.to_stage, move.to_stage)
			days = int(move.seconds_in_previous // DAY)
			if move.from_stage not in outcomes:
				found.append(Visits(move.from_stage, end, days, 1, deals[move.reference_name].deal_owner))
		for deal in deals.values():
			if deal.status == "Open":
				found.append(Visits(deal.stage, STILL, self.age(deal) // DAY, 1, deal.deal_owner))
		return found

	def all_deals(self, pipeline: str) -> list[Any]:
		fields = [
			*("name", "status", "stage", "deal_owner", "stage_entered_on", "amount", "base_amount"),
			*("currency", "company", "closed_on"),
		]
		return frappe.get_list("Deal", filters={"pipeline": pipeline}, fields=fields, limit=0)

	def age(self, deal: Any) -> int:
		return int((now_datetime() - deal.stage_entered_on).total_seconds())

	def by_hand(self, pipeline: str, last: Any, owner: str = "") -> dict[str, float]:
		"""Return what each month brings: won, and each open deal's amount by its own chance."""
		visits, found = self.visits(pipeline), defaultdict(float)
		rates = stage_rates(visits)
		periods = months(getdate().replace(day=1), last)
		edges = [0, *((period.last - getdate()).days + 1 for period in periods)]
		weeks = edges[-1] // WEEK + 2
		for deal in self.all_deals(pipeline):
			if owner and deal.deal_owner != owner:
				continue
			if deal.status == "Won" and deal.closed_on.date() >= periods[0].first:
				found[month_key(deal.closed_on)] += self.amount(deal)
			if deal.status != "Open":
				continue
			own = owner_factors(rates, [visit for visit in visits if visit.owner == deal.deal_owner])
			stages = {stage: with_factors(one, own) for stage, one in rates.items()}
			age = age_shown(self.age(deal) // (DAY * WEEK) * WEEK)
			weekly = wins_of_open(stages[deal.stage], age, wins_by_week(stages, weeks), weeks)
			for period, chance in zip(periods, by_days(weekly, edges)[1:], strict=True):
				found[period.key] += self.amount(deal) * chance
		return found

	def test_each_month_equals_the_deals_one_by_one(self) -> None:
		last = next_month(getdate(), 6) - timedelta(days=1)
		seen = set()
		for user in self.people():
			rows = self.rows(pipeline=self.pipeline, currency="EUR")
			if not rows:
				continue
			seen.add(user)
			expected = self.by_hand(self.pipeline, last)
			self.assertEqual(len(rows), 6)
			for row in rows:
				self.assert_close(row["expected"], expected[row["month"]], f"{user} {row['month']}")
				self.assertLessEqual(row["won"], row["low"])
				self.assertLessEqual(row["low"], row["high"])
			total = self.total(pipeline=self.pipeline, currency="EUR")
			self.assertLess(total["low"], total["expected"])
			self.assertGreater(total["high"], total["expected"])
			self.assertLess(total["high"] - total["low"], sum(row["high"] - row["low"] for row in rows))
		self.assertLessEqual({"Administrator", self.world.manager, self.world.bound}, seen)

	def test_one_owner_stands_beside_his_pipeline(self) -> None:
		"""His deals alone are in it; the rates are still those of all."""
		last = next_month(getdate(), 6) - timedelta(days=1)
		agent = self.world.agents[0]
		expected = self.by_hand(self.pipeline, last, agent)
		for row in self.rows(pipeline=self.pipeline, currency="EUR", owner=agent):
			self.assert_close(row["expected"], expected[row["month"]])

	def test_the_same_question_gets_the_same_range(self) -> None:
		first, second = (self.total(pipeline=self.pipeline, currency="EUR") for _time in range(2))
		self.assertEqual((first["low"], first["high"]), (second["low"], second["high"]))

	def test_beside_it_stands_what_the_stages_say(self) -> None:
		forecast = {
			row["month"]: row for row in self.report("Sales Forecast", pipeline=self.pipeline)["result"]
		}
		for row in self.rows(pipeline=self.pipeline):
			for ours, theirs in (("by_stage", "weighted"), ("won", "won"), ("open", "open")):
				self.assert_close(row[ours], forecast[row["month"]][theirs])

	def test_figures_lead_to_their_documents(self) -> None:
		def add(deals: list) -> float:
			return sum(deal.base_amount for deal in deals)

		rows = self.rows(pipeline=self.pipeline, company=self.world.companies[0])
		self.assert_drills(rows, {"won": add, "open": add})

	def test_the_deals_behind_each_month_add_up_to_it(self) -> None:
		for user in ("Administrator", self.world.bound):
			with self.as_user(user):
				for row in self.rows(pipeline=self.pipeline, currency="EUR"):
					behind = self.rows(**row["drill"]["expected"])
					summed = sum(deal["expected"] for deal in behind)
					self.assertAlmostEqual(summed, row["expected"], delta=0.01 + row["expected"] / 1e6)
					won = [deal for deal in behind if deal["status"] == "Won"]
					self.assert_close(sum(deal["expected"] for deal in won), row["won"])
					readable = frappe.get_list(
						"Deal", {"status": ["in", ["Open", "Won"]]}, pluck="name", limit=0
					)
					self.assertLessEqual({deal["name"] for deal in behind}, set(readable))
		first, last = next_month(getdate(), -12), next_month(getdate(), -1)
		past = self.report(pipeline=self.pipeline, show="Deals", from_date=first, to_date=last)["result"]
		self.assertEqual({deal["status"] for deal in past}, {"Won"})

	def test_too_little_history_is_said_and_nothing_invented(self) -> None:
		pipeline = factories.make_pipeline().name
		factories.make_deal(pipeline=pipeline, amount=500)
		found = self.report(pipeline=pipeline)
		self.assertEqual(found["result"], [])
		self.assertIn("too little history", found["message"])
		self.assertIn("0 deals were closed", found["message"])
		self.assertIn("enough history", self.report(pipeline=pipeline, show="Owners")["message"])
		row = self.rows(pipeline=pipeline, show="Stages")[0]
		self.assertIsNone(row["conversion"])

	def test_a_stage_nobody_has_left_is_kept_out_and_said(self) -> None:
		new = factories.make(
			"Pipeline Stage",
			pipeline=self.pipeline,
			stage_name=factories.unique("Fresh"),
			position=3,
			probability=50,
		)
		before = self.total(pipeline=self.pipeline, currency="EUR")["expected"]
		deal = factories.make_deal(pipeline=self.pipeline, amount=4242, stage=new.name)
		try:
			found = self.report(pipeline=self.pipeline, currency="EUR")
		finally:
			# The world is shared with the tests of other reports.
			deal.delete()
			new.delete()
		self.assertIn("Not in it: 1 open deals", found["message"])
		self.assertAlmostEqual(found["result"][-1]["expected"], before, delta=1)

	def test_the_rates_are_shown(self) -> None:
		visits = self.visits(self.pipeline)
		rows = {row["stage"]: row for row in self.rows(pipeline=self.pipeline, show="Stages")}
		for name in ("New", "Talking", "Offer"):
			here = [visit for visit in visits if visit.stage == f"{self.pipeline}-{name}"]
			self.assertEqual(rows[name]["visits"], len(here))
			self.assertEqual(rows[name]["won"], sum(visit.end == "Won" for visit in here))
			self.assertEqual(rows[name]["still"], sum(visit.end == STILL for visit in here))
			self.assertTrue(0 < rows[name]["conversion"] < 100)
		owners = self.rows(pipeline=self.pipeline, show="Owners")
		self.assertEqual(len(owners), 3)
		for row in owners:
			self.assertTrue(0.3 < row["win_factor"] < 3)

	def test_months_that_are_over_hold_what_was_won(self) -> None:
		first = next_month(getdate(), -3)
		rows = self.rows(pipeline=self.pipeline, from_date=first, to_date=first + timedelta(days=40))
		for row in rows:
			self.assertEqual((row["expected"], row["low"], row["high"]), (row["won"],) * 3)

	def test_bad_questions_get_a_sentence_and_far_ones_two_years(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "cannot show Guess"):
			self.report(show="Guess")
		far = {"from_date": getdate(), "to_date": next_month(getdate(), 120)}
		found = self.report(pipeline=self.pipeline, **far)
		self.assertEqual(len(found["result"]), 24 + 1)
		self.assertIn("24 months ahead", found["message"])
		ahead = next_month(getdate(), 2)
		later = self.rows(pipeline=self.pipeline, from_date=ahead, to_date=next_month(ahead, 2))
		whole = {row["month"]: row["expected"] for row in self.rows(pipeline=self.pipeline)}
		for row in later[:2]:
			self.assertAlmostEqual(row["expected"], whole[row["month"]], delta=whole[row["month"]] * 0.02 + 1)
