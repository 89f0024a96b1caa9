"""What a day brings: found by the daily sweep (jobs.reminders.each_day), told in the morning, once."""

import unittest
from datetime import timedelta

import frappe
from frappe.utils import add_days, getdate, now_datetime, today

from crm_plus.jobs import reminders
from crm_plus.rules.deliveries import DROPPED, SENT
from crm_plus.rules.notices import IN_APP
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice
from crm_plus.tests.factories_reminders import bells, make_person, rows, run
from crm_plus.workflows import site_clock, standings

DAY = 1440


class TestDayNotices(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline(
			({"stage_name": "New", "rots_after_days": 10}, "Won", "Lost")
		).name

	def person(self, event: str, notice_days: int = 0) -> str:
		"""Insert somebody whose bell rings for one event, so many days before."""
		return make_person(
			choices={event: {"in_app": 1, "notice_minutes": notice_days * DAY}, "deal_assigned": {}}
		)

	def deal(self, owner: str, **values: object) -> object:
		return factories.make_deal(
			pipeline=self.pipeline, stage=f"{self.pipeline}-New", deal_owner=owner, **values
		)

	def sweep_twice(self) -> None:
		self.commit()
		reminders.each_day()
		reminders.each_day()

	def soon(self) -> object:
		"""Return a time at which everything that was swept for today has been due."""
		return now_datetime() + timedelta(hours=40)

	def test_a_close_date_is_told_so_many_days_before_and_not_once_more(self) -> None:
		owner = self.person("close_date", 5)
		near, far = self.deal(owner, expected_close_date=add_days(today(), 5)), self.deal(owner)
		far.reload().update({"expected_close_date": add_days(today(), 60)}).save()
		self.sweep_twice()
		self.assertEqual([row.reference_name for row in rows(owner, event="close_date")], [near.name])
		run(self.soon())
		self.assertEqual([bell.document_name for bell in bells(owner)], [near.name])

	def test_a_deal_that_is_won_before_the_morning_is_not_told(self) -> None:
		owner = self.person("close_date", 5)
		deal = self.deal(owner, expected_close_date=add_days(today(), 5))
		self.sweep_twice()
		with self.as_user(owner):
			deal.reload().update({"stage": f"{self.pipeline}-Won"}).save()
		self.commit()
		run(self.soon())
		self.assertEqual([row.status for row in rows(owner, event="close_date")], [DROPPED])

	def test_a_rotten_deal_is_told_once_for_its_stay(self) -> None:
		owner = self.person("deal_rotten")
		rotten, fresh, long_rotten = (self.deal(owner) for _ in range(3))
		for deal, days in ((rotten, 12), (fresh, 5), (long_rotten, 100)):
			frappe.db.set_value("Deal", deal.name, "stage_entered_on", add_days(now_datetime(), -days))
		self.sweep_twice()
		run(self.soon())
		self.assertEqual([row.reference_name for row in rows(owner, status=SENT)], [rotten.name])

	def test_an_overdue_invoice_is_told_to_whose_customer_it_is(self) -> None:
		owner = self.person("invoice_overdue")
		customer = factories.make_customer().name
		profile = factories.make_profile(erpnext_customer=customer)
		profile.update({"profile_owner": owner}).save()
		invoice = make_invoice(customer=customer)
		frappe.db.set_value("Sales Invoice", invoice.name, "due_date", add_days(today(), -2))
		self.sweep_twice()
		self.assertEqual([row.reference_name for row in rows(owner, event="invoice_overdue")], [invoice.name])

	def customer_of(self, owner: str) -> str:
		customer = factories.make_customer().name
		factories.make_profile(erpnext_customer=customer).update({"profile_owner": owner}).save()
		return customer

	def test_a_quotation_about_to_expire_is_told_to_whose_deal_it_is(self) -> None:
		owner, keeper = self.person("quotation_expiring", 3), self.person("quotation_expiring", 3)
		customer = self.customer_of(keeper)
		profile = frappe.db.get_value("Customer Profile", {"erpnext_customer": customer})
		deal = self.deal(owner, customer_profile=profile)
		mine = self.quotation(customer, 3, crm_plus_deal=deal.name)
		keepers, later = self.quotation(customer, 3), self.quotation(customer, 30)
		self.sweep_twice()
		told = [row.reference_name for row in rows(owner, event="quotation_expiring")]
		self.assertEqual(
			(told, [row.reference_name for row in rows(keeper, event="quotation_expiring")]),
			([mine], [keepers]),
		)
		self.assertNotIn(later, told)
		frappe.get_doc("Quotation", mine).cancel()
		self.commit()
		run(self.soon())
		self.assertEqual([row.status for row in rows(owner, event="quotation_expiring")], [DROPPED])

	def quotation(self, customer: str, days: int, **values: object) -> str:
		doc = factories.make(
			"Quotation",
			quotation_to="Customer",
			party_name=customer,
			company=factories.company(),
			transaction_date=today(),
			valid_till=add_days(today(), days),
			items=[{"item_code": factories.make_item().name, "qty": 1, "rate": 10}],
			**values,
		)
		doc.submit()
		return doc.name

	@unittest.skipUnless(doctype_exists("Contract"), "this version of ERPNext has no contracts")
	def test_a_contract_about_to_end_is_told_to_whose_customer_it_is(self) -> None:
		owner = self.person("contract_ending", 30)
		customer = self.customer_of(owner)
		ends = {"start_date": add_days(today(), -300), "contract_terms": "As agreed"}
		soon, later = (
			factories.make(
				"Contract",
				party_type="Customer",
				party_name=customer,
				end_date=add_days(today(), days),
				**ends,
			)
			for days in (30, 90)
		)
		for contract in (soon, later):
			contract.submit()
		self.sweep_twice()
		run(self.soon())
		self.assertEqual([bell.document_name for bell in bells(owner)], [soon.name])

	def born(self, owner: str, birthday: str, **values: object) -> str:
		values = {"full_name": factories.unique("Person"), "profile_owner": owner, **values}
		return factories.make_profile(profile_type="Person", birthday=birthday, **values).name

	def test_a_birthday_rings_its_owners_bell_on_the_day_and_once_a_year(self) -> None:
		owner = factories.make_user("Sales User").name  # who has chosen nothing
		day = getdate(today())
		ada = self.born(owner, f"1980-{day:%m-%d}")
		self.born(owner, f"1980-{add_days(day, 40):%m-%d}")
		self.born(owner, f"1980-{day:%m-%d}", do_not_contact=1)
		self.sweep_twice()
		self.assertEqual(
			[(row.reference_name, row.channel) for row in rows(owner, event="birthday")], [(ada, IN_APP)]
		)

	def test_a_birthday_is_told_days_before_to_who_wants_that_and_may_know_it(self) -> None:
		owner = self.person("birthday", 3)
		stranger = make_person(
			"Marketing User", choices={"birthday": {"in_app": 1, "notice_minutes": 3 * DAY}}
		)
		day = add_days(getdate(today()), 3)
		ada = self.born(owner, f"1980-{day:%m-%d}")
		self.born(stranger, f"1980-{day:%m-%d}")
		self.sweep_twice()
		run(self.soon())
		self.assertEqual([bell.document_name for bell in bells(owner)], [ada])
		self.assertIn("has a birthday on", bells(owner)[0].subject)
		self.assertEqual(rows(stranger, event="birthday"), [])

	def test_a_birthday_that_was_corrected_is_not_told(self) -> None:
		owner = self.person("birthday")
		day = add_days(getdate(today()), 1)
		ada = frappe.get_doc("Customer Profile", self.born(owner, f"1980-{day:%m-%d}"))
		self.sweep_twice()
		ada.reload().update({"birthday": add_days(day, -3980)}).save()
		self.commit()
		run(self.soon())
		self.assertEqual([row.status for row in rows(owner, event="birthday")], [DROPPED])

	def test_a_day_that_passes_ends_what_was_to_be_told_of_it(self) -> None:
		owner = self.person("close_date", 0)
		deal = self.deal(owner, expected_close_date=add_days(today(), 1))
		self.sweep_twice()
		[row] = rows(owner, event="close_date")
		late = site_clock.stored(
			site_clock.moment(getdate(deal.expected_close_date)) + timedelta(days=1, hours=1)
		)
		run(late)
		self.assertEqual([row.status for row in rows(owner, event="close_date")], [DROPPED])
		self.assertEqual(rows(owner, event="close_date")[0].reason, standings.reason("over"))
		self.assertTrue(row.name)
