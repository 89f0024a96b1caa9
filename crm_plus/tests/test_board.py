"""The Pipeline Board's server side: sums, pages, filters, permissions, moves."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from crm_plus.access.rows import RawCondition
from crm_plus.api import board
from crm_plus.reports import board as report
from crm_plus.reports.board_conditions import is_rotten
from crm_plus.rules import deal_stages
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase

PAGE = report.PAGE_LENGTH


def make_user(*roles: str, number: int = 1) -> str:
	"""A user with these roles alone, made once a site: Frappe lets only so many be made in an hour."""
	email = f"board-{number}-{'-'.join(roles).replace(' ', '') or 'none'}@example.com".lower()
	if not frappe.db.exists("User", email):
		names = {"email": email, "first_name": "Board", "send_welcome_email": 0}
		factories.make("User", **names, roles=[{"role": role} for role in roles])
		frappe.db.commit()  # kept for the tests to come
	return email


class BoardCase(CRMPlusTestCase):
	"""Each test has a pipeline of its own."""

	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline().name
		self.filters = {"pipeline": self.pipeline}

	def stage(self, name: str) -> str:
		return f"{self.pipeline}-{name}"

	def make_deal(self, stage: str = "New", **values: Any) -> str:
		if stage == "Lost":
			values.setdefault("lost_reason", frappe.get_all("Lost Reason", pluck="name", limit=1)[0])
		return factories.make_deal(pipeline=self.pipeline, stage=self.stage(stage), **values).name

	def set_values(self, deal: str, **values: Any) -> None:
		frappe.db.set_value("Deal", deal, values, update_modified=False)

	def column(self, stage: str, **filters: str) -> dict[str, Any]:
		columns = board.columns({**self.filters, **filters})["columns"]
		return next(column for column in columns if column["name"] == self.stage(stage))

	def shown(self, stage: str = "New", **filters: str) -> list[str]:
		return [card["name"] for card in board.cards(self.stage(stage), {**self.filters, **filters})["cards"]]

	def all_pages(self, stage: str = "New", between: Any = None) -> list[str]:
		names, after = [], None
		while True:
			page = board.cards(self.stage(stage), self.filters, after)
			names += [card["name"] for card in page["cards"]]
			after = page["next"]
			if not after:
				return names
			if between:
				between()


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


class TestFilters(BoardCase):
	def test_owner_and_team(self) -> None:
		leader, member, stranger = (make_user("Sales User", number=number) for number in (1, 2, 3))
		top = factories.make(
			"Revenue Team", team_name=factories.unique("Top"), is_group=1, members=[{"user": leader}]
		)
		below = factories.make(
			"Revenue Team",
			team_name=factories.unique("Below"),
			parent_revenue_team=top.name,
			members=[{"user": member}],
		)
		deals = {user: self.make_deal(deal_owner=user) for user in (leader, member, stranger)}
		self.assertEqual(self.shown(owner=member), [deals[member]])
		self.assertEqual(set(self.shown(team=top.name)), {deals[leader], deals[member]})
		self.assertEqual(self.shown(team=below.name), [deals[member]])
		empty = factories.make("Revenue Team", team_name=factories.unique("Empty"))
		self.assertEqual(self.shown(team=empty.name), [])

	def test_period_of_the_expected_close(self) -> None:
		today = nowdate()
		past, now = (self.make_deal(expected_close_date=day) for day in (add_days(today, -400), today))
		never = self.make_deal(expected_close_date=None)
		self.assertEqual(set(self.shown()), {past, now, never})
		self.assertEqual(self.shown(period="this_month"), [now])
		self.assertEqual(self.shown(period="overdue"), [past])
		custom = {"period": "custom", "from": add_days(today, -401), "to": add_days(today, -399)}
		self.assertEqual(self.shown(**custom), [past])

	def test_text_in_title_or_customer_is_taken_literally(self) -> None:
		profile = factories.make_profile(full_name=f"Müller {frappe.generate_hash(length=6)}")
		by_customer = self.make_deal(customer_profile=profile.name)
		by_title = self.make_deal(title="100% off_er's \\ deal")
		self.make_deal(title="1000 offers")
		self.assertEqual(self.shown(text=profile.full_name[:11]), [by_customer])
		for text in ("100%", "off_er", "er's", "\\"):
			self.assertEqual(self.shown(text=text), [by_title], text)
		self.assertEqual(self.column("New", text="100%")["count"], 1)

	def test_rotten_snoozed_and_without_follow_up(self) -> None:
		frappe.db.set_value("Pipeline Stage", self.stage("New"), "rots_after_days", 7)
		fresh, limit, late, asleep = (self.make_deal() for _ in range(4))
		for deal, days in ((limit, 7), (late, 8), (asleep, 30)):
			self.set_values(deal, stage_entered_on=add_days(now_datetime(), -days))
		self.set_values(asleep, snoozed_until=add_days(nowdate(), 1))
		self.set_values(fresh, next_follow_up_on=now_datetime())
		self.assertEqual(self.shown(state="rotten"), [late])
		self.assertEqual(self.column("New")["rotten"], 1)
		self.assertEqual(self.shown(state="snoozed"), [asleep])
		self.assertEqual(set(self.shown(state="no_follow_up")), {limit, late, asleep})
		marked = [c["name"] for c in board.cards(self.stage("New"), self.filters)["cards"] if c["rotten"]]
		self.assertEqual(marked, [late])

	def test_the_rotten_condition_is_the_rule(self) -> None:
		stage = frappe.get_doc("Pipeline Stage", self.stage("New"))
		stage.db_set("rots_after_days", 3)
		today = getdate()
		for days in (2, 3, 4):
			for snooze in (None, -1, 0, 1):
				for hour in ("00:00:00", "23:59:59"):
					deal = self.make_deal()
					until = add_days(today, snooze) if snooze is not None else None
					entered = get_datetime(f"{add_days(today, -days)} {hour}")
					self.set_values(deal, stage_entered_on=entered, snoozed_until=until)
		table = frappe.qb.DocType("Deal")
		stages = report.load_stages(self.pipeline)
		query = frappe.qb.from_(table).select(table.name).where(table.pipeline == self.pipeline)
		found = set(query.where(is_rotten(table, stages)).run(pluck=True))
		rows = frappe.get_all(
			"Deal",
			filters={"pipeline": self.pipeline},
			fields=["name", "stage_entered_on", "snoozed_until"],
		)
		by_name = {one.name: one for one in stages}
		expected = {
			row.name
			for row in rows
			if deal_stages.is_rotten(
				by_name[self.stage("New")], row.stage_entered_on, row.snoozed_until, today
			)
		}
		self.assertTrue(expected)
		self.assertEqual(found, expected)

	def test_filters_that_cannot_be_meant_are_refused_in_one_sentence(self) -> None:
		for filters in (
			{"pipeline": "No such pipeline"},
			{"state": "fresh"},
			{"period": "someday"},
			{"period": "custom", "from": "2026-02-01", "to": "2026-01-01"},
			{"team": "No such team"},
		):
			with self.assertRaises(frappe.ValidationError, msg=str(filters)):
				board.columns({**self.filters, **filters})
		with self.assertRaises(frappe.ValidationError):
			board.columns("[1, 2]")


class TestPermissions(BoardCase):
	def test_who_may_not_read_deals_gets_nothing(self) -> None:
		deal = self.make_deal()
		for roles in ((), ("Accounts User",)):
			with self.as_user(make_user(*roles)):
				for call in (
					lambda: board.columns(self.filters),
					lambda: board.cards(self.stage("New"), self.filters),
					lambda: board.changed([deal], self.filters),
					lambda: board.weighted_pipeline(),
				):
					with self.assertRaises(frappe.PermissionError):
						call()

	def test_user_permissions_hold_for_cards_and_sums(self) -> None:
		user = make_user("Sales User")
		factories.make_exchange_rate("EUR", "USD", 1.25)
		mine = self.make_deal(amount=100)
		self.make_deal(amount=900, company=factories.make_company2(), currency="USD")
		factories.make("User Permission", user=user, allow="Company", for_value=factories.company())
		with self.as_user(user):
			self.assertEqual(self.shown(), [mine])
			column = self.column("New")
		self.assertEqual((column["count"], [row["amount"] for row in column["sums"]]), (1, [100]))

	def test_a_share_shows_one_deal_to_him_who_may_read_none(self) -> None:
		shared = self.make_deal(amount=100)
		self.make_deal(amount=900)
		user = make_user("Accounts User")
		frappe.share.add_docshare("Deal", shared, user, read=1, flags={"ignore_share_permission": True})
		with self.as_user(user):
			self.assertEqual(self.shown(), [shared])
			self.assertEqual(self.column("New")["sums"][0]["amount"], 100)
			self.assertEqual(
				[card["name"] for card in board.changed([shared], self.filters)["cards"]], [shared]
			)

	def test_conditions_that_come_as_text_hold_whatever_signs_are_in_them(self) -> None:
		deals = [self.make_deal(title=title) for title in ("50% for me", "50 for others")]
		table = frappe.qb.DocType("Deal")
		numbers = frappe.qb.from_(table).select(table.name).where(table.docstatus == 0)
		with_text = numbers.where(table.name.isin(deals))
		condition = RawCondition(r"`tabDeal`.`title` like '50\%%' or 1 = 0")
		self.assertEqual(with_text.where(condition).run(pluck=True), [deals[0]])
		self.assertIn(deals[0], numbers.where(condition).run(pluck=True))
		self.assertNotIn(deals[1], numbers.where(condition).run(pluck=True))

	def test_amounts_on_a_higher_level_are_not_shown(self) -> None:
		self.make_deal(amount=100)
		setter = {"doctype_or_field": "DocField", "doc_type": "Deal", "property": "permlevel", "value": "3"}
		for field in ("amount", "base_amount"):
			factories.make("Property Setter", **setter, field_name=field, property_type="Int")
		frappe.clear_cache(doctype="Deal")
		try:
			with self.as_user(make_user("Sales User")):
				self.assertEqual(self.column("New")["sums"], [])
				(card,) = board.cards(self.stage("New"), self.filters)["cards"]
				self.assertIsNone(card["amount"])
				self.assertIsNone(card["base_amount"])
		finally:
			frappe.db.rollback()
			frappe.clear_cache(doctype="Deal")


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
		self.assertEqual([column["count"] for column in answer["columns"]], [0, 1, 0, 0])
		self.assertEqual(frappe.db.get_value("Deal", deal, "stage"), self.stage("Talking"))

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
		self.move(deal, "Lost", lost_reason=reason, lost_detail="Too dear")
		saved = frappe.db.get_value("Deal", deal, ["status", "lost_reason", "lost_detail"])
		self.assertEqual(saved, ("Lost", reason, "Too dear"))

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
