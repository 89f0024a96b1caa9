"""How each event of the catalogue comes about, for the tests of who hears of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import add_days, getdate, now_datetime, today

from crm_plus.jobs import reminders
from crm_plus.rules.notices import EVENTS, TEAM
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice, make_party, make_sales, pay
from crm_plus.tests.factories_follow_ups import successor_of
from crm_plus.tests.factories_reminders import in_minutes, make_follow_up, make_person, run
from crm_plus.workflows import deal_follow, notices

DAY = 1440
BELL = {"in_app": 1, "notice_minutes": 3 * DAY}
NOTICE = {"follow_up_due": 60, "meeting": 60}
ROTS = {"stage_name": "New", "rots_after_days": 10}


def hears_everything(role: str) -> str:
	"""Insert a user with one role whose bell rings for every event."""
	choices = {
		code: {**BELL, "notice_minutes": NOTICE.get(event.own_code, 3 * DAY if event.has_notice else 0)}
		for code, event in EVENTS.items()
	}
	return make_person(role, choices=choices)


def opened_mail(quotation: str) -> None:
	"""Insert a mail with a quotation that the customer has just opened."""
	factories.make(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		subject="Your offer",
		sent_or_received="Sent",
		reference_doctype="Quotation",
		reference_name=quotation,
		read_by_recipient=1,
		read_by_recipient_on=now_datetime(),
	)


class NoticeCase(CRMPlusTestCase):
	"""A site on which each event of the catalogue can be made to happen to its owner, by a method of the event's name.

	Each returns the document that the ledger's row is to be about.
	"""

	def setUp(self) -> None:
		super().setUp()
		self.pipeline = factories.make_pipeline((ROTS, "Talking", "Won", "Lost")).name

	def of_customer(self, owner: str) -> tuple[str, str]:
		"""Return a customer whose profile somebody owns, and that profile."""
		customer, profile = make_party()
		frappe.get_doc("Customer Profile", profile).update({"profile_owner": owner}).save()
		return customer, profile

	def deal(self, owner: str, **values: Any) -> Any:
		return factories.make_deal(
			pipeline=self.pipeline, stage=f"{self.pipeline}-New", deal_owner=owner, **values
		)

	def move(self, owner: str, stage: str, **values: Any) -> str:
		deal = self.deal(owner)
		deal.reload().update({"stage": f"{self.pipeline}-{stage}", **values}).save()
		return deal.name

	def follow_up_due(self, owner: str) -> str:
		return make_follow_up(owner, in_minutes(30)).name

	def follow_up_unowned(self, owner: str) -> str:
		"""Leave the series of somebody who has left to nobody: the managers hear of it, whoever the owner."""
		leaver = factories.make_user("Sales User").name
		profile = factories.make_profile(profile_owner=leaver).name
		item = make_follow_up(leaver, in_minutes(5000), repeat="Weekly", customer_profile=profile)
		frappe.get_doc("User", leaver).update({"enabled": 0}).save()
		item.reload().update({"status": "Done"}).save()
		return successor_of(item.name).name

	def meeting(self, owner: str) -> str:
		return factories.make(
			"Interaction",
			interaction_type="Meeting",
			subject="Visit",
			status="Planned",
			starts_on=in_minutes(30),
			customer_profile=self.of_customer(owner)[1],
			interaction_owner=owner,
		).name

	def deal_assigned(self, owner: str) -> str:
		return self.deal(owner).name

	def deal_moved(self, owner: str) -> str:
		return self.move(owner, "Talking")

	def deal_won(self, owner: str) -> str:
		return self.move(owner, "Won")

	def deal_lost(self, owner: str) -> str:
		return self.move(owner, "Lost", lost_reason=factories.make_lost_reason().name)

	def stage_refused(self, owner: str) -> str:
		deal = self.deal(owner)
		deal_follow._tell_owner(deal, "It stays")
		return deal.name

	def no_next_step(self, owner: str) -> str:
		deal = self.deal(owner)
		item = make_follow_up(owner, in_minutes(5000), deal=deal.name)
		todo = frappe.get_doc("ToDo", {"reference_name": item.name, "status": "Open"})
		todo.update({"status": "Closed"}).save()
		return deal.name

	def close_date(self, owner: str) -> str:
		return self.deal(owner, expected_close_date=add_days(today(), 3)).name

	def deal_rotten(self, owner: str) -> str:
		name = self.deal(owner).name
		frappe.db.set_value("Deal", name, "stage_entered_on", add_days(now_datetime(), -12))
		return name

	def quotation_expiring(self, owner: str) -> str:
		return make_sales("Quotation", self.of_customer(owner)[0], valid_till=add_days(today(), 3)).name

	def quotation_opened(self, owner: str) -> str:
		quotation = make_sales("Quotation", self.of_customer(owner)[0])
		opened_mail(quotation.name)
		return quotation.name

	def email_answered(self, owner: str) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "Interaction",
				"interaction_type": "Email",
				"subject": "Re: your offer",
				"customer_profile": self.of_customer(owner)[1],
				"interaction_owner": owner,
				"direction": "Incoming",
				"source_doctype": "Communication",
				"source_name": factories.unique("mail"),
				"source_key": factories.unique("mail"),
				"status": "Done",
				"starts_on": now_datetime(),
			}
		)
		doc.flags.from_source = True
		return doc.insert().name

	def bad_feedback(self, owner: str) -> str:
		name = self.deal(owner).name
		notices.tell("bad_feedback", [owner], "Deal", name, "Unhappy")
		notices.tell_leaders("bad_feedback", owner, "Deal", name, "Unhappy")
		return name

	def birthday(self, owner: str) -> str:
		return factories.make_profile(
			profile_type="Person",
			full_name=factories.unique("Person"),
			profile_owner=owner,
			birthday=f"1980-{add_days(getdate(today()), 3):%m-%d}",
		).name

	def contract_ending(self, owner: str) -> str:
		contract = factories.make(
			"Contract",
			party_type="Customer",
			party_name=self.of_customer(owner)[0],
			start_date=add_days(today(), -300),
			end_date=add_days(today(), 3),
			contract_terms="As agreed",
		)
		contract.submit()
		return contract.name

	def payment_received(self, owner: str) -> str:
		customer, profile = self.of_customer(owner)
		deal = self.deal(owner, customer_profile=profile)
		invoice = make_invoice(customer, crm_plus_deal=deal.name)
		self.commit()
		pay(invoice)
		return deal.name

	def invoice_overdue(self, owner: str) -> str:
		invoice = make_invoice(self.of_customer(owner)[0])
		frappe.db.set_value("Sales Invoice", invoice.name, "due_date", add_days(today(), -2))
		return invoice.name

	def happenings(self) -> dict[str, Callable[[str], str]]:
		"""Return how each event of the catalogue comes about on this site."""
		found = {code: getattr(self, code) for code in EVENTS if not code.startswith(TEAM)}
		if not doctype_exists("Contract"):
			del found["contract_ending"]
		return found

	def let_time_pass(self) -> None:
		self.commit()
		reminders.each_day()
		reminders.follow_mail()
		run(in_minutes(1))
		run(now_datetime() + timedelta(hours=40))
