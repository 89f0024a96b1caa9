"""A profile's stage follows its deals, its orders and time; a choice stands until something new; every move is kept."""

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate
from frappe.utils.background_jobs import get_queue

from crm_plus.jobs import lifecycle as job
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.connection import like_a_web_worker
from crm_plus.tests.factories import company, make_company2, make_deal, make_exchange_rate, make_profile
from crm_plus.tests.factories_accounting import make_invoice, make_party, make_sales, pay
from crm_plus.tests.factories_customers import make_person
from crm_plus.workflows import lifecycle, profile_events
from crm_plus.workflows.customers import refresh_figures
from crm_plus.workflows.profile_figures import in_default_currency


def stage(profile: str) -> str:
	return frappe.db.get_value("Customer Profile", profile, "lifecycle_stage")


def moves(profile: str) -> list[tuple[str, str, str]]:
	rows = frappe.get_all(
		"Stage Change",
		{"reference_doctype": "Customer Profile", "reference_name": profile},
		["from_stage", "to_stage", "cause"],
		order_by="creation",
	)
	return [(row.from_stage or "", row.to_stage, row.cause) for row in rows]


class TestLifecycle(CRMPlusTestCase):
	def test_the_first_deal_makes_a_prospect(self) -> None:
		profile = make_profile().name
		deal = make_deal(customer_profile=profile)
		lifecycle.refresh(profile, "Deal Created", "Deal", deal.name)
		self.assertEqual(stage(profile), "Prospect")
		lifecycle.refresh(profile, "Deal Created", "Deal", deal.name)
		self.assertEqual(moves(profile), [("", "Lead", "Created"), ("Lead", "Prospect", "Deal Created")])

	def test_the_first_order_makes_an_active_customer_and_its_cancelling_takes_it_back(self) -> None:
		customer, profile = make_party()
		order = make_sales("Sales Order", customer)
		lifecycle.refresh(profile, "Order Submitted", "Sales Order", order.name)
		self.assertEqual(stage(profile), "Active")
		self.assertEqual(moves(profile)[-1], ("Prospect", "Active", "Order Submitted"))
		order.cancel()
		lifecycle.refresh(profile, "Order Cancelled", "Sales Order", order.name)
		self.assertEqual(stage(profile), "Prospect")

	def test_a_persons_deal_with_an_order_of_the_organization_counts_for_the_person(self) -> None:
		customer, organization = make_party()
		person = make_person(organization=organization)
		deal = make_deal(customer_profile=person.name)
		make_sales("Sales Order", customer, crm_plus_deal=deal.name)
		lifecycle.refresh(person.name, "Order Submitted")
		self.assertEqual(stage(person.name), "Active")

	def test_time_without_purchase_and_the_come_back(self) -> None:
		customer, profile = make_party()
		make_invoice(customer, 100, posting_date=add_days(nowdate(), -100))
		lifecycle.refresh(profile, "Invoice Submitted")
		self.assertEqual(stage(profile), "At Risk")
		make_invoice(customer, 100)
		lifecycle.refresh(profile, "Invoice Submitted")
		self.assertEqual(stage(profile), "Active")

	def test_a_choice_by_hand_stands_and_is_kept_with_its_cause(self) -> None:
		profile = make_profile()
		profile.lifecycle_stage = "Lost"
		profile.save()
		self.assertEqual(moves(profile.name)[-1], ("Lead", "Lost", "Manual"))
		lifecycle.refresh(profile.name, "Nightly Check")
		self.assertEqual(stage(profile.name), "Lost")

	def test_a_purchase_after_the_choice_ends_it(self) -> None:
		customer, profile = make_party()
		document = frappe.get_doc("Customer Profile", profile)
		document.update({"lifecycle_stage": "Lost"}).save()
		lifecycle.refresh(profile, "Nightly Check")
		self.assertEqual(stage(profile), "Lost")
		make_invoice(customer, 100)
		lifecycle.refresh(profile, "Invoice Submitted")
		self.assertEqual(stage(profile), "Active")

	def test_the_time_spent_is_kept(self) -> None:
		profile = make_profile()
		profile.db_set("lifecycle_changed_on", add_to_date(now_datetime(), hours=-1))
		make_deal(customer_profile=profile.name)
		lifecycle.refresh(profile.name, "Deal Created")
		change = frappe.get_last_doc("Stage Change", {"reference_name": profile.name, "to_stage": "Prospect"})
		self.assertAlmostEqual(change.seconds_in_previous, 3600, delta=60)

	def test_an_open_form_does_not_put_the_old_stage_back(self) -> None:
		profile = make_profile()
		opened = frappe.get_doc("Customer Profile", profile.name)
		make_deal(customer_profile=profile.name)
		lifecycle.refresh(profile.name, "Deal Created")
		opened.notes = "typed meanwhile"
		with self.assertRaises(frappe.TimestampMismatchError):
			opened.save()


