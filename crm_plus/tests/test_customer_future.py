"""Customer Value and Customers At Risk: who still buys, from purchases that were made up by the model's own story."""

import random
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import getdate

from crm_plus.crm_plus.report.customer_value import customer_value as report
from crm_plus.reports import customer_future, customer_value
from crm_plus.reports.customer_future import read_buyers
from crm_plus.reports.purchase_fit import fit
from crm_plus.rules.purchases import WEEKS_OF_YEAR, Buyer, chance_alive, expected_purchases
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, bulk, world

SEED, CUSTOMERS = 17, 70
_shops: list[SimpleNamespace] = []


def long() -> dict[str, Any]:
	"""Return a period that holds every purchase."""
	return {"from_date": getdate() - timedelta(days=900), "to_date": getdate()}


def shop() -> SimpleNamespace:
	"""Return customers of a source of their own with their invoices, made once a run."""
	if not _shops:
		_shops.append(make_shop())
	return _shops[0]


def make_shop() -> SimpleNamespace:
	made, chance = world(), random.Random(SEED)
	source = factories.make("Customer Source", source_name=factories.unique("Source")).name
	profiles = [factories.make_profile(source=source).name for _ in range(CUSTOMERS)]
	bought: dict[str, list[Any]] = defaultdict(list)
	invoices = []
	for profile in profiles:
		frappe.db.set_value("Customer Profile", profile, "erpnext_customer", f"C-{profile}")
		for number, day in enumerate(purchase_days(chance)):
			company = made.companies[chance.random() < 0.2]
			bought[profile].append((day, company))
			net = float(chance.randint(100, 5000))
			invoices.append(
				{
					**{"name": f"F-{profile}-{number}", "docstatus": 1, "company": company, "is_return": 0},
					**{"customer": f"C-{profile}", "posting_date": day, "currency": "EUR"},
					**{"base_net_total": net, "base_grand_total": net, "grand_total": net},
				}
			)
	bulk("Sales Invoice", invoices)
	# What was returned or never submitted is no purchase.
	frappe.db.set_value("Sales Invoice", f"F-{profiles[0]}-0", {"docstatus": 1})
	bulk(
		"Sales Invoice",
		[{**invoices[0], "name": f"F-{profiles[0]}-x", "posting_date": getdate(), "docstatus": 2}],
	)
	frappe.db.commit()
	return SimpleNamespace(source=source, profiles=profiles, bought=bought)


def purchase_days(chance: random.Random) -> list[Any]:
	"""Return the days of somebody's purchases: at a rate of his own, until he leaves or today comes."""
	first, rate, leaves = chance.randint(60, 800), chance.gammavariate(1, 1 / 40), chance.betavariate(1, 4)
	days, moment = [getdate() - timedelta(days=first)], 0.0
	while chance.random() >= leaves or len(days) == 1:
		moment += chance.expovariate(rate)
		if moment > first:
			break
		days.append(days[0] + timedelta(days=int(moment)))
	return sorted(set(days))


