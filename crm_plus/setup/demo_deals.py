"""The demo's deals, each with the life it had: quotation, order, invoices, payments, or a loss."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.model.document import Document
from frappe.utils import add_days, flt, getdate, nowdate

from crm_plus.setup import demo_world
from crm_plus.workflows import quoting, site_notes

SEED = "crm-plus-deals"
DEALS = 150
COUNTER = "crm_plus_demo_deals"
LIVES = ("won", "won", "won", "won", "lost", "lost", "open", "open", "open")
OPEN_STAGES = ("New", "Contacted", "Qualified", "Proposal Sent", "Negotiation")
COMPETITORS = ("Nordwind Systems", None, "Alto Works", None, "Brightline Partners", "Nordwind Systems", None)
TITLES = ("Retrofit", "Rollout", "Expansion", "Pilot", "Renewal", "Maintenance", "New Line", "Second Site")
SETTLED = ("whole",) * 12 + ("part", "returned")
PAYMENTS = ("whole", "whole", "whole", "part", "none", "none", "returned")


def make(say: Callable[[str], None]) -> None:
	"""Make the deals that are missing, one transaction a step of their lives."""
	done = int(site_notes.read(COUNTER) or 0)
	profiles = frappe.get_all("Customer Profile", pluck="name", order_by="name")
	for number in range(done, DEALS):
		if number % 25 == 0:
			say(f"… deals {number + 1} to {min(number + 25, DEALS)} of {DEALS}, with their documents")
		DemoDeal(number, profiles).live()
		site_notes.write(COUNTER, str(number + 1))
		frappe.db.commit()


class DemoDeal:
	"""One deal and its documents, decided by its number alone."""

	def __init__(self, number: int, profiles: list[str]) -> None:
		self.chance = random.Random(f"{SEED}-{number}")
		self.number = number
		self.title = f"{self.chance.choice(TITLES)} {number + 1}"
		self.life = self.chance.choice(LIVES)
		self.profile = self.chance.choice(profiles)
		self.american = self.chance.random() < 0.3
		self.company = demo_world.SECOND_COMPANY if self.american else demo_world.first_company()
		self.currency = self.choose_currency()
		self.began = self.choose_day()
		self.moments: list[datetime] = []

	def choose_currency(self) -> str:
		"""Return the books' currency, sometimes the other one; ERPNext keeps a customer to the one used first."""
		used = self.currency_of_customer()
		if used:
			return used
		own = "USD" if self.american else "EUR"
		other = "EUR" if self.american else "USD"
		return other if self.chance.random() < 0.15 else own

	def currency_of_customer(self) -> str | None:
		"""Return the currency of the customer's first invoice, which for a person is the organization's customer."""
		customer, organization = frappe.db.get_value(
			"Customer Profile", self.profile, ["erpnext_customer", "organization"]
		)
		if organization:
			customer = frappe.db.get_value("Customer Profile", organization, "erpnext_customer") or customer
		if not customer:
			return None
		return frappe.db.get_value("Sales Invoice", {"customer": customer, "docstatus": 1}, "currency")

	def choose_day(self) -> date:
		"""Return the day of the first hello: recent where the deal is still open, else more often of late than long ago."""
		if self.life == "open":
			return getdate(add_days(nowdate(), -self.chance.randint(2, 100)))
		oldest = 365 * demo_world.YEARS - 90
		return getdate(add_days(nowdate(), -60 - int(oldest * self.chance.random() ** 2)))

	def choose_outcome(self) -> str:
		"""Return how the bill is settled: old ones are, but for a rare one."""
		old = (getdate(nowdate()) - self.began).days > 200
		return self.chance.choice(SETTLED if old else PAYMENTS)

	def live(self) -> None:
		"""Make the deal and whatever happened to it, unless a run that was stopped had begun it."""
		if frappe.db.exists("Deal", {"title": self.title}):
			return
		self.deal = self.create()
		frappe.db.commit()
		{"won": self.win, "lost": self.lose, "open": self.work}[self.life]()
		frappe.db.commit()
		self.age()

	def create(self) -> Document:
		"""Insert the deal with one to three items."""
		owner = self.chance.choice(demo_world.agents())
		chosen = self.chance.sample(demo_world.ITEMS, self.chance.randint(1, 3))
		prices = {item: dollar if self.currency == "USD" else euro for item, _group, euro, dollar in chosen}
		return frappe.get_doc(
			{
				"doctype": "Deal",
				"title": self.title,
				"customer_profile": self.profile,
				"company": self.company,
				"currency": self.currency,
				"conversion_rate": self.rate(self.began),
				"deal_owner": owner,
				"source": frappe.db.get_value("Customer Profile", self.profile, "source"),
				"competitor": COMPETITORS[self.number % len(COMPETITORS)],
				"pipeline": "Renewals" if self.number % 12 == 0 else "Sales",
				"selling_price_list": demo_world.PRICE_LISTS[self.currency],
				"expected_close_date": add_days(
					nowdate() if self.life == "open" else self.began, self.chance.randint(-10, 90)
				),
				"items": [
					{
						"item_code": item,
						"qty": self.chance.randint(1, 8),
						"price_list_rate": price,
						"discount_percentage": self.chance.choice((0, 0, 0, 5, 10)),
					}
					for item, price in prices.items()
				],
			}
		).insert()

	def rate(self, day: date) -> float:
		"""Return company currency for one unit of the deal's currency on a day."""
		dollar = demo_world.RATE_OF_A_DOLLAR[getdate(day).month - 1]
		if (self.currency == "USD") != self.american:
			return dollar if self.currency == "USD" else round(1 / dollar, 6)
		return 1.0

	# --- lives -------------------------------------------------------------------------------------------------------

	def work(self) -> None:
		"""Leave the deal open in some stage, quoted where the stage says so."""
		stages = [
			name for name in OPEN_STAGES if frappe.db.exists("Pipeline Stage", f"{self.deal.pipeline}-{name}")
		]
		stage = self.chance.choice(stages) if stages else None
		if stage in ("Proposal Sent", "Negotiation"):
			self.quote(add_days(nowdate(), -self.chance.randint(0, 20)))
			frappe.db.commit()
		self.move(stage)

	def lose(self) -> None:
		"""Lose the deal, half of the time after a quotation."""
		if self.chance.random() < 0.5:
			self.quote(self.later(20))
			frappe.db.commit()
		reasons = frappe.get_all("Lost Reason", pluck="name", order_by="name")
		self.deal.reload()
		self.deal.lost_reason = self.chance.choice(reasons)
		self.move("Lost")

	def win(self) -> None:
		"""Quote, order, bill and collect, some of it late or not at all."""
		quotation = self.quote(self.later(25))
		frappe.db.commit()
		order = self.order(quotation, self.later(30))
		frappe.db.commit()
		outcome = self.choose_outcome()
		for invoice in self.bill(order):
			frappe.db.commit()
			self.settle(invoice, outcome)
			frappe.db.commit()

	def later(self, days: int) -> date:
		"""Return a day up to so many days after the last step, never in the future."""
		last = self.moments[-1].date() if self.moments else self.began
		return min(getdate(add_days(last, self.chance.randint(1, days))), getdate(nowdate()))

	def note(self, day: date) -> None:
		"""Remember the moment of a step, within working hours."""
		self.moments.append(
			datetime.combine(getdate(day), time(9)) + timedelta(minutes=self.chance.randint(0, 480))
		)

	def move(self, stage: str | None) -> None:
		"""Move the deal by hand."""
		self.deal.reload() if not self.deal.lost_reason else None
		target = f"{self.deal.pipeline}-{stage}"
		if stage and self.deal.stage != target and frappe.db.exists("Pipeline Stage", target):
			self.deal.stage = target
			self.deal.save()

	def quote(self, day: date) -> Document:
		"""Submit the deal's quotation, made as its button makes it."""
		quotation = quoting.make_quotation(self.deal.name)
		quotation.transaction_date = day
		quotation.valid_till = add_days(max(getdate(day), getdate(nowdate())), 30)
		quotation.conversion_rate = self.rate(day)
		self.submit(quotation, day)
		return quotation

	def order(self, quotation: Document, day: date) -> Document:
		"""Submit the order of a quotation."""
		order = make_sales_order(quotation.name)
		order.transaction_date = day
		order.delivery_date = add_days(day, 14)
		order.payment_schedule = []
		for row in order.items:
			row.delivery_date = order.delivery_date
		order.conversion_rate = self.rate(day)
		self.submit(order, day)
		return order

	def bill(self, order: Document) -> list[Document]:
		"""Submit the order's invoice, sometimes in two parts."""
		parts = 2 if self.chance.random() < 0.2 and order.items[0].qty > 1 else 1
		invoices = []
		for part in range(parts):
			invoice = make_sales_invoice(order.name)
			if parts == 2 and part == 0:
				invoice.items = invoice.items[:1]
				invoice.items[0].qty = 1
			if not invoice.items:
				break
			day = self.later(20)
			invoice.set_posting_time, invoice.posting_date = 1, day
			invoice.due_date = add_days(day, 30)
			invoice.payment_schedule = []
			invoice.debit_to = demo_world.receivable_account(self.company, self.currency)
			invoice.conversion_rate = self.rate(day)
			self.submit(invoice, day)
			invoices.append(invoice)
		return invoices

	def settle(self, invoice: Document, outcome: str) -> None:
		"""Collect an invoice, a part of it, nothing, or take it back."""
		if outcome == "returned":
			credit = make_sales_return(invoice.name)
			credit.set_posting_time, credit.posting_date = 1, self.later(20)
			self.submit(credit, credit.posting_date)
		elif outcome != "none":
			self.pay(invoice, 1.0 if outcome == "whole" else 0.4)

	def pay(self, invoice: Document, part: float) -> None:
		"""Submit a payment by bank."""
		day = self.later(45)
		payment = get_payment_entry("Sales Invoice", invoice.name, bank_account=self.bank())
		payment.posting_date = payment.reference_date = day
		payment.reference_no = f"Transfer {self.number + 1}"
		for row in payment.references:
			row.allocated_amount = flt(row.allocated_amount * part, 2)
		payment.paid_amount = flt(payment.paid_amount * part, 2)
		payment.received_amount = flt(payment.received_amount * part, 2)
		self.submit(payment, day)

	def bank(self) -> str:
		"""Return the account that customers pay into."""
		kinds = {"company": self.company, "is_group": 0, "account_type": ["in", ["Bank", "Cash"]]}
		return frappe.get_all("Account", kinds, pluck="name", order_by="account_type, name")[0]

	def submit(self, doc: Document, day: date) -> None:
		"""Insert and submit a document of a day."""
		self.note(day)
		doc.insert().submit()

	def age(self) -> None:
		"""Set the deal's history back to the days of its documents: everything was made today, but did not happen today."""
		began = datetime.combine(self.began, time(8, 30))
		changes = frappe.get_all(
			"Stage Change",
			{"reference_doctype": "Deal", "reference_name": self.deal.name},
			pluck="name",
			order_by="changed_on, creation",
		)
		moments = [began, *self.moments]
		last = began
		for index, change in enumerate(changes):
			moment = (
				moments[index] if index < len(moments) else last + timedelta(days=self.chance.randint(1, 15))
			)
			moment = min(max(moment, last), datetime.now().replace(microsecond=0))
			frappe.db.set_value(
				"Stage Change",
				change,
				{
					"changed_on": moment,
					"seconds_in_previous": int((moment - last).total_seconds()) if index else 0,
				},
				update_modified=False,
			)
			last = moment
		closed = (
			{"closed_on": last} if frappe.db.get_value("Deal", self.deal.name, "status") != "Open" else {}
		)
		frappe.db.set_value(
			"Deal",
			self.deal.name,
			{"creation": began, "stage_entered_on": last, **closed},
			update_modified=False,
		)