class TestNightlyJob(CRMPlusTestCase):
	def due(self, days: int, **values) -> str:
		profile = make_profile().name
		frappe.db.set_value(
			"Customer Profile",
			profile,
			{"lifecycle_stage": "Active", "last_purchase_on": add_days(nowdate(), -days), **values},
		)
		return profile

	def test_who_is_due_moves_and_who_is_not_stays(self) -> None:
		risk, inactive, fresh = self.due(95), self.due(200), self.due(10)
		self.commit()
		job.age()
		self.assertEqual([stage(name) for name in (risk, inactive, fresh)], ["At Risk", "Inactive", "Active"])
		self.assertEqual(moves(risk)[-1], ("Active", "At Risk", "Days Without Purchase"))
		count = len(moves(risk))
		job.age()
		self.assertEqual(len(moves(risk)), count)

	def test_one_failure_does_not_stop_the_rest(self) -> None:
		good, bad, other = self.due(95), self.due(95), self.due(95)
		frappe.db.set_value("Customer Profile", bad, "lifecycle_chosen_on", None)
		self.commit()
		settle = lifecycle.settle

		def fail_for_one(names, *args):
			if bad in names:
				raise ValueError("broken")
			return settle(names, *args)

		lifecycle.settle = fail_for_one
		try:
			job.age()
		finally:
			lifecycle.settle = settle
		self.assertEqual([stage(name) for name in (good, bad, other)], ["At Risk", "Active", "At Risk"])
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": bad}))

	def test_it_catches_up_with_documents_that_nobody_told_of(self) -> None:
		customer, profile = make_party()
		make_invoice(customer, 250)
		self.commit()
		job.catch_up()
		self.assertEqual(stage(profile), "Active")
		self.assertEqual(frappe.db.get_value("Customer Profile", profile, "lifetime_value"), 250)


class TestFigures(CRMPlusTestCase):
	def figures(self, profile: str) -> tuple:
		refresh_figures([profile])
		return frappe.db.get_value(
			"Customer Profile", profile, ["lifetime_value", "outstanding_amount", "last_purchase_on"]
		)

	def test_invoices_less_returns_and_what_is_open(self) -> None:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

		customer, profile = make_party()
		invoice = make_invoice(customer, 1000)
		pay(invoice, 300)
		self.assertEqual(self.figures(profile), (1000, 700, getdate(nowdate())))
		returned = make_sales_return(invoice.name)
		returned.items[0].update({"rate": 400})
		returned.insert().submit()
		self.assertEqual(self.figures(profile)[:2], (600, 300))
		draft = make_invoice(customer, 5000, docstatus=0)
		self.assertEqual(draft.docstatus, 0)
		self.assertEqual(self.figures(profile)[:2], (600, 300))

	def test_another_companys_amounts_count_at_the_stored_rate(self) -> None:
		own, other = company(), make_company2()
		make_exchange_rate("USD", frappe.db.get_value("Company", own, "default_currency"), 0.5)
		amounts = {("A", own): 10.0, ("A", other): 100.0, ("B", other): 1.0}
		self.assertEqual(in_default_currency(amounts), {"A": 60, "B": 0.5})

	def test_the_number_of_queries_does_not_grow(self) -> None:
		few, many = [make_party()[1]], [make_party()[1] for _ in range(8)]
		refresh_figures(many)  # what Frappe caches is cached
		counts = []
		for names in (few, many):
			with self.count_queries() as queries:
				refresh_figures(names)
			counts.append(len(queries))
		self.assertEqual(counts[0], counts[1])


