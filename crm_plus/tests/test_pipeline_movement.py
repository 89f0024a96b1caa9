"""Pipeline Movement against a walk by hand through random histories, with gaps, moves, reopenings and thinning."""

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import frappe

from crm_plus.rules.periods import days_of_weeks_to_drop
from crm_plus.tests.factories_customers import use_settings
from crm_plus.tests.movement_story import FIRST, GAPS, LAST, days, forget_history, history
from crm_plus.tests.report_case import ReportCase
from crm_plus.workflows import pipeline_snapshots


class TestPipelineMovement(ReportCase):
	REPORT = "Pipeline Movement"

	def setUp(self) -> None:
		super().setUp()
		self.history = history()

	@classmethod
	def tearDownClass(cls) -> None:
		forget_history()
		super().tearDownClass()

	def kept(self, day: date) -> date:
		"""Return the newest day up to one that has a snapshot."""
		while day in GAPS:
			day -= timedelta(days=1)
		return day

	def by_hand(self, first: date, last: date, filters: dict[str, Any]) -> dict[str, list[Any]]:
		"""Return deals and amount of each movement, by reading each deal's two days; the window as two days."""
		then_day, now_day = self.kept(first), self.kept(last)
		found: dict[str, list[Any]] = defaultdict(lambda: [0, 0.0])
		for life in self.history.lives:
			if not self.may_read(life):
				continue
			sides = [life.rows.get(day) for day in (then_day, now_day)]
			amounts = [self.worth(row) if row and self.wanted(row, filters) else None for row in sides]
			for name, amount in zip(("Start", "End"), amounts, strict=True):
				if amount is not None:
					found[name][0] += 1
					found[name][1] += amount
			name = self.named(life, sides, amounts, filters, then_day, now_day)
			if name:
				found[name][0] += 1
				found[name][1] += (amounts[1] or 0) - (amounts[0] or 0)
		return found

	def may_read(self, life: Any) -> bool:
		user = frappe.session.user
		if user == self.world.bound:
			return (
				life.deal["company"] == self.world.companies[1] and life.deal["name"] not in self.history.gone
			)
		return True

	def worth(self, row: dict[str, Any]) -> float:
		if row["currency"] == "EUR":
			return row["amount"]
		return self.of_books(row["company"], row["base_amount"])

	def meets(self, row: dict[str, Any], filters: dict[str, Any]) -> bool:
		wanted = {"pipeline": "pipeline", "owner": "deal_owner", "company": "company", "source": "source"}
		return row["pipeline"] in self.history.pipelines and all(
			row[fieldname] == filters[key] for key, fieldname in wanted.items() if key in filters
		)

	def wanted(self, row: dict[str, Any], filters: dict[str, Any]) -> bool:
		if not self.meets(row, filters):
			return False
		if "closing_from" not in filters:
			return True
		closes = row["expected_close_date"]
		return bool(closes) and filters["closing_from"] <= closes <= filters["closing_to"]

	def named(
		self, life: Any, sides: list, amounts: list, filters: dict, then_day: date, now_day: date
	) -> str:
		(then, now), (before, after) = sides, amounts
		if before is None and after is None:
			return ""
		if before is not None and after is not None:
			return "Grown" if after > before else "Shrunk" if after < before else "Unchanged"
		if before is None:
			return self.came(life, then, now, filters, then_day)
		return self.went(life, then, now, filters, now_day)

	def came(self, life: Any, then: Any, now: Any, filters: dict, then_day: date) -> str:
		if then is None:
			is_gone = life.deal["name"] in self.history.gone
			return "New" if life.born > then_day and not is_gone else "Reopened"
		if not self.meets(then, filters):
			return "Moved Here"
		return "Slipped In" if self.is_later(then, now) else "Pulled In"

	def went(self, life: Any, then: Any, now: Any, filters: dict, now_day: date) -> str:
		if now is None:
			if life.deal["name"] in self.history.gone:
				return "Gone"
			done = [one for one in life.moves if one["changed_on"].date() <= now_day]
			return done[-1]["to_stage"].rsplit("-", 1)[1]
		if not self.meets(now, filters):
			return "Moved Away"
		return "Slipped" if self.is_later(then, now) else "Brought Forward"

	def is_later(self, then: dict[str, Any], now: dict[str, Any]) -> bool:
		before, after = then["expected_close_date"], now["expected_close_date"]
		return bool(before) and (not after or after > before)

	def filters(self, chance: random.Random) -> dict[str, Any]:
		"""Return some filters; always one of the two pipelines, which no other test knows."""
		found: dict[str, Any] = {"pipeline": chance.choice(self.history.pipelines)}
		if chance.random() < 0.4:
			found["owner"] = chance.choice(self.world.agents)
		if chance.random() < 0.2:
			found["company"] = chance.choice(self.world.companies)
		if chance.random() < 0.6:
			first = FIRST + timedelta(days=chance.randint(0, 40))
			found.update(closing_from=first, closing_to=first + timedelta(days=chance.randint(10, 50)))
		return found

	def test_each_movement_equals_the_walk_by_hand(self) -> None:
		chance, seen = random.Random(4), set()
		for user in ("Administrator", self.world.manager, self.world.bound):
			for _round in range(25):
				first, last = sorted(chance.sample(days(FIRST, LAST), 2))
				filters = {**self.filters(chance)}
				with self.as_user(user):
					if user == self.world.bound:
						filters.pop("company", None)
					found = self.report(currency="EUR", from_date=first, to_date=last, **filters)
					with self.subTest(user, first=first, last=last, **filters):
						self.compare(found, self.by_hand(first, last, filters))
				seen |= {row["key"] for row in found["result"] if row["deals"]}
		self.assertGreaterEqual(seen, {"New", "Grown", "Shrunk", "Slipped", "Pulled In", "Won", "Lost"})
		self.assertGreaterEqual(seen, {"Reopened", "Gone", "Moved Here", "Moved Away", "Slipped In"})

	def compare(self, found: dict[str, Any], expected: dict[str, list[Any]]) -> None:
		rows = {row["key"]: row for row in found["result"]}
		for name in {*rows, *expected}:
			deals, amount = expected.get(name, [0, 0.0])
			self.assertEqual(rows.get(name, {"deals": 0})["deals"], deals, name)
			self.assert_close(rows.get(name, {"amount": 0})["amount"], amount, name)
		ends = ("Start", "End")
		total = sum(row["amount"] for name, row in rows.items() if name not in ends)
		self.assert_close(rows["Start"]["amount"] + total, rows["End"]["amount"])

	def test_the_deals_behind_each_figure_add_up_to_it(self) -> None:
		filters = {"pipeline": self.history.pipelines[0], "closing_from": FIRST, "closing_to": LAST}
		found = self.report(from_date=FIRST, to_date=LAST, currency="EUR", **filters)
		for row in found["result"]:
			behind = self.report(**row["drill"]["amount"])["result"]
			self.assertEqual(len(behind), row["deals"], row["key"])
			self.assert_close(sum(deal["amount"] for deal in behind), row["amount"], row["key"])

	def test_the_waterfall_begins_and_ends_with_the_pipeline(self) -> None:
		found = self.report(from_date=FIRST, to_date=LAST, pipeline=self.history.pipelines[0], currency="EUR")
		base, whole, up, down = (each["values"] for each in found["chart"]["data"]["datasets"])
		start, end = found["result"][0]["amount"], found["result"][-1]["amount"]
		self.assert_close(whole[0], start)
		self.assert_close(whole[-1], end)
		level = start
		for number in range(1, len(base) - 1):
			self.assert_close(base[number], min(level, level + up[number] - down[number]))
			level += up[number] - down[number]
		self.assert_close(level, end)

	def test_a_day_without_snapshot_takes_the_one_before_and_says_so(self) -> None:
		pipeline = self.history.pipelines[0]
		found = self.report(from_date=date(2021, 3, 10), to_date=LAST, pipeline=pipeline)
		self.assertIn("03-10-2021" if "03-08-2021" in found["message"] else "10", found["message"])
		self.assertIn("the one before stands in", found["message"])
		exact = self.report(from_date=date(2021, 3, 8), to_date=LAST, pipeline=pipeline)
		self.assertNotIn("stands in", exact["message"])
		amounts = [[row["amount"] for row in one["result"]] for one in (found, exact)]
		self.assertEqual(*amounts)
		same = self.report(from_date=date(2021, 3, 8), to_date=date(2021, 3, 10), pipeline=pipeline)
		self.assertIn("further apart", same["message"])

	def test_before_the_first_snapshot_there_is_a_sentence(self) -> None:
		company = self.world.companies[0]
		found = self.report(from_date="2001-01-01", to_date="2001-02-01", company=company)
		self.assertEqual(found["result"], [])
		self.assertIn("choose a period that begins then", found["message"])

	def test_bad_questions_get_a_sentence(self) -> None:
		for filters, sentence in (
			({"behind": "Stolen <b>"}, "no movement Stolen &lt;b&gt;"),
			({"closing_from": "2021-05-01", "closing_to": "2021-04-01"}, "end before they begin"),
			({"closing_from": "soon"}, "dates such as"),
		):
			with self.assertRaisesRegex(frappe.ValidationError, sentence):
				self.report(from_date=FIRST, to_date=LAST, **filters)

	def test_an_agent_who_sees_his_own_deals_alone_gets_their_movement(self) -> None:
		"""The deals behind are those of his list."""
		use_settings(deal_visibility="Team")
		with self.as_user(self.world.agents[1]):
			listed = set(
				frappe.get_list("Deal", {"pipeline": self.history.pipelines[0]}, pluck="name", limit=0)
			)
			filters = {"pipeline": self.history.pipelines[0], "from_date": FIRST, "to_date": LAST}
			behind = {row["deal"] for row in self.report(behind="Start", **filters)["result"]}
		self.assertTrue(behind)
		self.assertLess(behind, listed)

	def test_weeks_that_were_thinned_out_still_tell(self) -> None:
		"""The last day of each week stands in for the others of the next."""
		kept = [day for day in days(FIRST, LAST) if day not in GAPS]
		dropped = set(days_of_weeks_to_drop(kept, LAST))
		self.assertTrue(dropped)
		pipeline, day, last = self.history.pipelines[1], date(2021, 3, 24), date(2021, 4, 14)
		sundays = [max(one for one in kept if one <= end and one not in dropped) for end in (day, last)]
		exact = self.report(from_date=sundays[0], to_date=sundays[1], pipeline=pipeline)["result"]
		frappe.db.savepoint("before_thinning")
		try:
			for one in sorted(dropped):
				while pipeline_snapshots.forget_batch(one, 50):
					pass
			thinned = self.report(from_date=day, to_date=last, pipeline=pipeline)
		finally:
			frappe.db.rollback(save_point="before_thinning")
		self.assertIn("the one before stands in", thinned["message"])
		self.assertEqual(
			[(row["key"], row["deals"], row["amount"]) for row in thinned["result"]],
			[(row["key"], row["deals"], row["amount"]) for row in exact],
		)

	def test_the_number_of_queries_does_not_depend_on_the_rows(self) -> None:
		counts = []
		for pipeline in (self.history.pipelines[0], self.world.pipelines[1]):
			filters = {"pipeline": pipeline, "currency": "EUR", "from_date": FIRST, "to_date": LAST}
			self.report(**filters)
			with self.count_queries() as queries:
				self.report(**filters)
			counts.append(len(queries))
		self.assertEqual(*counts)
