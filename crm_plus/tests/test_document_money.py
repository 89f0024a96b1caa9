"""What counts as paid in the reports: the payment ledger by the rules of a deal's money, through real documents of ERPNext."""

from datetime import timedelta
from itertools import product
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.api import insight
from crm_plus.reports.deal_to_cash import deal_to_cash
from crm_plus.reports.document_money import moves_money
from crm_plus.reports.revenue_by_source import revenue_by_source
from crm_plus.rules.deal_money import CASHLESS_JOURNALS, PAYMENT_JOURNALS, Journal, is_payment_journal
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_accounting import make_invoice, make_party, make_party_deal, make_sales, pay
from crm_plus.tests.ledger_rows import cash_account
from crm_plus.tests.money_oracle import account
from crm_plus.tests.money_player import MoneyPlayer
from crm_plus.tests.report_case import bulk

TYPES = (
	*sorted(PAYMENT_JOURNALS | CASHLESS_JOURNALS),
	"Exchange Gain Or Loss",
	"Journal Entry",
	"Contra Entry",
)
ALWAYS = {"from_date": str(getdate() - timedelta(days=3000)), "to_date": str(getdate() + timedelta(days=300))}
ACTS = ("invoice", "pay", "write_off", "invoice", "pay_by_journal", "return_goods", "pay", "pay_in_advance")


class UntaxedPlayer(MoneyPlayer):
	"""One whose documents bear no taxes: what the report says without them is what the deals say with them."""

	def taxes(self) -> list[dict]:
		return []


class TestWhatIsAPayment(CRMPlusTestCase):
	def test_a_journal_moves_money_in_a_query_where_the_rule_says_so(self) -> None:
		key, journals, rows, entries = factories.unique("J"), [], [], []
		expected = set()
		for number, (kind, has_cash, names_payment) in enumerate(product(TYPES, (0, 1), (0, 1))):
			name = f"{key}-{number}"
			journals.append({"name": name, "voucher_type": kind, "docstatus": 1})
			for index, (held, named) in enumerate(
				((has_cash and cash_account(), ""), ("", names_payment and "Payment Entry"))
			):
				rows.append(
					{
						**{"name": f"{name}-{index}", "parent": name},
						**{"account": held or "", "reference_type": named or ""},
					}
				)
			entries.append({"name": name, "voucher_type": "Journal Entry", "voucher_no": name})
			if is_payment_journal(Journal(kind, bool(has_cash), bool(names_payment))):
				expected.add(name)
		for doctype, found in (
			("Journal Entry", journals),
			("Journal Entry Account", rows),
			("Payment Ledger Entry", entries),
		):
			bulk(doctype, found)
		entry = frappe.qb.DocType("Payment Ledger Entry")
		query = frappe.qb.from_(entry).select(entry.name).where(entry.name.like(f"{key}-%"))
		self.assertEqual(set(query.where(moves_money(entry)).run(pluck=True)), expected)


class TestThePlayedLedger(CRMPlusTestCase):
	"""Random events of ERPNext without taxes: what the report says of each deal is what the deal says of itself."""

	def test_the_report_says_what_the_deals_say(self) -> None:
		for seed, currency in ((1, "EUR"), (2, "USD"), (3, "EUR")):
			player = UntaxedPlayer(seed, currency)
			for act in (*ACTS, *player.random.choices(ACTS, k=5)):
				player.do(act)
			self.compare(player)

	def compare(self, player: MoneyPlayer) -> None:
		asked = {"group_by": "Deal", "company": player.company, **ALWAYS}
		rows = {row["value"]: row for row in revenue_by_source(asked)[2]}
		came_in = {row["value"]: row for row in revenue_by_source({**asked, "dated_by": "Payments"})[2]}
		invoices = frappe.db.count("Sales Invoice", {"customer": player.customer, "docstatus": 1})
		for name in player.deals:
			deal = frappe.get_doc("Deal", name)
			row = rows.get(name) or {"revenue": 0, "collected": 0, "open": 0}
			paid = came_in[name]["collected"] if name in came_in else 0
			for said, known in (
				(row["revenue"], deal.invoiced_amount),
				(row["collected"], deal.paid_amount),
				(paid, deal.paid_amount),
				(row["open"], deal.outstanding_amount),
			):
				# ERPNext rounds each invoice in its own currency.
				self.assertAlmostEqual(said, known, delta=0.02 * invoices + 0.01, msg=f"{player.acts} {row}")