class TestCustomerFuture(ReportCase):
	REPORT = "Customer Value"

	def setUp(self) -> None:
		super().setUp()
		self.shop = shop()

	@classmethod
	def tearDownClass(cls) -> None:
		# What another test adds up is not to hold these invoices.
		while _shops:
			customers = [f"C-{profile}" for profile in _shops.pop().profiles]
			frappe.db.delete("Sales Invoice", {"customer": ["in", customers]})
			frappe.db.commit()
		super().tearDownClass()

	def buyers(self, company: str = "") -> dict[str, Buyer]:
		found = {}
		for profile, bought in self.shop.bought.items():
			days = sorted({day for day, one in bought if company in ("", one)})
			if days:
				found[profile] = Buyer(
					len(days) - 1, (days[-1] - days[0]).days / 7, (getdate() - days[0]).days / 7
				)
		return found

	def test_each_customer_has_what_the_model_says_of_his_purchases(self) -> None:
		for user, company in (("Administrator", ""), (self.world.bound, self.world.companies[1])):
			buyers = self.buyers(company)
			with self.as_user(user):
				rows = {
					row["name"]: row for row in self.rows(source=self.shop.source, currency="EUR", **long())
				}
			self.assertEqual(set(rows), set(buyers))
			repeaters = sum(buyer.repeats > 0 for buyer in buyers.values())
			if len(buyers) < 30 or repeaters < 15:
				self.assertNotIn("Administrator", user)
				continue
			model = fit(*zip(*((one.repeats, one.last, one.age) for one in buyers.values()), strict=True))
			for name, buyer in buyers.items():
				ahead = expected_purchases(model, buyer, WEEKS_OF_YEAR)
				alive = chance_alive(model, buyer) * 100 if buyer.repeats else None
				self.assert_close(rows[name]["next_purchases"], ahead)
				self.assert_close(rows[name]["alive"], alive)
				self.assert_close(rows[name]["next_worth"], ahead * rows[name]["average"])

	def test_those_at_risk_are_told_too(self) -> None:
		found = self.report("Customers At Risk", source=self.shop.source, currency="EUR")["result"]
		rows = [row for row in found if not row.get("is_total")]
		value = {row["name"]: row for row in self.rows(source=self.shop.source, currency="EUR", **long())}
		told = [row for row in rows if row["alive"] is not None]
		self.assertTrue(told)
		for row in told:
			self.assert_close(row["alive"], value[row["name"]]["alive"])

	def test_the_sum_of_the_next_year_is_that_of_the_customers(self) -> None:
		found = self.report(source=self.shop.source, currency="EUR", **long())
		part = next(part for part in found["report_summary"] if part["label"] == "Worth Next Year")
		*rows, total = found["result"]
		self.assert_close(part["value"], sum(row["next_worth"] or 0 for row in rows))
		self.assert_close(total["next_worth"], part["value"])
		self.assert_close(total["next_purchases"], sum(row["next_purchases"] or 0 for row in rows))

	def test_too_few_customers_get_a_sentence_and_no_figures(self) -> None:
		source = factories.make("Customer Source", source_name=factories.unique("Source")).name
		frappe.db.set_value("Customer Profile", self.shop.profiles[0], "source", source)
		try:
			found = self.report(source=source, currency="EUR", **long())
		finally:
			frappe.db.set_value("Customer Profile", self.shop.profiles[0], "source", self.shop.source)
		self.assertIn("too few purchases", found["message"])
		self.assertNotIn("alive", [column["fieldname"] for column in found["columns"]])

	def test_the_second_look_is_not_fitted_anew(self) -> None:
		filters = {"source": self.shop.source, "currency": "EUR", **long()}
		self.report(**filters)
		with patch("crm_plus.reports.customer_future.fit", side_effect=AssertionError("fitted twice")):
			self.assertTrue(self.rows(**filters)[0]["next_purchases"])

	def test_a_chart_of_the_largest_asks_for_their_purchases_alone_until_somebody_buys(self) -> None:
		filters = {"source": self.shop.source, "currency": "EUR", **long()}
		with patch.object(customer_future, "read_buyers", wraps=read_buyers) as asked:
			for _ in range(2):
				drawn = self.drawn_of_many(filters)
			self.assertEqual(len(asked.call_args.args[1]), len(drawn["data"]["labels"]))
		self.assertEqual(drawn, self.report(**filters)["chart"])
		self.buy(self.shop.profiles[1])
		self.assertEqual(self.drawn_of_many(filters), self.report(**filters)["chart"])

	def drawn_of_many(self, filters: dict[str, Any]) -> Any:
		"""Return the chart as a dashboard asks for it where there are more customers than the report lists."""
		with patch.object(customer_value, "MOST_ROWS", 0), patch.object(report, "MOST_ROWS", 0):
			return self.report(**filters, chart_only=1)["chart"]

	def buy(self, profile: str) -> None:
		"""Have somebody buy today, for the length of the test."""
		bulk(
			"Sales Invoice",
			[
				{
					**{"name": f"F-{profile}-y", "docstatus": 1, "is_return": 0, "currency": "EUR"},
					**{"company": self.world.companies[0], "customer": f"C-{profile}"},
					**{"posting_date": getdate(), "base_net_total": 50.0, "base_grand_total": 50.0},
				}
			],
		)
		self.addCleanup(frappe.db.delete, "Sales Invoice", {"name": f"F-{profile}-y"})

	def test_without_scipy_the_report_says_how_to_have_it(self) -> None:
		"""In a process of its own that cannot import it, as a bench without the extra cannot."""
		code = (
			"import sys; sys.modules['scipy'] = None\n"
			"import frappe; frappe.init(site=sys.argv[1], sites_path=sys.argv[2]); frappe.connect()\n"
			"from crm_plus.crm_plus.report.customer_value.customer_value import execute\n"
			"period = {'from_date': sys.argv[4], 'to_date': sys.argv[5]}\n"
			"columns, rows, message, *_rest = execute({'source': sys.argv[3], 'currency': 'EUR', **period})\n"
			"assert rows and 'alive' not in [column['fieldname'] for column in columns]\n"
			"print(message)"
		)
		sites = frappe.utils.get_bench_path() + "/sites"
		done = subprocess.run(
			[
				sys.executable,
				"-c",
				code,
				frappe.local.site,
				sites,
				self.shop.source,
				*map(str, long().values()),
			],
			capture_output=True,
			text=True,
			cwd=sites,
			check=False,
		)
		self.assertEqual(done.returncode, 0, done.stderr[-2000:])
		self.assertIn("bench pip install scipy", done.stdout)
