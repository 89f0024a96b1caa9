"""Revenue by Source and Campaign, Customer Value and Customers At Risk against a walk by hand."""

from collections import defaultdict
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import getdate

from crm_plus.tests import factories, ledger_rows
from crm_plus.tests.report_case import ReportCase, bulk, world

YEAR = {"from_date": getdate() - timedelta(days=365), "to_date": getdate()}
_shops: list[SimpleNamespace] = []


def shop() -> SimpleNamespace:
	"""Return customers with invoices of two companies in any currency, some for deals, made once a run."""
	if not _shops:
		_shops.append(make_shop())
	return _shops[0]


def make_shop() -> SimpleNamespace:
	made = world()
	source = factories.make("Customer Source", source_name=factories.unique("Source")).name
	profiles = [factories.make_profile(source=source).name for _ in range(25)]
	for name in profiles:
		frappe.db.set_value("Customer Profile", name, "erpnext_customer", f"C-{name}")
	frappe.db.set_value("Customer Profile", profiles[0], "lifecycle_stage", "At Risk")
	deals = frappe.get_all("Deal", {"name": ["in", made.deals]}, ["name", "company"], order_by="name")
	invoices, rows, ledger = [], [], defaultdict(list)
	for number in range(180):
		put_invoice(made, number, deals, profiles, invoices, rows)
	settled = {row["name"]: put_ledger(made.chance, row, ledger) for row in invoices}
	bulk("Sales Invoice", invoices)
	bulk("Sales Invoice Item", rows)
	for doctype, found in ledger.items():
		bulk(doctype, found)
	ledger_rows.let_deals_say(made.deals)
	frappe.db.commit()
	return SimpleNamespace(
		source=source,
		profiles=profiles,
		invoices={row["name"]: SimpleNamespace(**row) for row in invoices},
		rows=[SimpleNamespace(**row) for row in rows],
		settled=settled,
	)


def put_ledger(chance: Any, invoice: dict[str, Any], ledger: Any) -> list[ledger_rows.Settled]:
	"""Give an invoice its own entry and those of what settled it, some at the till; return the latter."""
	name, company, total = invoice["name"], invoice["company"], invoice["base_grand_total"]
	day, rest = invoice["posting_date"], total - invoice["outstanding_amount"]
	found = []
	invoice.update(is_pos=0, base_paid_amount=0.0, base_change_amount=0.0)
	if rest > 0 and chance.random() < 0.2:
		paid = rest / 2
		invoice.update(is_pos=1, base_paid_amount=paid + 5, base_change_amount=5.0)
		found.append(ledger_rows.Settled(paid, day, is_money=True))
		ledger_rows.put_till(ledger, name)
		total, rest = total - paid, rest - paid
	ledger_rows.put_posting(ledger, name, company, total, day)
	for part in (rest * 0.3, rest * 0.7) if chance.random() < 0.5 else (rest,):
		later = day + timedelta(days=chance.randint(0, 90))
		if part:
			found.append(ledger_rows.settle(chance, ledger, name, company, part, later))
	return found


def in_year(day: date) -> bool:
	return YEAR["from_date"] <= day <= YEAR["to_date"]


def put_invoice(
	made: Any, number: int, deals: list[Any], profiles: list[str], invoices: list[Any], rows: list[Any]
) -> None:
	chance = made.chance
	deal, net = chance.choice(deals), float(chance.randint(10, 9000))
	returned = chance.random() < 0.1
	net = -net if returned else net
	open_part = 0.0 if returned else chance.choice((0, 0, 0.5, 1))
	foreign = chance.random() < 0.4
	rate, name = (2.0 if foreign else 1.0), f"INV-{made.key}-{number:03}"
	total = round(net * 1.2, 2)
	invoices.append(
		{
			**{"name": name, "docstatus": chance.choice((1, 1, 1, 2)), "company": deal.company},
			**{"customer": f"C-{chance.choice(profiles[:-1])}", "is_return": int(returned)},
			"posting_date": getdate() - timedelta(days=chance.randint(0, 600)),
			**{"currency": "GBP" if foreign else "EUR", "party_account_currency": "EUR"},
			**{"grand_total": total / rate, "base_grand_total": total, "base_net_total": net},
			**{"rounded_total": 0.0, "base_rounded_total": 0.0, "outstanding_amount": total * open_part},
		}
	)
	for index, part in enumerate((0.25, 0.75)):
		owner = deal.name if index == 0 or chance.random() < 0.5 else None
		rows.append(
			{
				"name": f"{name}-{index}",
				"parent": name,
				"crm_plus_deal": owner,
				"base_net_amount": net * part,
				"docstatus": invoices[-1]["docstatus"],
			}
		)