class TestStories(CRMPlusTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer, profile = make_party()
		self.deal = make_party_deal(profile, 10_000).name

	def asked(self, **more: Any) -> dict[str, Any]:
		return {"company": factories.company(), "group_by": "Deal", **ALWAYS, **more}

	def row(self, report: Any, **more: Any) -> dict[str, Any]:
		rows = [row for row in report(self.asked(**more))[2] if row["value"] == self.deal]
		return rows[0] if rows else {}

	def win(self) -> None:
		frappe.db.commit()  # the deal's money follows what is committed
		frappe.db.set_value("Deal", self.deal, {"status": "Won", "closed_on": getdate()})

	def taxes(self) -> list[dict[str, Any]]:
		head = account(factories.company(), account_type="Tax", root_type="Liability")
		return [{"charge_type": "On Net Total", "account_head": head, "rate": 19, "description": "VAT"}]

	def write_off(self, invoice: Any) -> None:
		company = factories.company()
		loss = account(company, root_type="Expense", account_type=["in", ["", None]])
		amount = frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount")
		customer = {"account": invoice.debit_to, "party_type": "Customer", "party": self.customer}
		factories.make(
			"Journal Entry",
			voucher_type="Write Off Entry",
			company=company,
			posting_date=getdate(),
			accounts=[
				{
					**customer,
					"credit_in_account_currency": amount,
					**{"reference_type": "Sales Invoice", "reference_name": invoice.name},
				},
				{
					**{"account": loss, "debit_in_account_currency": amount},
					"cost_center": frappe.get_cached_value("Company", company, "cost_center"),
				},
			],
		).submit()

	def billed(self, rate: float = 1000, days: int = 20, **values: Any) -> Any:
		rows = [{"rate": rate, "crm_plus_deal": self.deal}]
		day = str(getdate() - timedelta(days=days))
		return make_invoice(self.customer, rows, posting_date=day, crm_plus_deal=self.deal, **values)

	def test_what_is_written_off_is_not_collected(self) -> None:
		self.write_off(self.billed())
		self.win()
		revenue = self.row(revenue_by_source)
		self.assertEqual(
			[revenue[key] for key in ("revenue", "collected", "open", "written_off")], [1000, 0, 0, 1000]
		)
		self.assertFalse(self.row(revenue_by_source, dated_by="Payments"))
		cash = self.row(deal_to_cash)
		self.assertEqual([cash[key] for key in ("invoiced", "paid", "written_off")], [1000, 0, 1000])
		self.assertIsNone(cash["to_cash"])
		self.assertEqual(frappe.db.get_value("Deal", self.deal, "billing_status"), "Paid")

	def test_what_came_before_the_rest_was_written_off_has_its_day(self) -> None:
		invoice = self.billed()
		pay(invoice, 600)
		self.write_off(invoice)
		self.win()
		revenue, cash = self.row(revenue_by_source), self.row(deal_to_cash)
		self.assertEqual([revenue["collected"], revenue["written_off"]], [600, 400])
		self.assertEqual([cash["paid"], cash["written_off"], cash["to_cash"]], [600, 400, 20])

	def days(self) -> list[Any]:
		"""Return how many days ago the deal was first invoiced, last paid, first and last billed."""
		fields = ("first_invoiced_on", "last_paid_on", "billed_from", "billed_until")
		frappe.db.commit()  # the deal's days follow what is committed
		found = frappe.db.get_value("Deal", self.deal, fields)
		return [day and (getdate() - day).days for day in found]

	def test_the_days_on_which_it_was_billed_and_paid(self) -> None:
		self.assertEqual(self.days(), [None] * 4)
		first, later = self.billed(days=30), self.billed(days=10)
		self.assertEqual(self.days(), [30, None, 30, 10])
		pay(first)
		self.assertEqual(self.days(), [30, 0, 30, 10])
		rows = [{"rate": 1000, "qty": -1, "crm_plus_deal": self.deal, "item_code": later.items[0].item_code}]
		back = {"is_return": 1, "return_against": later.name, "crm_plus_deal": self.deal}
		make_invoice(self.customer, rows, **back)
		self.assertEqual(self.days(), [30, 0, 30, 0])
		for payment in frappe.get_all("Payment Entry", {"party": self.customer}, pluck="name"):
			frappe.get_doc("Payment Entry", payment).cancel()
		first.reload().cancel()
		self.assertEqual(self.days(), [10, None, 10, 0])

	def test_an_order_has_its_day(self) -> None:
		day = str(getdate() - timedelta(days=40))
		rows = [{"rate": 9000, "crm_plus_deal": self.deal}]
		make_sales(
			"Sales Order",
			self.customer,
			rows,
			crm_plus_deal=self.deal,
			transaction_date=day,
			delivery_date=day,
		)
		frappe.db.commit()
		self.assertEqual(str(frappe.db.get_value("Deal", self.deal, "first_ordered_on")), day)

	def test_the_card_counts_the_money_that_came_in_this_month(self) -> None:
		before = insight.collected_this_month()["value"]
		invoice = self.billed(1000, days=70, taxes=self.taxes())
		self.write_off(self.billed(500, days=0))
		self.billed(700, days=0)
		frappe.db.commit()
		self.assertEqual(insight.collected_this_month()["value"], before)
		pay(invoice, 595)
		frappe.db.commit()
		card = insight.collected_this_month()
		self.assertAlmostEqual(card["value"], before + 500, 2)
		self.assertEqual(card["route_options"]["dated_by"], "Payments")
		self.assertAlmostEqual(revenue_by_source(card["route_options"])[3]["collected"], card["value"], 2)

	def test_deal_to_cash_compares_like_with_like(self) -> None:
		rows = [{"rate": 9000, "crm_plus_deal": self.deal}]
		order = make_sales("Sales Order", self.customer, rows, crm_plus_deal=self.deal, taxes=self.taxes())
		self.assertEqual(order.grand_total, 10_710)
		pay(self.billed(4000, taxes=self.taxes()), 2380)
		self.win()
		row = self.row(deal_to_cash)
		expected = {"won": 10_000, "ordered": 9000, "invoiced": 4000, "paid": 2000, "outstanding": 2000}
		leaks = {"not_ordered": 1000, "not_invoiced": 5000, "not_paid": 2000, "written_off": 0}
		for key, amount in {**expected, **leaks}.items():
			self.assertAlmostEqual(row[key], amount, 2, key)
