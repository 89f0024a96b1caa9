"""What the Pipeline Board leaves out: by filter, and by the viewer's rights."""

import frappe
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from crm_plus.access.rows import RawCondition
from crm_plus.api import board
from crm_plus.reports import board as report
from crm_plus.reports.board_conditions import is_rotten
from crm_plus.rules import deal_stages
from crm_plus.tests import factories
from crm_plus.tests.board_case import BoardCase, make_user


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
