"""What users are told at once, as they chose: overrides.deal.on_update, the choices, the page's own road."""

from datetime import time

import frappe

from crm_plus.jobs import reminders
from crm_plus.rules.deliveries import SENT, WAITING
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice, make_sales, pay
from crm_plus.tests.factories_reminders import bells, in_minutes, make_person, prefer, rows, run
from crm_plus.tests.mail_server import flush, outgoing_account
from crm_plus.workflows import deal_notices, notice_words, notices, preferences, site_clock

BELL_AND_MAIL = {"in_app": 1, "email": 1}
TUESDAY = "2026-06-02"


class TestNotices(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline().name

	def deal(self, owner: str, **values: object) -> object:
		"""Insert a deal in the first stage."""
		return factories.make_deal(
			pipeline=self.pipeline, stage=f"{self.pipeline}-New", deal_owner=owner, **values
		)

	def move(self, deal: object, stage: str, **values: object) -> None:
		deal.reload().update({"stage": f"{self.pipeline}-{stage}", **values}).save()
		self.commit()

	def test_the_bell_comes_though_the_mail_is_switched_off(self) -> None:
		with outgoing_account() as mailbox:
			both = make_person(choices={"deal_moved": BELL_AND_MAIL, "deal_assigned": {}})
			bell = make_person(choices={"deal_moved": {"in_app": 1}, "deal_assigned": {}})
			none = make_person(choices={"deal_moved": {}, "deal_assigned": {}})
			for person in (both, bell, none):
				self.move(self.deal(person), "Talking")
			run(in_minutes(1))
			flush()
			moves = {
				person: [one for one in bells(person) if "moved to" in one.subject]
				for person in (both, bell, none)
			}
			self.assertEqual(
				{person: len(found) for person, found in moves.items()}, {both: 1, bell: 1, none: 0}
			)
			mails = {
				person: [one for one in mailbox.sent_to(person) if "moved to" in one.get_body().get_content()]
				for person in (both, bell, none)
			}
			self.assertEqual(
				{person: len(found) for person, found in mails.items()}, {both: 1, bell: 0, none: 0}
			)
			self.assertEqual(rows(none), [])

	def test_what_comes_in_quiet_hours_arrives_once_in_the_morning(self) -> None:
		person = make_person(
			time_zone="Asia/Tokyo",
			choices={"deal_moved": {"in_app": 1}, "deal_assigned": {}},
			quiet_from="20:00",
			quiet_to="08:00",
		)
		deal = self.deal(person)
		for stage in ("Talking", "New"):
			self.move(deal, stage)
		night, morning = self.on_clock(f"{TUESDAY} 21:00"), self.on_clock("2026-06-03 08:00")
		frappe.db.set_value("Reminder Delivery", {"user": person}, "send_after", night)
		self.commit()
		run(night)
		self.assertEqual(bells(person), [])
		self.assertEqual({(row.status, row.send_after) for row in rows(person)}, {(WAITING, morning)})
		run(morning)
		run(morning)
		self.assertEqual(len(bells(person)), 1)

	def on_clock(self, tokyo: str) -> object:
		"""Return the site's time of what a clock in Tokyo shows."""
		from crm_plus.rules.zones import moment

		return site_clock.stored(moment(frappe.utils.get_datetime(tokyo), "Asia/Tokyo")).replace(fold=0)

	def test_nobody_is_told_of_their_own_doing(self) -> None:
		person = make_person(choices={"deal_moved": {"in_app": 1}, "deal_won": {"in_app": 1}})
		with self.as_user(person):
			self.move(self.deal(person), "Talking")
		self.assertEqual(rows(person), [])

	def test_a_deal_is_won_for_its_owner_and_whoever_leads_the_team(self) -> None:
		owner, leader = make_person(choices={"deal_assigned": {}}), make_person()
		factories.make(
			"Revenue Team",
			team_name=factories.unique("Team"),
			parent_revenue_team=frappe.db.get_value("Revenue Team", {"is_group": 1}, "name"),
			members=[{"user": owner}, {"user": leader, "is_leader": 1}],
		)
		self.move(self.deal(owner), "Won")
		self.assertEqual([row.event for row in rows(owner)], ["deal_won"])
		self.assertEqual([row.event for row in rows(leader)], ["team_deal_won"])
		self.move(self.deal(owner), "Lost", lost_reason=factories.make_lost_reason().name)
		self.assertIn("deal_lost", [row.event for row in rows(owner)])
		run(in_minutes(1))
		self.assertEqual({row.status for row in rows(leader, channel="In-App")}, {SENT})

	def test_a_deal_that_is_handed_over_is_told_to_the_new_owner(self) -> None:
		one, other = make_person(), make_person()
		deal = self.deal(one)
		deal.reload().update({"deal_owner": other}).save()
		self.assertEqual(
			[[row.event for row in rows(person)] for person in (one, other)], [["deal_assigned"]] * 2
		)

	def test_a_payment_is_told_and_its_reversal_is_not(self) -> None:
		owner = make_person(choices={"deal_assigned": {}})
		deal = self.deal(owner)
		deal_notices.paid(deal.name, 100, 250)
		deal_notices.paid(deal.name, 250, 250)
		deal_notices.paid(deal.name, 250, 0)
		[row] = rows(owner)
		self.assertEqual(row.event, "payment_received")
		self.assertIn("150", row.subject)

	def test_the_same_key_is_told_once(self) -> None:
		owner = make_person(choices={"email_answered": {"in_app": 1}})
		profile = factories.make_profile().name
		for _ in range(2):
			notices.tell("email_answered", [owner, None], "Customer Profile", profile, "Answer", key="mail-1")
		self.assertEqual(len(rows(owner)), 1)
		notices.tell("email_answered", [owner], "Customer Profile", profile, "Answer", key="mail-2", by=owner)
		self.assertEqual(len(rows(owner)), 1)

	def test_what_is_rolled_back_is_not_told(self) -> None:
		owner = make_person()
		deal = self.deal(owner)
		self.commit()
		before = len(rows(owner))
		notices.tell("bad_feedback", [owner], "Deal", deal.name, "Bad")
		frappe.db.rollback()
		self.assertEqual(len(rows(owner)), before)


class TestPreference(CRMPlusTestCase):
	def test_one_cannot_read_or_change_another_s(self) -> None:
		one, other = make_person("Sales User"), make_person("Sales User")
		with self.as_user(other):
			self.assertEqual(frappe.get_list("Notification Preference", pluck="name"), [other])
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Notification Preference", one).check_permission("read")
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Notification Preference", one).save()

	def test_bad_values_are_refused_with_a_sentence(self) -> None:
		days = dict.fromkeys(preferences.WEEKDAYS, 0)
		for values, choices in (
			(days, {}),
			({"quiet_from": "20:00"}, {}),
			({}, {"nothing": {"in_app": 1}}),
			({}, {"close_date": {"in_app": 1, "notice_minutes": 90}}),
		):
			with self.subTest(values), self.assertRaises(frappe.ValidationError):
				make_person(choices=choices, **values)

	def test_only_what_differs_is_stored(self) -> None:
		person = make_person("Sales User")
		chosen = {
			code: preferences.as_choice(row)
			for code, row in {"deal_won": BELL_AND_MAIL, "deal_lost": {"in_app": 1}}.items()
		}
		with self.as_user(person):
			preferences.store(person, {"quiet_from": "22:00", "quiet_to": "06:00"}, chosen)
		doc = frappe.get_doc("Notification Preference", person)
		self.assertEqual([row.event for row in doc.choices], ["deal_won"])
		self.assertEqual(preferences.of_user(person).hours.quiet_from.hour, 22)

	def test_a_preference_that_an_administrator_makes_belongs_to_its_user(self) -> None:
		person = make_person("Sales User")
		self.assertEqual(frappe.db.get_value("Notification Preference", person, "owner"), person)
		prefer(person, {"deal_won": {}})
		self.assertEqual(preferences.of_user(person).choices["deal_won"].channels, frozenset())


class TestWiring(CRMPlusTestCase):
	"""What other parts of the app tell: after_commit, overrides.interaction.after_insert, overrides.follow_up.validate."""

	def test_a_payment_that_an_accountant_posts_reaches_the_deals_owner(self) -> None:
		owner = make_person(choices={"deal_assigned": {}, "deal_moved": {}, "deal_won": {}})
		customer = factories.make_customer().name
		profile = frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
		deal = factories.make_deal(customer_profile=profile, deal_owner=owner)
		invoice = make_invoice(customer=customer, crm_plus_deal=deal.name)
		self.commit()
		pay(invoice)
		self.commit()
		self.assertEqual(
			[row.event for row in rows(owner) if row.event == "payment_received"], ["payment_received"]
		)

	def test_a_customers_mail_reaches_whose_customer_it_is(self) -> None:
		owner = make_person(choices={"email_answered": {"in_app": 1}})
		profile = factories.make_profile(profile_owner=owner).name
		values = {
			"subject": "Re: your offer",
			"customer_profile": profile,
			"interaction_owner": owner,
			"direction": "Incoming",
			"source_doctype": "Communication",
			"interaction_type": frappe.get_all("Interaction Type", pluck="name", limit=1)[0],
			"status": "Done",
		}
		for number, days in enumerate((0, -30)):
			doc = frappe.get_doc({"doctype": "Interaction", **values})
			doc.source_name = doc.source_key = factories.unique(f"mail{number}")
			doc.starts_on = frappe.utils.add_days(frappe.utils.now_datetime(), days)
			doc.flags.from_source = True
			doc.insert()
		[row] = rows(owner)
		self.assertIn("Re: your offer", row.subject)

	def test_a_quotation_that_the_customer_opens_reaches_the_deals_owner_once(self) -> None:
		owner = make_person(
			choices={"quotation_opened": {"in_app": 1}, "deal_assigned": {}, "deal_moved": {}}
		)
		customer = factories.make_customer().name
		profile = frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
		deal = factories.make_deal(customer_profile=profile, deal_owner=owner)
		quotation = make_sales("Quotation", customer, crm_plus_deal=deal.name)
		mail = factories.make(
			"Communication",
			communication_type="Communication",
			communication_medium="Email",
			subject="Your offer",
			sent_or_received="Sent",
			reference_doctype="Quotation",
			reference_name=quotation.name,
		)
		self.commit()
		reminders.follow_mail()
		self.assertEqual(rows(owner), [])
		read = {"read_by_recipient": 1, "read_by_recipient_on": frappe.utils.now_datetime()}
		frappe.db.set_value("Communication", mail.name, read)
		reminders.follow_mail()
		reminders.follow_mail()
		self.assertEqual(
			[(row.event, row.reference_name) for row in rows(owner)], [("quotation_opened", deal.name)]
		)


class TestHours(CRMPlusTestCase):
	def test_who_names_no_hour_gets_the_digest_in_the_morning_and_no_quiet_hours(self) -> None:
		user = factories.make_user("Sales User").name
		made = factories.make("Notification Preference", user=user)
		made.reload()
		hours = (made.quiet_from, made.quiet_to, preferences.as_clock(made.digest_at))
		self.assertEqual(hours, (None, None, time(8)))
		chosen = factories.make_user("Sales User").name
		made = factories.make("Notification Preference", user=chosen, digest_at="06:30:00")
		self.assertEqual(preferences.as_clock(made.reload().digest_at), time(6, 30))


class TestWhatIsMissing(CRMPlusTestCase):
	def test_who_cannot_set_it_up_is_told_no_more_than_that(self) -> None:
		for role, tells_how in (("Sales User", False), ("System Manager", True)):
			with self.as_user(factories.make_user(role).name):
				said = notice_words.what_is_missing()
			self.assertEqual(len(said), 3)
			self.assertEqual("frappe_whatsapp" in str(said), tells_how, role)
