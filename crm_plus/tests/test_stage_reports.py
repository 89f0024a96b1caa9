"""Funnel, Sales Velocity, Win Loss Analysis and Rotten and Slipping Deals against a walk by hand."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.jobs import pipeline_snapshots
from crm_plus.reports.board import load_stages
from crm_plus.reports.report_parts import GREEN, RED
from crm_plus.rules import deal_stages
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase
from crm_plus.tests.same_line import assert_same_line

YEAR = {"from_date": getdate() - timedelta(days=365), "to_date": getdate()}
DAY = 86_400


class StageCase(ReportCase):
	def changes(self, deals: Iterable[Any]) -> dict[str, list[Any]]:
		"""Return the moves of deals, oldest first."""
		found = defaultdict(list)
		for row in frappe.get_all(
			"Stage Change",
			{"reference_name": ["in", [deal.name for deal in deals]]},
			["reference_name", "from_stage", "to_stage", "changed_on", "seconds_in_previous"],
			order_by="changed_on asc, name asc",
		):
			found[row.reference_name].append(row)
		return found

	def in_year(self, moment: Any) -> bool:
		return bool(moment) and YEAR["from_date"] <= moment.date() <= YEAR["to_date"]

	def close_enough(self, row: dict[str, Any], **expected: Any) -> None:
		for key, value in expected.items():
			self.assert_close(row[key], value, f"{key} of {row}")

	def cohort(self) -> list[tuple[Any, int]]:
		"""Return the deals that began in the year, each with the highest place that it entered."""
		places = {"New": 1, "Talking": 2, "Offer": 3, "Won": 4, "Lost": 0}
		deals, found = self.deals(), []
		changes = self.changes(deals)
		for deal in deals:
			moves = changes[deal.name]
			if self.in_year(moves[0].changed_on):
				furthest = max(places[move.to_stage.rsplit("-", 1)[1]] for move in moves)
				found.append((deal, furthest))
		return found


class TestFunnel(StageCase):
	REPORT = "Funnel and Stage Conversion"

	def test_each_stage_equals_the_walk_by_hand(self) -> None:
		for _user in self.people():
			cohort = self.cohort()
			rows = self.rows(pipeline=self.pipeline, currency="EUR", **YEAR)
			self.assertEqual([row["stage"] for row in rows], ["New", "Talking", "Offer", "Won"])
			for place, row in enumerate(rows, 1):
				reached = [deal for deal, furthest in cohort if furthest >= place]
				here = [deal for deal, furthest in cohort if furthest == place]
				self.close_enough(
					row,
					reached=len(reached),
					amount=sum(self.amount(deal) for deal in reached),
					won=len([deal for deal in reached if deal.status == "Won"]),
					stays=len([deal for deal in here if deal.status == "Open"]),
					lost=len([deal for deal in here if deal.status == "Lost"]),
					from_first=100 * len(reached) / len(cohort),
				)

	def test_the_days_of_a_visit(self) -> None:
		visits = defaultdict(list)
		for moves in self.changes(self.deals()).values():
			for move in moves:
				if move.from_stage and self.in_year(move.changed_on):
					visits[move.from_stage.rsplit("-", 1)[1]].append(move.seconds_in_previous)
		for row in self.rows(pipeline=self.pipeline, **YEAR):
			seconds = visits[row["stage"]]
			self.assert_close(row["days"], sum(seconds) / len(seconds) / DAY if seconds else None)

	def test_the_deals_behind_a_figure_are_as_many_and_as_much(self) -> None:
		for _user in self.people():
			for row in self.rows(pipeline=self.pipeline, currency="USD", **YEAR):
				behind = self.rows(**row["drill"]["reached"])
				self.assertEqual(len(behind), row["reached"])
				self.assert_close(sum(deal["amount"] for deal in behind), row["amount"])

	def test_a_stage_of_another_pipeline_has_nobody_behind_it(self) -> None:
		behind = f"{self.world.pipelines[1]}-New"
		self.assertEqual(self.rows(pipeline=self.pipeline, behind=behind, **YEAR), [])


class TestSalesVelocity(StageCase):
	REPORT = "Sales Velocity"

	def test_each_owner_equals_the_walk_by_hand(self) -> None:
		for _user in self.people():
			deals = self.deals()
			changes = self.changes(deals)
			rows = {row["value"]: row for row in self.rows(pipeline=self.pipeline, currency="EUR", **YEAR)}
			for owner in {deal.deal_owner for deal in deals}:
				own = [deal for deal in deals if deal.deal_owner == owner]
				closed = [deal for deal in own if deal.status != "Open" and self.in_year(deal.closed_on)]
				won = [deal for deal in closed if deal.status == "Won"]
				amount = sum(self.amount(deal) for deal in won)
				days = [
					(deal.closed_on - changes[deal.name][0].changed_on).total_seconds() / DAY for deal in won
				]
				cycle = sum(days) / len(won) if won else None
				self.close_enough(
					rows[owner],
					closed=len(closed),
					won=len(won),
					amount=amount,
					cycle=cycle,
					per_day=amount / cycle if cycle else None,
				)
				for stage in ("New", "Talking", "Offer"):
					visits = [
						move.seconds_in_previous / DAY
						for deal in own
						for move in changes[deal.name]
						if move.from_stage == f"{self.pipeline}-{stage}" and self.in_year(move.changed_on)
					]
					self.assert_close(
						rows[owner][f"{self.pipeline}-{stage}"], sum(visits) / len(visits) if visits else None
					)

	def test_each_figure_leads_to_its_deals(self) -> None:
		company = self.world.companies[1]
		for group in ("Owner", "Size"):
			rows = self.rows(pipeline=self.pipeline, company=company, group_by=group, **YEAR)
			self.assert_drills(
				rows, {"closed": len, "won": len, "amount": lambda found: sum(d.base_amount for d in found)}
			)


class TestWinLoss(StageCase):
	REPORT = "Win Loss Analysis"

	def test_won_is_green_and_lost_is_red(self) -> None:
		for group, series in (("Owner", {"Won": GREEN, "Lost": RED}), ("Lost Reason", {"Lost": RED})):
			chart = self.report(pipeline=self.pipeline, group_by=group, **YEAR)["chart"]
			names = [dataset["name"] for dataset in chart["data"]["datasets"]]
			self.assertEqual(dict(zip(names, chart["colors"], strict=True)), series)

	def test_groups_equal_the_walk_by_hand(self) -> None:
		keys = {"Lost Reason": "lost_reason", "Owner": "deal_owner", "Campaign": "campaign"}
		keys["Competitor"] = "competitor"
		for _user in self.people():
			closed = [deal for deal in self.deals() if deal.status != "Open" and self.in_year(deal.closed_on)]
			for group, fieldname in keys.items():
				rows = self.rows(pipeline=self.pipeline, currency="USD", group_by=group, **YEAR)
				seen = set()
				for row in rows:
					own = [deal for deal in closed if deal[fieldname] == row["value"]]
					won = [deal for deal in own if deal.status == "Won"]
					lost = [deal for deal in own if deal.status == "Lost"]
					discounts = [deal.additional_discount_percentage for deal in lost]
					self.close_enough(
						row,
						won=len(won),
						lost=len(lost),
						won_amount=sum(self.amount(deal, "USD") for deal in won),
						lost_amount=sum(self.amount(deal, "USD") for deal in lost),
						win_rate=100 * len(won) / len(own),
						lost_discount=sum(discounts) / len(discounts) if discounts else None,
					)
					seen.add(row["value"])
				counted = closed if group != "Lost Reason" else [d for d in closed if d.status == "Lost"]
				self.assertEqual(seen, {deal[fieldname] for deal in counted})

	def test_each_figure_leads_to_its_deals(self) -> None:
		def add(deals: list) -> float:
			return sum(deal.base_amount for deal in deals)

		for group in ("Lost Reason", "Month", "Size"):
			report = self.report(
				pipeline=self.pipeline, company=self.world.companies[0], group_by=group, **YEAR
			)
			fields = {"won": len, "lost": len, "won_amount": add, "lost_amount": add}
			self.assert_drills(report["result"], fields)


class TestRottenDeals(StageCase):
	REPORT = "Rotten and Slipping Deals"

	def test_the_rotten_are_those_of_the_rule(self) -> None:
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		frappe.db.set_value(
			"Deal", self.deals(status="Open")[0].name, "snoozed_until", getdate() + timedelta(3)
		)
		stages = {stage.name: stage for stage in load_stages(self.pipeline)}
		for _user in self.people():
			expected = {
				deal.name: self.amount(deal)
				for deal in self.deals(status="Open")
				if deal_stages.is_rotten(
					stages[deal.stage], deal.stage_entered_on, deal.snoozed_until, getdate()
				)
			}
			rows = self.rows(pipeline=self.pipeline, show="Rotten", currency="EUR")
			self.assertEqual({row["name"] for row in rows}, set(expected))
			self.assert_close(sum(row["amount"] for row in rows), sum(expected.values()))

	def test_the_count_in_the_summary_leads_here(self) -> None:
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		for group in ("Stage", "Owner", "Company"):
			report = self.report("Pipeline Summary", pipeline=self.pipeline, group_by=group)
			for row in report["result"]:
				self.assertEqual(len(self.rows(**row["drill"]["rotten"])), row["rotten"])

	def test_few_rows_are_the_largest_and_the_sums_are_of_all(self) -> None:
		frappe.db.set_value("Pipeline Stage", {"pipeline": self.pipeline}, "rots_after_days", 9)
		company = self.world.companies[0]
		whole = self.report(pipeline=self.pipeline, company=company)
		few = self.report(pipeline=self.pipeline, company=company, rows=3)
		*rows, total = whole["result"]
		*few_rows, few_total = few["result"]
		self.assertGreater(len(rows), 3)
		self.assertEqual(few_rows, rows[:3])
		self.assert_close(total["amount"], sum(row["amount"] for row in rows))
		self.assertEqual((few_total["amount"], few_total["is_total"]), (total["amount"], 1))
		self.assertEqual(self.rows(**few_total["drill"]["amount"]), rows)
		self.assertEqual(total["drill"], {})
		self.assertEqual(few["report_summary"], whole["report_summary"])
		self.assertEqual(few["chart"], whole["chart"])
		self.assertIn(str(len(rows)), few["message"])
		rotten = [row for row in rows if row["rotten"]]
		self.assertEqual(whole["report_summary"][0]["value"], len(rotten))
		self.assert_close(whole["report_summary"][1]["value"], sum(row["amount"] for row in rotten))

	def test_no_rows_or_too_many_are_refused(self) -> None:
		for rows in (-1, 0, 10_001, "all"):
			with self.assertRaises(frappe.ValidationError):
				self.rows(pipeline=self.pipeline, rows=rows)

	def test_a_close_date_that_moves_is_counted_from_night_to_night(self) -> None:
		# A pipeline of its own: the nights commit, and the world stays as it is.
		pipeline = factories.make_pipeline().name
		deal = factories.make_deal(pipeline=pipeline, expected_close_date="2031-01-10")
		nights = [date(2029, 1, 1) + timedelta(days=n) for n in range(5)]
		for night, closes in zip(
			nights, ("2031-01-10", "2031-01-20", "2031-01-20", "2031-01-05", None), strict=True
		):
			frappe.db.set_value("Deal", deal.name, "expected_close_date", closes)
			pipeline_snapshots.take(night)
		frappe.db.set_value("Deal", deal.name, "expected_close_date", "2031-02-10")
		found = {row["name"]: row for row in self.rows(pipeline=pipeline, show="Slipping")}[deal.name]
		self.assertEqual((found["moves"], str(found["first_close_date"])), (2, "2031-01-10"))
		self.assertEqual(found["moved_days"], 31)
		summary = self.report(pipeline=pipeline, show="Slipping")["report_summary"]
		self.assertEqual((summary[2]["value"], summary[4]["value"]), (1, "31"))
		self.forget(nights)

	def test_the_slipping_alone_are_those_of_all(self) -> None:
		"""Who slips is looked for among few deals where nothing else is shown, and among all where the rotten are too."""
		pipeline, nights = factories.make_pipeline().name, (date(2029, 2, 1), date(2029, 2, 2))
		closes = {
			"as it was": ("2031-01-10", "2031-01-10", "2031-01-10"),
			"moved before": ("2031-01-10", "2031-02-10", "2031-02-10"),
			"moved since": ("2031-01-10", "2031-01-10", "2031-01-05"),
			"moved twice": ("2031-01-10", "2031-01-20", "2031-01-10"),
			"got one": (None, None, "2031-01-10"),
			"lost it": ("2031-01-10", "2031-01-10", None),
		}
		deals = {words: factories.make_deal(pipeline=pipeline).name for words in closes}
		for number, night in enumerate((*nights, None)):
			for words, name in deals.items():
				frappe.db.set_value("Deal", name, "expected_close_date", closes[words][number])
			if night:
				pipeline_snapshots.take(night)
		self.addCleanup(self.forget, nights)
		for words, name in deals.items():
			changed = nights[0] if words in ("as it was", "moved before") else nights[1]
			frappe.db.set_value("Deal", name, "modified", changed, update_modified=False)
		unseen = factories.make_deal(pipeline=pipeline, expected_close_date="2031-01-10").name
		expected = {deals["moved before"]: 1, deals["moved since"]: 1, deals["moved twice"]: 2}
		slipping = self.report(pipeline=pipeline, show="Slipping")
		self.assertEqual({row["name"]: row["moves"] for row in slipping["result"][:-1]}, expected)
		whole = self.report(pipeline=pipeline)
		moves = {row["name"]: row["moves"] for row in whole["result"][:-1] if row["moves"]}
		self.assertEqual(moves, expected)
		self.assertNotIn(unseen, moves)
		self.assertEqual(slipping["chart"], whole["chart"])
		assert_same_line(self, slipping["report_summary"][2:], whole["report_summary"][2:])

	def forget(self, nights: Iterable[date]) -> None:
		for night in nights:
			frappe.db.delete("Pipeline Snapshot", {"snapshot_date": night})
		frappe.db.commit()
