"""Every event of the catalogue reaches who it is meant for: agents and managers who have that one role and no other."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, now_datetime, today

from crm_plus.jobs import reminders
from crm_plus.rules.deliveries import SENT
from crm_plus.rules.notices import EVENTS, TEAM
from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories
from crm_plus.tests.factories_accounting import make_sales
from crm_plus.tests.factories_reminders import bells, make_person, rows, run
from crm_plus.tests.factories_teams import make_team
from crm_plus.tests.notice_case import NoticeCase, hears_everything, opened_mail

# Told to every manager, whoever it happened to.
FOR_MANAGERS = {"follow_up_unowned"}


class TestWhoIsReached(NoticeCase):
	def assert_reached(self, user: str, code: str, name: str) -> None:
		told = [(row.status, row.reason or "") for row in rows(user, event=code, reference_name=name)]
		self.assertEqual(told, [(SENT, "")], f"{code} of {name}")

	def test_every_event_reaches_an_agent_and_the_manager_who_leads_the_team(self) -> None:
		agent, manager = hears_everything("Sales User"), hears_everything("Sales Manager")
		make_team([agent], [manager])
		happened = {
			code: happen(agent) for code, happen in self.happenings().items() if code not in FOR_MANAGERS
		}
		self.let_time_pass()
		for code, name in happened.items():
			with self.subTest(code):
				self.assert_reached(agent, code, name)
			if TEAM + code in EVENTS:
				with self.subTest(TEAM + code):
					self.assert_reached(manager, TEAM + code, name)

	def test_every_event_reaches_a_manager_whose_own_it_is(self) -> None:
		manager = hears_everything("Sales Manager")
		happened = {code: happen(manager) for code, happen in self.happenings().items()}
		self.let_time_pass()
		for code, name in happened.items():
			with self.subTest(code):
				self.assert_reached(manager, code, name)

	def test_who_may_not_open_an_invoice_is_led_to_the_customer_and_who_may_to_the_invoice(self) -> None:
		for role, leads_to in (("Sales User", "Customer Profile"), ("Accounts User", "Sales Invoice")):
			owner = make_person("Sales User", role, choices={"invoice_overdue": {"in_app": 1}})
			invoice = self.invoice_overdue(owner)
			self.let_time_pass()
			[bell] = bells(owner)
			self.assertEqual(bell.document_type, leads_to)
			self.assertIn(invoice, bell.subject)
			with self.as_user(owner):
				frappe.get_doc(bell.document_type, bell.document_name).check_permission("read")

	def test_who_may_open_nothing_of_it_is_not_told(self) -> None:
		owner = make_person("Sales User", choices={"invoice_overdue": {"in_app": 1}})
		invoice = self.invoice_overdue(owner)
		self.commit()
		reminders.each_day()
		frappe.get_doc("User", owner).remove_roles("Sales User")
		self.commit()
		run(now_datetime() + timedelta(hours=40))
		[row] = rows(owner, reference_name=invoice)
		self.assertEqual((row.status, bells(owner)), ("Dropped", []))

	def test_amounts_of_a_payment_are_for_who_may_read_them(self) -> None:
		agent, manager = hears_everything("Sales User"), hears_everything("Sales Manager")
		make_team([agent], [manager])
		name = self.payment_received(agent)
		self.commit()
		[short] = rows(agent, event="payment_received", reference_name=name)
		[full] = rows(manager, event="team_payment_received", reference_name=name)
		# The deal's title may hold any digits.
		title = frappe.db.get_value("Deal", name, "title")
		told = ["000" in row.subject.replace(title, "") for row in (short, full)]
		self.assertEqual(told, [False, True])

	def parties(self, owner: str) -> list[tuple[str, str]]:
		"""Return a lead and a prospect whose profiles somebody owns."""
		lead = factories.make("Lead", first_name=factories.unique("Lena"), company_name="").name
		prospect = factories.make("Prospect", company_name=factories.unique("Prospect")).name
		for field, name in (("erpnext_lead", lead), ("erpnext_prospect", prospect)):
			profile = frappe.db.get_value("Customer Profile", {field: name})
			frappe.get_doc("Customer Profile", profile).update({"profile_owner": owner}).save()
		return [("Lead", lead), ("Prospect", prospect)]

	def test_a_quotation_of_a_lead_or_a_prospect_is_told_to_whose_it_is(self) -> None:
		owner = hears_everything("Sales User")
		parties = self.parties(owner)
		made = {
			kind: make_sales(
				"Quotation",
				name,
				quotation_to=kind,
				party_name=name,
				valid_till=add_days(today(), 3),
			).name
			for kind, name in parties
		}
		for name in made.values():
			opened_mail(name)
		self.let_time_pass()
		for kind, name in made.items():
			for code in ("quotation_expiring", "quotation_opened"):
				with self.subTest(f"{code} of a {kind}"):
					self.assert_reached(owner, code, name)

	def test_the_contract_of_a_supplier_is_nobodys_customers(self) -> None:
		if not doctype_exists("Contract"):
			self.skipTest("this version of ERPNext has no contracts")
		owner = hears_everything("Sales User")
		customer = self.of_customer(owner)[0]
		group = frappe.get_all("Supplier Group", {"is_group": 0}, pluck="name", limit=1)
		supplier = factories.make(
			"Supplier", supplier_name=customer, supplier_group=group[0] if group else None
		)
		if supplier.name != customer:
			frappe.rename_doc("Supplier", supplier.name, customer, force=True)
		contract = factories.make(
			"Contract",
			party_type="Supplier",
			party_name=customer,
			start_date=add_days(today(), -300),
			end_date=add_days(today(), 3),
			contract_terms="As agreed",
		)
		contract.submit()
		self.let_time_pass()
		self.assertEqual(rows(owner, event="contract_ending"), [])
