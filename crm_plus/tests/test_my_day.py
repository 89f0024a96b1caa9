"""My Day: what it shows, to whom, with how many questions, and what finishing from it does."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from crm_plus.api import follow_ups as api
from crm_plus.api import interactions, my_day
from crm_plus.reports import who_answers
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_follow_ups import make_follow_up, successor_of
from crm_plus.workflows import site_clock


def interaction_type() -> str:
	return factories.make("Interaction Type", type_name=factories.unique("Call")).name


def interaction_outcome() -> str:
	return factories.make("Interaction Outcome", outcome=factories.unique("Reached")).name


class DayCase(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.agent = factories.make_user("Sales User").name
		self.deal = factories.make_deal(deal_owner=self.agent)

	def follow_up(self, **due: float) -> Any:
		return make_follow_up(
			deal=self.deal.name, assigned_to=self.agent, due_on=now_datetime() + timedelta(**due)
		)

	def day(self) -> dict[str, Any]:
		self.commit()
		with self.as_user(self.agent):
			return my_day.day()

	def names(self, shown: dict[str, Any], key: str) -> list[str]:
		return [item["name"] for item in shown[key]]


class TestDay(DayCase):
	def test_each_promise_stands_in_its_list(self) -> None:
		now = site_clock.now_of(self.agent)
		noon = site_clock.on_site(now.replace(hour=12, minute=0, second=0), self.agent)
		at = {
			key: noon + timedelta(days=days)
			for key, days in (("overdue", -2), ("today", 0), ("soon", 3), ("later", 30))
		}
		made = {
			key: make_follow_up(deal=self.deal.name, assigned_to=self.agent, due_on=moment).name
			for key, moment in at.items()
		}
		make_follow_up(deal=self.deal.name, due_on=at["today"])  # somebody else's
		shown = self.day()
		for key in ("overdue", "today", "soon"):
			self.assertEqual(self.names(shown, key), [made[key]], key)
		item = shown["today"][0]
		self.assertEqual(item["deal_title"], self.deal.title)
		self.assertTrue(item["customer_full_name"])
		self.assertEqual(item["due_on_wall"][11:], "12:00")

	def test_planned_meetings_are_the_users_own(self) -> None:
		values = {
			"interaction_type": interaction_type(),
			"customer_profile": self.deal.customer_profile,
			"starts_on": now_datetime() + timedelta(days=1),
			"status": "Planned",
		}
		mine = factories.make("Interaction", subject="Visit", interaction_owner=self.agent, **values)
		factories.make("Interaction", subject="Other", interaction_owner="Administrator", **values)
		self.assertEqual(self.names(self.day(), "meetings"), [mine.name])

	def plan(self, **begins: float) -> Any:
		return factories.make(
			"Interaction",
			interaction_type=interaction_type(),
			subject="Visit",
			status="Planned",
			deal=self.deal.name,
			starts_on=now_datetime() + timedelta(**begins),
			interaction_owner=self.agent,
		)

	def test_a_plan_of_yesterday_waits_until_somebody_says_what_became_of_it(self) -> None:
		done, missed, moved = (self.plan(days=-days) for days in (1, 2, 30))
		self.assertEqual(self.names(self.day(), "missed"), [done.name, missed.name, moved.name])
		with self.as_user(self.agent):
			interactions.close_plan(done.name, "Done")
			interactions.close_plan(missed.name, "No Show")
			interactions.postpone(moved.name, "2090-06-01 09:00")
			for status in ("Planned", "Cancelled", "Open"):
				with self.assertRaisesRegex(frappe.ValidationError, "took place or nobody"):
					interactions.close_plan(moved.name, status)
			with self.assertRaisesRegex(frappe.ValidationError, "not planned any more"):
				interactions.close_plan(done.name, "Done")
			with self.assertRaisesRegex(frappe.ValidationError, "in the future"):
				interactions.postpone(moved.name, "2020-06-01 09:00")
		self.assertEqual(self.day()["missed"], [])
		self.assertEqual(
			[frappe.db.get_value("Interaction", one.name, "status") for one in (done, missed, moved)],
			["Done", "No Show", "Planned"],
		)

	def test_a_deal_is_quiet_without_a_word_and_without_a_plan(self) -> None:
		long_ago = now_datetime() - timedelta(days=40)
		frappe.db.set_value("Deal", self.deal.name, "creation", long_ago, update_modified=False)
		self.assertEqual([deal["name"] for deal in self.day()["quiet"]["deals"]], [self.deal.name])
		ahead = self.follow_up(days=2)
		self.assertEqual(self.day()["quiet"], {"deals": [], "count": 0})
		frappe.delete_doc("Follow Up", ahead.name)
		self.follow_up(days=-2)
		overdue = self.plan(days=-1)
		self.assertEqual(self.day()["quiet"]["count"], 1)
		self.plan(days=3)
		self.assertEqual(self.day()["quiet"], {"deals": [], "count": 0})
		self.assertTrue(overdue.name in self.names(self.day(), "missed"))

	def test_the_settings_say_when_a_deal_is_quiet(self) -> None:
		frappe.db.set_value("Deal", self.deal.name, "creation", now_datetime() - timedelta(days=20))
		self.addCleanup(self.set_visibility, {"quiet_after_days": 14})
		for days, count in ((30, 0), (10, 1), (0, 0)):
			frappe.db.set_single_value("CRM Plus Settings", "quiet_after_days", days)
			shown = self.day()
			self.assertEqual((shown["quiet"]["count"], shown["quiet_after_days"]), (count, days))

	def test_an_organization_is_called_by_its_people_and_a_deal_by_its_contact(self) -> None:
		organization = factories.make_profile(profile_owner=self.agent).name
		person = {"profile_type": "Person", "organization": organization, "profile_owner": self.agent}
		factories.make_profile(phone="+49 30 5550123", email="her@example.com", **person)
		deal = factories.make_deal(deal_owner=self.agent, customer_profile=organization)
		for name in (deal.name, self.deal.name):
			make_follow_up(deal=name, assigned_to=self.agent, due_on=now_datetime() - timedelta(days=2))
		first = next(item for item in self.day()["overdue"] if item["deal"] == deal.name)
		self.assertEqual(
			(first["customer_phone"], first["customer_email"]), ("+49 30 5550123", "her@example.com")
		)
		contact = frappe.get_doc({"doctype": "Contact", "first_name": factories.unique("Buyer")})
		contact.append("phone_nos", {"phone": "+49 171 5550124", "is_primary_mobile_no": 1})
		contact.append("links", {"link_doctype": "Customer Profile", "link_name": organization})
		deal.reload().update({"contact": contact.insert().name}).save()
		first = next(item for item in self.day()["overdue"] if item["deal"] == deal.name)
		self.assertEqual(
			(first["customer_phone"], first["customer_email"]), ("+49 171 5550124", "her@example.com")
		)
		self.assertNotIn("deal_contact", first)

	def test_who_may_not_see_numbers_is_given_none_of_an_organizations_people(self) -> None:
		organization = factories.make_profile(profile_owner=self.agent).name
		person = {"profile_type": "Person", "organization": organization, "phone": "+49 30 5550125"}
		factories.make_profile(profile_owner=self.agent, **person)
		rows = [{"customer_profile": organization}]
		with self.as_user(factories.make_user("Stock User").name):
			who_answers.complete(rows)
		self.assertEqual(rows, [{"customer_profile": organization}])

	def test_the_number_of_questions_does_not_grow(self) -> None:
		self.follow_up(hours=1)
		self.day()
		with self.as_user(self.agent), self.count_queries() as few:
			my_day.day()
		for hours in range(2, 14):
			self.follow_up(hours=hours)
		self.day()
		with self.as_user(self.agent), self.count_queries() as many:
			my_day.day()
		self.assertEqual(len(few), len(many))

	def test_what_a_user_permission_hides_is_not_there(self) -> None:
		hidden = make_follow_up(deal=factories.make_deal().name, assigned_to=self.agent)
		shown = self.follow_up(days=1)
		allowed = {"doctype": "User Permission", "user": self.agent, "allow": "Customer Profile"}
		frappe.get_doc({**allowed, "for_value": self.deal.customer_profile}).insert()
		day = str(self.day())
		self.assertIn(shown.name, day)
		self.assertNotIn(hidden.name, day)

	def test_customers_and_deals_that_the_user_may_not_read_have_no_name(self) -> None:
		fields = ("deal_visibility", "profile_visibility")
		before = {field: frappe.db.get_single_value("CRM Plus Settings", field) for field in fields}
		self.addCleanup(self.set_visibility, before)
		self.set_visibility(dict.fromkeys(fields, "Private"))
		profile = factories.make_profile(profile_owner="Administrator", phone="+49 30 987654")
		theirs = factories.make_deal(deal_owner="Administrator", customer_profile=profile.name)
		helped = make_follow_up(deal=theirs.name, assigned_to=self.agent)
		day = str(self.day())
		self.assertIn(helped.name, day)
		for secret in (profile.full_name, theirs.title, "987654"):
			self.assertNotIn(secret, day)

	def set_visibility(self, values: dict[str, str]) -> None:
		for field, value in values.items():
			frappe.db.set_single_value("CRM Plus Settings", field, value)
		frappe.clear_document_cache("CRM Plus Settings", "CRM Plus Settings")
		frappe.db.commit()  # the day is read in a transaction of its own

	def test_who_may_read_no_follow_ups_is_refused(self) -> None:
		outsider = factories.make_user("Employee").name
		with self.as_user(outsider), self.assertRaises(frappe.PermissionError):
			my_day.day()


class TestAnswers(DayCase):
	def test_done_and_it_went_like_this_in_one_call(self) -> None:
		one = self.follow_up(hours=1)
		outcome = interaction_outcome()
		kind = interaction_type()
		answer = {
			**{"outcome": outcome, "note": "They like it.\nSend <b>prices</b>.", "interaction_type": kind},
			**{"next_subject": "Send prices", "next_due_on": "2090-03-01 09:00"},
		}
		with self.as_user(self.agent):
			done = api.complete(one.name, answer)
		following = frappe.get_doc("Follow Up", done["next"])
		self.assertEqual(
			(following.subject, following.assigned_to, following.deal),
			("Send prices", self.agent, self.deal.name),
		)
		interaction = frappe.get_doc("Interaction", following.interaction)
		self.assertEqual((interaction.outcome, interaction.deal), (outcome, self.deal.name))
		self.assertNotIn("<b>", interaction.summary)
		self.assertEqual(self.names(self.day(), "today") + self.names(self.day(), "overdue"), [])

	def test_nothing_half_done_stays_behind(self) -> None:
		one = self.follow_up(hours=1)
		kind = interaction_type()
		self.commit()
		before = frappe.db.count("Interaction")
		with self.assertRaises(frappe.ValidationError):
			api.complete(one.name, {"interaction_type": kind, "next_due_on": "1900-01-01 09:00"})
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Interaction"), before)
		self.assertEqual(frappe.db.get_value("Follow Up", one.name, "status"), "Open")

	def test_many_at_once_each_for_itself(self) -> None:
		alone = factories.make_deal()
		last = make_follow_up(deal=alone.name)
		others = [make_follow_up(), make_follow_up(repeat="Daily")]
		answer = api.complete_many([last.name, *(one.name for one in others), "no-such"], {"note": "Cleared"})
		self.assertEqual([row["name"] for row in answer["done"]], [one.name for one in others])
		refused = {row["name"]: row["sentence"] for row in answer["refused"]}
		self.assertIn("plan one, or say why", refused[last.name])
		self.assertIn("no-such", refused["no-such"])
		self.assertTrue(successor_of(others[1].name))
		self.assertEqual(api.complete_many([last.name], {"no_next_reason": "They call us"})["refused"], [])
		self.assertEqual(frappe.db.get_value("Follow Up", last.name, "no_next_reason"), "They call us")
		with self.assertRaisesRegex(frappe.ValidationError, "at most 500"):
			api.complete_many([str(number) for number in range(501)])

	def test_a_snooze_is_on_the_users_clock(self) -> None:
		frappe.db.set_value("User", self.agent, "time_zone", "Asia/Tokyo")
		frappe.clear_document_cache("User", self.agent)
		one = self.follow_up(hours=1)
		with self.as_user(self.agent):
			api.snooze(one.name, "2090-06-01 09:00")
		one.reload()
		self.assertEqual(str(site_clock.on_wall(one.due_on, self.agent)), "2090-06-01 09:00:00")
		for nonsense in ("soon", "", "2090-13-01 09:00"):
			with self.assertRaisesRegex(frappe.ValidationError, "Choose a day and a time"):
				api.snooze(one.name, nonsense)

	def test_a_rule_is_told_while_it_is_typed(self) -> None:
		told = api.preview({"due_on": "2094-01-31 09:00:00", "repeat": "Monthly by Date"})
		self.assertEqual(told["sentence"], "Every month on the last day.")
		self.assertEqual([day[:10] for day in told["next"]], ["2094-02-28", "2094-03-31", "2094-04-30"])
		self.assertEqual(api.preview({"repeat": "Daily"}), {"sentence": "", "next": []})

	def test_others_are_refused(self) -> None:
		one = self.follow_up(hours=1)
		outsider = factories.make_user("Employee").name
		with self.as_user(outsider):
			for act in (lambda: api.complete(one.name), lambda: api.snooze(one.name, "2090-01-01 09:00")):
				self.assertRaises(frappe.PermissionError, act)
