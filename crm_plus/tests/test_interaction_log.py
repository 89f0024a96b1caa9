"""Logging in one step: the interaction, the follow-up it finishes and the next one, the whole of it or nothing."""

from datetime import datetime

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime

from crm_plus.api import interactions as api
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_interactions import make_interaction
from crm_plus.workflows import site_clock


class TestLog(CRMPlusTestCase):
	def test_all_in_one(self) -> None:
		deal = factories.make_deal()
		due_on = add_to_date(now_datetime(), days=3).replace(microsecond=0)
		made = api.log(
			{"interaction_type": "Call", "deal": deal.name, "outcome": "Reached", "summary": "He wants two"},
			{"due_on": str(due_on), "subject": "Send the offer"},
		)
		interaction = frappe.get_doc("Interaction", made["interaction"])
		self.assertEqual((interaction.customer_profile, interaction.status), (deal.customer_profile, "Done"))
		follow_up = frappe.get_doc("Follow Up", made["follow_up"])
		self.assertEqual((follow_up.deal, follow_up.interaction), (deal.name, interaction.name))
		self.assertEqual((follow_up.subject, get_datetime(follow_up.due_on)), ("Send the offer", due_on))
		self.commit()
		self.assertIsNotNone(frappe.db.get_value("Deal", deal.name, "last_interaction_on"))

	def test_a_refused_follow_up_takes_the_interaction_along(self) -> None:
		deal = factories.make_deal()
		self.commit()
		with self.assertRaises(frappe.ValidationError):
			api.log({"interaction_type": "Call", "deal": deal.name}, {"due_on": "1900-01-01 10:00:00"})
		frappe.db.rollback()  # as a request does with what it raised
		self.assertEqual(frappe.db.count("Interaction", {"deal": deal.name}), 0)

	def test_a_follow_up_is_done_with_it(self) -> None:
		deal = factories.make_deal()
		due = {"due_on": add_to_date(now_datetime(), days=1)}
		about = {"deal": deal.name, "customer_profile": deal.customer_profile}
		open_one = factories.make("Follow Up", subject="Call him", **about, **due)
		made = api.log(
			{"interaction_type": "Call", "outcome": "Reached"},
			{"due_on": str(add_to_date(now_datetime(), days=4))},
			open_one.name,
		)
		open_one.reload()
		self.assertEqual((open_one.status, open_one.interaction), ("Done", made["interaction"]))
		self.assertEqual(open_one.outcome, "Reached")
		self.assertEqual(frappe.db.get_value("Follow Up", made["follow_up"], "status"), "Open")

	def test_only_what_the_dialog_asks_for_is_taken(self) -> None:
		profile = factories.make_profile().name
		values = {"interaction_type": "Call", "customer_profile": profile, "source_key": "Communication:x"}
		made = api.log({**values, "name": "chosen", "owner": "Guest"})
		self.assertNotEqual(made["interaction"], "chosen")
		self.assertIsNone(frappe.db.get_value("Interaction", made["interaction"], "source_key"))

	def test_rights(self) -> None:
		deal = factories.make_deal()
		outsider = factories.make_user("Stock User").name
		with self.as_user(outsider), self.assertRaises(frappe.PermissionError):
			api.log({"interaction_type": "Call", "deal": deal.name})
		with self.assertRaises(frappe.DoesNotExistError):
			api.log({"interaction_type": "Call", "deal": "nothing"})

	def test_choices_are_the_administrators_lists(self) -> None:
		found = api.choices()
		standard = [row["name"] for row in found["types"] if row["name"] in ("Call", "Email", "Meeting")]
		self.assertEqual(standard, ["Call", "Email", "Meeting"])
		limits = {row["name"]: row["types"] for row in found["outcomes"]}
		self.assertEqual((limits["Interested"], limits["Solved"][0]), ([], "Support"))

	def test_a_new_type_and_a_new_outcome_are_offered_last(self) -> None:
		"""What is offered first is taken unless somebody looks."""
		kind = factories.make("Interaction Type", type_name=factories.unique("A Way")).name
		ending = factories.make("Interaction Outcome", outcome=factories.unique("An End")).name
		found = api.choices()
		self.assertEqual(
			(found["types"][-1]["name"], found["outcomes"][-1]), (kind, {"name": ending, "types": []})
		)
		earlier = factories.make("Interaction Type", type_name=factories.unique("Way"), position=1)
		self.assertEqual(earlier.position, 1)