class TestRevenueBySource(ReportCase):
	REPORT = "Revenue by Source and Campaign"

	def setUp(self) -> None:
		super().setUp()
		self.shop = shop()

	def by_hand(self, fieldname: str) -> dict[Any, dict[str, Any]]:
		found: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(float))
		deals = {deal.name: deal for deal in self.deals()}
		seen = defaultdict(set)
		for row in self.shop.rows:
			invoice, deal = self.shop.invoices[row.parent], deals.get(row.crm_plus_deal)
			if not deal or invoice.docstatus != 1 or not in_year(invoice.posting_date):
				continue
			net = self.of_books(invoice.company, row.base_net_amount)
			total = invoice.base_grand_total
			paid = sum(one.amount for one in self.shop.settled[invoice.name] if one.is_money)
			sums = found[deal[fieldname]]
			sums["revenue"] += net
			sums["collected"] += net * paid / total
			sums["open"] += net * invoice.outstanding_amount / total
			seen[deal[fieldname]].add(deal.name)
		return {value: {**sums, "deals": len(seen[value])} for value, sums in found.items()}

	def came_in(self, fieldname: str) -> dict[Any, float]:
		"""Return what came in within the year on invoices of any day, by hand."""
		found: dict[Any, float] = defaultdict(float)
		deals = {deal.name: deal for deal in self.deals()}
		for row in self.shop.rows:
			invoice, deal = self.shop.invoices[row.parent], deals.get(row.crm_plus_deal)
			if not deal or invoice.docstatus != 1:
				continue
			net = self.of_books(invoice.company, row.base_net_amount)
			for one in self.shop.settled[invoice.name]:
				if one.is_money and in_year(one.day):
					found[deal[fieldname]] += net * one.amount / invoice.base_grand_total
		return dict(found)

	def report_rows(self, **filters: Any) -> list[dict[str, Any]]:
		# The invoices of another test's world are days apart from deals: only those of this shop bill on two rows.
		frappe.db.sql(
			"update `tabSales Invoice` set docstatus = 0 where name like %s", (f"SI-R-{self.world.key}%",)
		)
		return self.rows(pipeline=self.pipeline, currency="EUR", **filters, **YEAR)

	def test_groups_equal_the_walk_by_hand(self) -> None:
		for user in self.people():
			if user in self.world.agents:
				# May not know what was invoiced.
				with self.assertRaises(frappe.PermissionError):
					self.report_rows(group_by="Source")
				continue
			for group, fieldname in (("Source", "source"), ("Campaign", "campaign"), ("Owner", "deal_owner")):
				expected = self.by_hand(fieldname)
				rows = {row["value"]: row for row in self.report_rows(group_by=group)}
				self.assertEqual(set(rows), set(expected))
				for value, sums in expected.items():
					for key in ("deals", "revenue", "collected", "open"):
						self.assert_close(rows[value][key], sums[key], f"{key} of {value}")
					neither = sums["revenue"] - sums["collected"] - sums["open"]
					self.assert_close(rows[value]["written_off"], neither, f"written off of {value}")

	def test_dated_by_payments_it_says_what_came_in(self) -> None:
		for user in ("Administrator", self.world.manager):
			with self.as_user(user):
				expected = self.came_in("source")
				rows = {row["value"]: row for row in self.report_rows(group_by="Source", dated_by="Payments")}
				self.assertEqual(set(rows), set(expected))
				for value, amount in expected.items():
					self.assert_close(rows[value]["collected"], amount, value)
					behind = self.rows(**rows[value]["drill"]["collected"])
					self.assert_close(sum(deal["collected"] for deal in behind), amount, value)
					self.assertNotIn("open", rows[value])

	def test_dated_by_anything_else_it_gives_a_sentence(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "dated by"):
			self.rows(dated_by="Deliveries")

	def test_the_deals_behind_a_figure_add_up_to_it(self) -> None:
		for row in self.report_rows(group_by="Source"):
			behind = self.rows(**row["drill"]["revenue"])
			self.assertEqual(len(behind), row["deals"])
			for key in ("revenue", "collected"):
				self.assert_close(sum(deal[key] for deal in behind), row[key])

	def test_a_group_that_is_none_gets_a_sentence(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "no group"):
			self.rows(behind="1=1 or")


