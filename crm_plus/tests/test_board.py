"""The Pipeline Board's columns, cards and moves."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

from crm_plus.api import board
from crm_plus.reports import board as report
from crm_plus.tests import factories
from crm_plus.tests.board_case import BoardCase, make_user

PAGE = report.PAGE_LENGTH


class TestColumns(BoardCase):
	def test_sums_are_those_of_the_deals_that_one_may_list(self) -> None:
		for amount, stage in ((1000, "New"), (250.25, "New"), (4000, "Talking"), (7000, "Won"), (1, "Lost")):
			self.make_deal(stage, amount=amount)
		columns = board.columns(self.filters)["columns"]
		self.assertEqual([column["title"] for column in columns], ["New", "Talking", "Won", "Lost"])
		for column in columns:
			listed = frappe.get_list(
				"Deal",
				filters={"stage": column["name"]},
				fields=["base_amount", "probability"],
				limit_page_length=0,
			)
			self.assertEqual(column["count"], len(listed))
			(total,) = column["sums"]
			self.assertAlmostEqual(total["amount"], sum(row.base_amount for row in listed), 2)
			weighted = sum(row.base_amount * row.probability / 100 for row in listed)
			self.assertAlmostEqual(total["weighted"], weighted, 2)

	def test_the_chart_shows_the_open_stages_by_their_names(self) -> None:
		self.make_deal("Talking")
		self.make_deal("Won")
		filters = frappe.as_json({"pipeline": self.filters["pipeline"]})
		chart = board.stage_chart(filters=filters, chart_name="Any", refresh=1, timespan="Last Year")
		self.assertEqual(chart["labels"], ["New", "Talking"])
		self.assertEqual(chart["datasets"][0]["values"], [0, 1])

	def test_the_chart_is_of_the_own_company_unless_another_or_none_is_named(self) -> None:
		other = factories.make_company2()
		self.assertNotEqual(board._own_company(), other)
		self.make_deal("Talking", company=board._own_company())
		for _number in range(2):
			self.make_deal("New", company=other, currency="USD")
		pipeline = {"pipeline": self.filters["pipeline"]}
		for said, counts in (({}, [0, 1]), ({"company": other}, [2, 0]), ({"company": ""}, [2, 1])):
			chart = board.stage_chart(filters={**pipeline, **said})
			self.assertEqual(chart["datasets"][0]["values"], counts, said)

	def test_company_currencies_are_never_added_up(self) -> None:
		factories.make_exchange_rate("EUR", "USD", 1.25)
		self.make_deal(amount=100)
		self.make_deal(amount=300, company=factories.make_company2(), currency="USD")
		sums = {row["currency"]: row["amount"] for row in self.column("New")["sums"]}
		self.assertEqual(sums, {report.company_currency(factories.company()): 100, "USD": 300})
		one = self.column("New", company=factories.make_company2())
		self.assertEqual([row["currency"] for row in one["sums"]], ["USD"])

	def test_stages_of_the_same_name_in_two_pipelines_do_not_mix(self) -> None:
		other = factories.make_pipeline().name
		factories.make_deal(pipeline=other, stage=f"{other}-New")
		self.make_deal()
		self.assertEqual(self.column("New")["count"], 1)
		self.assertEqual(len(self.shown()), 1)

	def test_a_retired_stage_shows_only_while_deals_stand_in_it(self) -> None:
		deal = self.make_deal("Talking")
		frappe.db.set_value(
			"Pipeline Stage", self.stage("Talking"), {"is_retired": 1, "successor": self.stage("New")}
		)
		self.assertEqual(self.column("Talking")["count"], 1)
		self.set_values(deal, stage=self.stage("New"))
		titles = [column["title"] for column in board.columns(self.filters)["columns"]]
		self.assertEqual(titles, ["New", "Won", "Lost"])

	def test_queries_do_not_grow_with_the_cards(self) -> None:
		self.make_deal()
		board.columns(self.filters, with_cards=True)  # fills Frappe's caches
		with self.count_queries() as few:
			board.columns(self.filters, with_cards=True)
		for _ in range(PAGE + 5):
			self.make_deal()
		with self.count_queries() as many:
			answer = board.columns(self.filters, with_cards=True)
		self.assertEqual(len(answer["columns"][0]["cards"]), PAGE)
		self.assertEqual(len(many), len(few))
		self.assertLessEqual(len(many), 10)

	def test_the_first_pages_are_those_that_each_column_gives(self) -> None:
		for number in range(PAGE + 3):
			deal = self.make_deal("New" if number else "Talking")
			self.set_values(deal, stage_entered_on=add_days(now_datetime(), -(number // 3)))
		self.set_values(deal, stage_entered_on=None)
		answer = board.columns(self.filters, with_cards=True)["columns"]
		self.assertEqual([len(column["cards"]) for column in answer], [PAGE, 1, 0, 0])
		for column in answer:
			alone = board.cards(column["name"], self.filters)
			self.assertEqual((column["cards"], column["next"]), (alone["cards"], alone["next"]))

	def test_the_indexes_that_serve_the_board_are_there(self) -> None:
		for index in ("board_cards", "stage_sums"):
			self.assertTrue(frappe.db.has_index("tabDeal", index), index)

	def test_number_cards_count_the_open_deals_of_the_own_company(self) -> None:
		company = board._own_company()
		before = report.open_totals(company)
		late = self.make_deal("Talking", amount=1000, company=company)
		self.make_deal("Won", amount=5000, company=company)
		frappe.db.set_value("Pipeline Stage", self.stage("Talking"), "rots_after_days", 3)
		self.set_values(late, stage_entered_on=add_days(now_datetime(), -5))
		after = report.open_totals(company)
		self.assertAlmostEqual(after["weighted"] - before["weighted"], 500, 2)
		self.assertEqual(after["rotten"] - before["rotten"], 1)
		self.assertEqual(board.weighted_pipeline()["value"], after["weighted"])
		self.assertEqual(board.rotten_deals()["value"], after["rotten"])
		self.assertEqual(board.rotten_deals()["route_options"], {"state": "rotten", "company": company})


class TestCards(BoardCase):
	def fill(self, count: int) -> list[str]:
		"""Deals of which many entered the stage in the same moment, and some at no known time."""
		template = frappe.get_doc("Deal", self.make_deal()).as_dict()
		self.set_values(template.name, pipeline="", stage="")
		start = get_datetime("2026-01-01 08:00:00")
		names = []
		for number in range(count):
			entered = None if number % 10 == 0 else start + timedelta(hours=number // 7)
			names.append(self.insert_row(template, entered))
		return names

	def insert_row(self, template: Any, entered: datetime | None) -> str:
		deal = frappe.get_doc(
			{**template, "items": [], "stage": self.stage("New"), "pipeline": self.pipeline}
		)
		deal.update({"name": f"KEY-{frappe.generate_hash(length=10)}", "stage_entered_on": entered})
		deal.db_insert()
		return deal.name

	def test_pages_cover_every_card_once(self) -> None:
		names = self.fill(95)
		shown = self.all_pages()
		self.assertEqual(len(shown), 95)
		self.assertEqual(set(shown), set(names))

	def test_deals_that_come_in_between_pages_neither_shift_nor_repeat_a_card(self) -> None:
		names = self.fill(70)
		template = frappe.get_doc("Deal", names[1]).as_dict()

		def somebody_adds_deals() -> None:
			for day in (-400, 0, -100):
				self.insert_row(template, now_datetime() + timedelta(days=day))

		shown = self.all_pages(between=somebody_adds_deals)
		self.assertEqual(len(shown), len(set(shown)))
		self.assertLessEqual(set(names), set(shown))

	def test_the_newest_in_the_stage_comes_first(self) -> None:
		old, new = self.make_deal(), self.make_deal()
		self.set_values(old, stage_entered_on="2026-01-01 10:00:00")
		self.set_values(new, stage_entered_on="2026-01-02 10:00:00")
		self.assertEqual(self.shown(), [new, old])

	def test_a_card_says_what_the_seller_needs(self) -> None:
		profile = factories.make_profile(full_name="Söhne & Co. <b>فحص</b>")
		owner = make_user("Sales User")
		deal = self.make_deal(amount=1234.5, customer_profile=profile.name, deal_owner=owner)
		self.set_values(deal, stage_entered_on=add_days(now_datetime(), -4))
		(card,) = board.cards(self.stage("New"), self.filters)["cards"]
		self.assertEqual(card["customer_name"], profile.full_name)
		self.assertEqual((card["deal_owner"], card["owner_name"]), (owner, "Board"))
		self.assertEqual((card["amount"], card["days_in_stage"], card["rotten"]), (1234.5, 4, False))
		self.assertEqual(card["modified"], str(frappe.db.get_value("Deal", deal, "modified")))
		self.assertEqual(card["company_currency"], report.company_currency(factories.company()))

	def test_a_stage_of_another_pipeline_is_refused(self) -> None:
		other = factories.make_pipeline().name
		with self.assertRaises(frappe.ValidationError):
			board.cards(f"{other}-New", self.filters)

	def test_a_broken_place_in_the_column_is_refused(self) -> None:
		with self.assertRaises(frappe.ValidationError):
			board.cards(self.stage("New"), self.filters, '["only one"]')


class TestMove(BoardCase):
	def move(self, deal: str, stage: str, **values: Any) -> dict[str, Any]:
		values.setdefault("modified", str(frappe.db.get_value("Deal", deal, "modified")))
		return board.move(deal, self.stage(stage), filters=self.filters, **values)

	def test_a_move_gives_the_card_and_the_new_sums(self) -> None:
		deal = self.make_deal(amount=1000)
		answer = self.move(deal, "Talking")
		(card,) = answer["cards"]
		self.assertEqual(
			(card["name"], card["stage"], card["days_in_stage"]), (deal, self.stage("Talking"), 0)
		)
		self.assertEqual(answer["stages"], [self.stage("New"), self.stage("Talking")])
		self.assertEqual([column["name"] for column in answer["columns"]], answer["stages"])
		self.assertEqual([column["count"] for column in answer["columns"]], [0, 1])
		self.assertEqual(frappe.db.get_value("Deal", deal, "stage"), self.stage("Talking"))

	def test_a_retired_stage_that_the_last_deal_leaves_is_no_column(self) -> None:
		deal = self.make_deal()
		frappe.db.set_value("Pipeline Stage", self.stage("New"), "is_retired", 1)
		answer = self.move(deal, "Talking")
		self.assertEqual(answer["stages"], [self.stage("New"), self.stage("Talking")])
		self.assertEqual([column["name"] for column in answer["columns"]], [self.stage("Talking")])

	def test_the_card_can_be_moved_again_with_what_the_move_gave(self) -> None:
		deal = self.make_deal()
		(card,) = self.move(deal, "Talking")["cards"]
		(card,) = self.move(deal, "Won", modified=card["modified"])["cards"]
		self.assertEqual(card["status"], "Won")

	def test_the_second_mover_is_refused(self) -> None:
		deal = self.make_deal()
		seen = str(frappe.db.get_value("Deal", deal, "modified"))
		self.move(deal, "Talking", modified=seen)
		with self.assertRaises(frappe.TimestampMismatchError):
			self.move(deal, "Won", modified=seen)
		self.assertEqual(frappe.db.get_value("Deal", deal, "stage"), self.stage("Talking"))
		changes = frappe.db.count("Stage Change", {"reference_name": deal, "to_stage": self.stage("Won")})
		self.assertEqual(changes, 0)

	def test_losing_needs_a_reason_and_keeps_it(self) -> None:
		deal = self.make_deal()
		with self.assertRaises(frappe.ValidationError):
			self.move(deal, "Lost")
		reason = frappe.get_all("Lost Reason", pluck="name", limit=1)[0]
		self.move(deal, "Lost", lost_reason=reason, lost_detail="Too dear", competitor="Alto Works")
		saved = frappe.db.get_value("Deal", deal, ["status", "lost_reason", "lost_detail", "competitor"])
		self.assertEqual(saved, ("Lost", reason, "Too dear", "Alto Works"))

	def test_a_refused_move_says_one_sentence_and_changes_nothing(self) -> None:
		frappe.db.set_value("Pipeline Stage", self.stage("Talking"), "requires_quotation", 1)
		deal = self.make_deal()
		with self.assertRaises(frappe.ValidationError) as refused:
			self.move(deal, "Talking")
		self.assertTrue(str(refused.exception).strip())
		self.assertEqual(frappe.db.get_value("Deal", deal, "stage"), self.stage("New"))

	def test_who_may_not_write_may_not_move(self) -> None:
		deal = self.make_deal()
		with self.as_user(make_user("Support Team")), self.assertRaises(frappe.PermissionError):
			self.move(deal, "Talking")

	def test_a_moved_deal_that_the_filters_hide_has_no_card(self) -> None:
		deal = self.make_deal()
		modified = str(frappe.db.get_value("Deal", deal, "modified"))
		filters = {**self.filters, "owner": make_user("Sales User")}
		answer = board.move(deal, self.stage("Talking"), modified, filters=filters)
		self.assertEqual(answer["cards"], [])

	def test_only_a_few_changed_deals_are_read_at_once(self) -> None:
		deals = [self.make_deal() for _ in range(3)]
		answer = board.changed(frappe.as_json([*deals, "gone", "' or 1=1 --"]), self.filters)
		self.assertEqual({card["name"] for card in answer["cards"]}, set(deals))