class TestCalendar(CRMPlusTestCase):
	def test_the_view_and_dragging(self) -> None:
		made = make_interaction(starts_on="2031-05-05 10:00:00", status="Planned", interaction_type="Meeting")
		seen = {row["name"]: row for row in api.calendar("2031-05-01", "2031-06-01")}
		self.assertEqual(str(seen[made.name]["ends_on"]), "2031-05-05 10:30:00")
		args = {"name": made.name, "starts_on": "2031-05-06 09:00:00", "ends_on": "2031-05-06 11:00:00"}
		api.reschedule(args)
		made.reload()
		self.assertEqual((str(made.starts_on), made.duration), ("2031-05-06 09:00:00", 7200))
		with self.assertRaises(frappe.ValidationError):
			api.reschedule({**args, "starts_on": "2999-01-01 10:00:00"})
		with self.assertRaises(frappe.ValidationError):
			api.reschedule({**args, "starts_on": "soon"})

	def test_what_is_dragged_to_another_day_keeps_its_time(self) -> None:
		user = factories.make_user("Sales User", time_zone="Asia/Tokyo").name
		values = {"status": "Planned", "interaction_type": "Meeting", "interaction_owner": user}
		made = make_interaction(starts_on="2031-05-05 10:00:00", duration=5400, **values)
		with self.as_user(user):
			[row] = [row for row in api.calendar("2031-05-01", "2031-06-01") if row["name"] == made.name]
			self.assertEqual(row["all_day"], 0)
			# Midnight of the 7th in Tokyo, as the calendar sends a day alone.
			midnight = str(site_clock.on_site(datetime(2031, 5, 7), user))
			api.reschedule({"name": made.name, "starts_on": midnight, "ends_on": midnight, "all_day": 1})
		wall = site_clock.on_wall(made.starts_on, user)
		moved = site_clock.on_wall(made.reload().starts_on, user)
		self.assertEqual((moved.date().isoformat(), moved.time()), ("2031-05-07", wall.time()))
		self.assertEqual(made.duration, 5400)

	def test_what_is_over_is_not_dragged_into_another_day(self) -> None:
		made = make_interaction(starts_on="2024-05-05 10:00:00", status="Done")
		with self.assertRaisesRegex(frappe.ValidationError, "not planned"):
			api.reschedule({"name": made.name, "starts_on": "2024-05-06 09:00:00"})
		self.assertEqual(str(made.reload().starts_on), "2024-05-05 10:00:00")

	def test_it_says_with_whom_and_leaves_mail_out_unless_asked_for(self) -> None:
		profile = factories.make_profile().name
		values = {"customer_profile": profile, "starts_on": "2024-06-05 10:00:00"}
		call = make_interaction(subject="Talk", **values)
		mail = make_interaction(subject="Re: Talk", interaction_type="Email", **values)
		mail.db_set({"source_doctype": "Communication", "source_name": frappe.generate_hash(length=10)})
		period = ("2024-06-01", "2024-07-01")
		titles = {row["name"]: row["title"] for row in api.calendar(*period)}
		name = frappe.db.get_value("Customer Profile", profile, "full_name")
		self.assertEqual((titles[call.name], mail.name in titles), (f"Talk · {name}", False))
		asked = api.calendar(*period, filters=[["Interaction", "customer_profile", "=", profile]])
		self.assertEqual({row["name"] for row in asked}, {call.name, mail.name})