class TestCustomerValue(ReportCase):
	REPORT = "Customer Value"

	def setUp(self) -> None:
		super().setUp()
		self.shop = shop()

	def bought(self, company: str = "") -> dict[str, list[Any]]:
		found = defaultdict(list)
		for invoice in self.shop.invoices.values():
			if invoice.docstatus == 1 and company in ("", invoice.company):
				found[invoice.customer.removeprefix("C-")].append(invoice)
		return found

	def test_each_customer_equals_the_walk_by_hand(self) -> None:
		for user in ("Administrator", self.world.manager, self.world.bound):
			with self.as_user(user):
				only = self.world.companies[1] if user == self.world.bound else ""
				rows = {
					row["name"]: row for row in self.rows(source=self.shop.source, currency="EUR", **YEAR)
				}
				expected = {}
				for name, invoices in self.bought(only).items():
					own = [one for one in invoices if in_year(one.posting_date)]
					if own:
						expected[name] = own
				self.assertEqual(set(rows), set(expected))
				for name, invoices in expected.items():
					days = [one.posting_date for one in invoices if not one.is_return]
					revenue = sum(self.of_books(one.company, one.base_net_total) for one in invoices)
					self.assert_close(rows[name]["revenue"], revenue)
					self.assertEqual(rows[name]["purchases"], len(set(days)))
					self.assertEqual(rows[name]["last_on"], max(days, default=None))

	def test_the_total_is_of_all_customers_also_of_those_who_are_not_shown(self) -> None:
		asked = {"source": self.shop.source, "currency": "EUR", **YEAR}
		rows, total = self.rows(**asked), self.total(**asked)
		for key in ("purchases", "revenue"):
			self.assert_close(total[key], sum(row[key] for row in rows))
		self.assert_close(total["average"], total["revenue"] / total["purchases"])
		with patch("crm_plus.reports.customer_value.MOST_ROWS", 2):
			self.assertEqual(len(self.rows(**asked)), 2)
			self.assert_close(self.total(**asked)["revenue"], total["revenue"])

	def test_the_fifths_are_even_and_in_order(self) -> None:
		rows = self.rows(source=self.shop.source, currency="EUR", **YEAR)
		by_money = [row["score"][2] for row in sorted(rows, key=lambda row: (row["revenue"], row["name"]))]
		self.assertEqual(by_money, sorted(by_money))
		self.assertLessEqual(
			max(by_money.count(n) for n in "12345") - min(by_money.count(n) for n in "12345"), 1
		)

	def test_cohorts_equal_the_walk_by_hand(self) -> None:
		def quarter(day: date) -> int:
			return day.year * 4 + (day.month - 1) // 3

		expected: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
		for name, invoices in self.bought().items():
			days = [one.posting_date for one in invoices if not one.is_return]
			if days and in_year(min(days)):
				for day in days:
					expected[quarter(min(days))][quarter(day) - quarter(min(days))].add(name)
		rows = {row["cohort"]: row for row in self.rows(source=self.shop.source, show="Cohorts", **YEAR)}
		self.assertEqual(len(rows), len(expected))
		for began, quarters in expected.items():
			row = rows[f"{began // 4} Q{began % 4 + 1}"]
			self.assertEqual(row["customers"], len(quarters[0]))
			for after in range(1, quarter(getdate()) - began + 1):
				self.assert_close(row[f"after_{after}"], 100 * len(quarters[after]) / len(quarters[0]))

	def test_who_may_not_know_what_customers_are_worth_is_told_nothing(self) -> None:
		for report in ("Customer Value", "Customers At Risk"):
			with self.as_user(self.world.agents[0]), self.assertRaises(frappe.PermissionError):
				self.report(report, source=self.shop.source)

	def test_customers_at_risk_wait_longer_than_usual(self) -> None:
		expected = set()
		for name, invoices in self.bought().items():
			days = sorted({one.posting_date for one in invoices if not one.is_return})
			waits = (getdate() - days[-1]).days if days else 0
			late = len(days) >= 3 and waits > (days[-1] - days[0]).days / (len(days) - 1) * 1.5
			stage = frappe.db.get_value("Customer Profile", name, "lifecycle_stage")
			if late or stage in ("At Risk", "Inactive"):
				expected.add(name)
		rows = self.report("Customers At Risk", source=self.shop.source)
		*listed, total = rows["result"]
		self.assertEqual({row["name"] for row in listed}, expected)
		for key in ("purchases", "revenue"):
			self.assert_close(total[key], sum(row[key] for row in listed))
		self.assertGreater(len(expected), 2)
		with patch("crm_plus.reports.customer_value.MOST_ROWS", 2):
			cut = self.report("Customers At Risk", source=self.shop.source)
		self.assertEqual(cut["result"], [*listed[:2], total])
		self.assertEqual(cut["report_summary"], rows["report_summary"])
		self.assertEqual(rows["report_summary"][0]["value"], len(expected))
		self.assertIn(f"The 2 most valuable of {len(expected)} customers", cut["message"])
		self.assertNotIn("most valuable of", rows["message"] or "")
