"""Deal to Cash against a walk through every deal and document by hand."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.reports.deal_to_cash import deal_to_cash
from crm_plus.rules.deal_to_cash import Way, leaks
from crm_plus.rules.periods import month_key
from crm_plus.tests import ledger_rows
from crm_plus.tests.report_case import ReportCase, bulk
from crm_plus.workflows import deal_money

SPAN = {"from_date": getdate() - timedelta(days=300), "to_date": getdate()}


class TestDealToCash(ReportCase):
	REPORT = "Deal to Cash"

	def setUp(self) -> None:
		super().setUp()
		# The invoices that other tests write to the same deals are no part of their way to the bank; undone after each test.
		of_others = (f"INV-{self.world.key}%",)
		frappe.db.sql("update `tabSales Invoice` set docstatus = 0 where name like %s", of_others)
		frappe.db.sql(
			"update `tabPayment Ledger Entry` set docstatus = 0 where against_voucher_no like %s", of_others
		)
		nothing = {**dict.fromkeys(deal_money.NET_FIELDS, 0.0), **dict.fromkeys(deal_money.DAY_FIELDS)}
		frappe.db.set_value("Deal", {"name": ["in", self.world.deals]}, nothing)
		ledger_rows.let_deals_say(self.world.deals)

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.put_documents()

	@classmethod
	def put_documents(cls) -> None:
		"""Give the won deals orders, invoices and payments on any days, as rows."""
		from crm_plus.tests.report_case import world

		made = world()
		if hasattr(made, "days"):
			return
		made.days = defaultdict(lambda: defaultdict(list))
		# What the documents of a deal come to without taxes.
		made.net = defaultdict(lambda: defaultdict(float))
		rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
		won = frappe.get_all(
			"Deal",
			{"name": ["in", made.deals], "status": "Won"},
			["name", "closed_on", "company"],
			order_by="name",
		)
		for deal in won:
			for number in range(made.chance.choice((0, 1, 2, 3))):
				day = deal.closed_on.date() + timedelta(days=made.chance.randint(-5, 40))
				cls.put_chain(made, rows, deal, number, day)
		for doctype, found in rows.items():
			bulk(doctype, found)
		for name in {row["parent"] for row in rows["Sales Invoice Item"]}:
			frappe.db.set_value("Sales Invoice", name, "docstatus", 1)
		settled = [deal for deal in made.days if made.days[deal]["settled"] and made.chance.random() < 0.7]
		frappe.db.set_value("Deal", {"name": ["in", settled or [""]]}, "billing_status", "Paid")
		ledger_rows.let_deals_say(made.deals)
		frappe.db.commit()

	@staticmethod
	def put_chain(made: Any, rows: Any, deal: Any, number: int, day: date) -> None:
		days, key = made.days[deal.name], f"{deal.name}-{number}"
		sums, tax = made.net[deal.name], made.chance.choice((1, 1.07, 1.19))
		net = 70.0 + number
		head = {"company": deal.company, "docstatus": 1, "base_net_total": 2 * net}
		head |= {"base_grand_total": 2 * net * tax}
		# Half of each document is another's.
		row = {"crm_plus_deal": deal.name, "docstatus": 1, "base_net_amount": net}
		order, invoice = f"SO-{key}", f"SI-{key}"
		rows["Sales Order"].append({"name": order, "transaction_date": day, **head})
		rows["Sales Order Item"].append({"name": order, "parent": order, **row})
		days["order"].append(day)
		sums["ordered"] += net
		if made.chance.random() < 0.3:
			return
		billed, returned = day + timedelta(days=made.chance.randint(0, 30)), made.chance.random() < 0.2
		rows["Sales Invoice"].append(
			{"name": invoice, "posting_date": billed, "is_return": int(returned), **head}
		)
		rows["Sales Invoice Item"].append({"name": invoice, "parent": invoice, **row})
		sums["invoiced"] += net
		if not returned:
			days["invoice"].append(billed)
		if made.chance.random() < 0.8:
			paid = billed + timedelta(days=made.chance.randint(0, 60))
			settled = ledger_rows.settle(made.chance, rows, invoice, deal.company, 1.0, paid)
			# Of what is settled, taxes and the other's half are none of it.
			own = settled.amount / (2 * tax)
			sums["outstanding"] -= own
			if settled.is_money:
				days["paid"].append(paid)
				sums["paid"] += own
			days["settled"].append(paid)

	def won(self) -> list[Any]:
		first, last = SPAN["from_date"], SPAN["to_date"]
		return [deal for deal in self.deals(status="Won") if first <= deal.closed_on.date() <= last]

	def by_hand(self, deals: list[Any], currency: str) -> dict[str, Any]:
		"""Return the figures of a group of deals."""
		sums: dict[str, Any] = defaultdict(float)
		steps: dict[str, list[int]] = defaultdict(list)
		for deal in deals:
			sums["won"] += self.amount(deal, currency)
			known = self.world.net.get(deal.name, {})
			net = {key: known.get(key, 0.0) for key in ("ordered", "invoiced", "paid", "outstanding")}
			way = Way(won=deal.base_amount, **net)
			for key, value in {**net, **vars(leaks(way))}.items():
				sums[key] += self.of_books(deal.company, value, currency)
			self.take_steps(deal, steps)
		averages = {key: sum(days) / len(days) for key, days in steps.items()}
		return {**sums, **averages, "deals": len(deals)}

	def take_steps(self, deal: Any, steps: dict[str, list[int]]) -> None:
		days = self.world.days.get(deal.name, {})
		order, invoice = (
			min(days.get("order") or [], default=None),
			min(days.get("invoice") or [], default=None),
		)
		closed, paid = deal.closed_on.date(), max(days.get("paid") or [], default=None)
		if order:
			steps["to_order"].append(max((order - closed).days, 0))
		if invoice:
			steps["to_invoice"].append(max((invoice - (order or closed)).days, 0))
		if invoice and paid and deal.billing_status == "Paid":
			steps["to_cash"].append(max((paid - invoice).days, 0))

	def test_groups_equal_the_walk_by_hand(self) -> None:
		keys = {
			"Owner": lambda deal: deal.deal_owner,
			"Source": lambda deal: deal.source,
			"Month": lambda deal: int(month_key(deal.closed_on).replace("-", "")),
			"Company": lambda deal: deal.company,
		}
		for user in self.people():
			if user in self.world.agents:
				continue  # may not know: see below
			for group, key in keys.items():
				expected = defaultdict(list)
				for deal in self.won():
					expected[key(deal)].append(deal)
				rows = self.rows(pipeline=self.pipeline, currency="EUR", group_by=group, **SPAN)
				self.assertEqual({row["value"] for row in rows}, set(expected))
				for row in rows:
					self.assert_row(row, self.by_hand(expected[row["value"]], "EUR"))

	def test_who_may_not_read_the_ledger_is_refused(self) -> None:
		for agent in self.world.agents[:2]:
			with self.as_user(agent), self.assertRaises(frappe.PermissionError):
				self.report(pipeline=self.pipeline, group_by="Deal", **SPAN)
			with self.as_user(agent), self.assertRaises(frappe.PermissionError):
				deal_to_cash({"pipeline": self.pipeline})

	def test_the_total_in_another_currency(self) -> None:
		total = self.total(pipeline=self.pipeline, currency="USD", **SPAN)
		self.assert_row(total, self.by_hand(self.won(), "USD"))

	def assert_row(self, row: dict[str, Any], expected: dict[str, Any]) -> None:
		for key in (
			"deals",
			"won",
			"ordered",
			"invoiced",
			"paid",
			"outstanding",
			"not_ordered",
			"not_invoiced",
		):
			self.assert_close(row[key], expected[key], key)
		for key in ("not_paid", "written_off", "to_order", "to_invoice", "to_cash"):
			self.assert_close(row[key], expected.get(key), key)

	def test_each_figure_leads_to_its_deals(self) -> None:
		company = self.world.companies[0]
		for group in ("Owner", "Month", "Size", "Deal", "Customer"):
			rows = self.report(pipeline=self.pipeline, company=company, group_by=group, **SPAN)["result"]
			self.assert_drills(rows, {"deals": len, "won": lambda found: sum(d.base_amount for d in found)})
			for row in rows:
				if group == "Deal" and not row.get("is_total"):
					self.assertEqual(set(row["drill"]), {"deals", "won"})
					continue
				behind = self.rows(**row["drill"]["invoiced"])
				self.assertEqual(len(behind), row["deals"])
				for key in ("ordered", "invoiced", "paid", "outstanding", "not_ordered", "written_off"):
					self.assert_close(sum(deal[key] for deal in behind), row[key], f"{key} of {row['group']}")

	def test_one_query_whatever_the_number_of_deals(self) -> None:
		self.report(pipeline=self.pipeline, **SPAN)
		with self.count_queries() as all_year:
			self.report(pipeline=self.pipeline, **SPAN)
		half = SPAN["to_date"] - timedelta(days=150)
		with self.count_queries() as half_a_year:
			self.report(pipeline=self.pipeline, from_date=half, to_date=SPAN["to_date"])
		self.assertEqual(len(all_year), len(half_a_year))