class TestFollowing(CRMPlusTestCase):
	"""What ERPNext posts reaches the profile by itself, with the commit."""

	def test_a_new_deal_makes_a_prospect(self) -> None:
		profile = make_profile().name
		deal = make_deal(customer_profile=profile)
		change = frappe.get_last_doc("Stage Change", {"reference_name": profile})
		self.assertEqual(
			(change.to_stage, change.cause, change.cause_name), ("Prospect", "Deal Created", deal.name)
		)

	def test_order_invoice_payment_and_cancellation(self) -> None:
		customer, profile = make_party()
		order = make_sales("Sales Order", customer)
		self.commit()
		self.assertEqual(moves(profile)[-1], ("Prospect", "Active", "Order Submitted"))
		invoice = make_invoice(customer, 500)
		self.commit()
		self.assertEqual(self.amounts(profile), (500, 500))
		payment = pay(invoice, 200)
		self.commit()
		self.assertEqual(self.amounts(profile), (500, 300))
		for document in (payment, invoice, order):
			document.reload()
			document.cancel()
		self.commit()
		self.assertEqual(self.amounts(profile), (0, 0))
		self.assertEqual(stage(profile), "Prospect")

	def amounts(self, profile: str) -> tuple:
		return frappe.db.get_value("Customer Profile", profile, ["lifetime_value", "outstanding_amount"])

	def test_what_was_rolled_back_moves_nothing(self) -> None:
		customer, profile = make_party()
		self.commit()
		make_sales("Sales Order", customer)
		frappe.db.rollback()
		self.commit()
		self.assertEqual(stage(profile), "Prospect")

	def test_a_failure_of_ours_leaves_the_order_posted(self) -> None:
		customer, profile = make_party()
		order = make_sales("Sales Order", customer)
		frappe.db.set_value("Customer Profile", profile, "lifecycle_stage", "Nonsense")
		self.commit()
		self.assertEqual(frappe.db.get_value("Sales Order", order.name, "docstatus"), 1)
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": profile}))


class TestWhatAnAccountantWaitsFor(CRMPlusTestCase):
	"""An accountant waits for no profile: a worker refreshes them."""

	def post_an_order(self, customer: str) -> list[str]:
		"""Submit an order and commit as a web worker does; returns what was asked after that commit."""
		make_sales("Sales Order", customer)
		with like_a_web_worker(), self.count_queries() as queries:
			self.commit()
		return [query for query in queries if query.strip().upper() not in ("COMMIT", "START TRANSACTION")]

	def jobs_for(self, customer: str) -> list:
		jobs = [job for job in get_queue("short").jobs if job.kwargs["method"] == profile_events.JOB]
		return [job for job in jobs if ("customer", customer) in job.kwargs["kwargs"]["notes"]]

	def test_nothing_is_asked_and_one_job_does_the_rest(self) -> None:
		customer, profile = make_party()
		self.commit()
		self.assertEqual([query for query in self.post_an_order(customer) if "tab" in query], [])
		self.assertEqual(stage(profile), "Prospect")
		jobs = self.jobs_for(customer)
		self.assertEqual(len(jobs), 1)
		frappe.get_attr(profile_events.JOB)(**jobs[0].kwargs["kwargs"])
		jobs[0].delete()
		self.assertEqual(stage(profile), "Active")

	def test_the_nightly_job_repairs_where_no_worker_runs(self) -> None:
		customer, profile = make_party()
		self.commit()
		self.post_an_order(customer)
		for left in self.jobs_for(customer):
			left.delete()
		self.assertEqual(stage(profile), "Prospect")
		job.catch_up()
		self.assertEqual(stage(profile), "Active")
