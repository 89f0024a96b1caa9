"""What the tests of reports share: a seeded world of deals, and the plain sums that a report must agree with."""

import json
import random
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.query_report import run
from frappe.utils import getdate, now_datetime

from crm_plus.rules.periods import next_month
from crm_plus.tests import factories
from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.clock import stopped_clock
from crm_plus.tests.ledger_rows import let_deals_say, stated
from crm_plus.workflows import deal_progress
from crm_plus.workflows.deal_money import AMOUNT_FIELDS, NET_FIELDS

SEED = 5
DEALS = 160
RATE = 0.9
RATE_AGE = 3000
CURRENCIES = ("EUR", "USD", "GBP")
SOURCES = ("Website", "Referral", "Event", None)
FIELDS = (
	*("name", "pipeline", "stage", "status", "company", "deal_owner", "source", "campaign", "currency"),
	*("amount", "base_amount", "conversion_rate", "probability", "expected_close_date", "closed_on"),
	*("stage_entered_on", "next_follow_up_on", "snoozed_until", "lost_reason", "competitor"),
	*("creation", "customer_profile", *AMOUNT_FIELDS),
	*("additional_discount_percentage", "billing_status"),
)
_worlds: list[SimpleNamespace] = []


def world() -> SimpleNamespace:
	"""Return the world, made once a run: two companies, three currencies, two pipelines, people with and without limits."""
	if not _worlds:
		_worlds.append(make_world())
	made = _worlds[0]
	if not frappe.db.exists("Revenue Team", made.below):
		# Another test took all teams away, and what it tested committed that.
		made.team, made.below = make_teams(made)
		frappe.db.commit()
	if not frappe.db.exists("Deal", {"name": ("in", made.deals), "ordered_amount": (">", 0)}):
		# Another test let the night reconcile all deals: these have amounts and no documents.
		for deal, amounts in made.money.items():
			frappe.db.set_value("Deal", deal, amounts, update_modified=False)
		let_deals_say(made.deals)
		frappe.db.commit()
	return made


def make_world() -> SimpleNamespace:
	frappe.set_user("Administrator")
	chance, key = random.Random(SEED), uuid.uuid4().hex[:6]
	first, second = factories.company(), factories.make_company2()
	factories.make_exchange_rate("USD", "EUR", RATE, str(getdate() - timedelta(days=RATE_AGE)))
	for other in frappe.get_all("Company", {"default_currency": ["not in", ["EUR", "USD"]]}, pluck="name"):
		raise AssertionError(f"{other} would need a rate of its own")
	made = SimpleNamespace(
		key=key,
		chance=chance,
		companies=(first, second),
		pipelines=[
			factories.make_pipeline(("New", "Talking", "Offer", "Won", "Lost")).name for _ in range(2)
		],
		agents=[factories.make_user("Sales User").name for _ in range(3)],
		manager=factories.make_user("Sales Manager", "Sales User").name,
		bound=factories.make_user("Sales Manager", "Sales User").name,
		accountant=factories.make_user("Accounts User").name,
		profiles=[factories.make_profile().name for _ in range(8)],
		reasons=[factories.make_lost_reason().name for _ in range(2)],
	)
	factories.make("User Permission", user=made.bound, allow="Company", for_value=second)
	made.team, made.below = make_teams(made)
	made.deals = put_deals(made)
	frappe.db.commit()
	return made


def make_teams(made: SimpleNamespace) -> tuple[str, str]:
	names = []
	for parent, members in (("", made.agents[:1]), ("parent", made.agents[1:2])):
		names.append(
			factories.make(
				"Revenue Team",
				team_name=factories.unique("Team"),
				parent_revenue_team=names[0] if parent else "",
				is_group=int(not parent),
				members=[
					*({"user": user} for user in members),
					*([{"user": made.manager, "is_leader": 1}] if not parent else []),
				],
			).name
		)
	return names[0], names[1]


def put_deals(made: SimpleNamespace) -> list[str]:
	"""Insert deals as rows, so that their past can be anything that a database may hold."""
	rows, changes = [], []
	for number in range(DEALS):
		deal = random_deal(made, number)
		rows.append(deal)
		changes += random_moves(made, deal)
	kept = (*AMOUNT_FIELDS, *NET_FIELDS)
	made.money = {deal["name"]: {field: deal[field] for field in kept} for deal in rows}
	bulk("Deal", rows)
	bulk("Stage Change", changes)
	deal_progress.refresh([row["name"] for row in rows])
	return [row["name"] for row in rows]


def random_deal(made: SimpleNamespace, number: int) -> dict[str, Any]:
	chance = made.chance
	company = chance.choice(made.companies)
	books = "EUR" if company == made.companies[0] else "USD"
	currency = chance.choice(CURRENCIES)
	rate = 1.0 if currency == books else round(chance.uniform(0.5, 2), 4)
	amount = float(chance.choice((0, 900, 1000, 4999, 20_000, chance.randint(1, 700_000))))
	pipeline = chance.choice((made.pipelines[0],) * 3 + (made.pipelines[1],))
	status = chance.choice(("Open", "Open", "Won", "Lost"))
	stage = f"{pipeline}-{chance.choice(('New', 'Talking', 'Offer')) if status == 'Open' else status}"
	now = now_datetime().replace(microsecond=0)
	ordered = round(amount * rate * chance.choice((0, 0.5, 1.19)), 2) if status == "Won" else 0.0
	invoiced = round(ordered * chance.choice((0, 0.5, 1)), 2)
	paid = round(invoiced * chance.choice((0, 0.4, 1)), 2)
	return {
		**{"name": f"R-{made.key}-{number:04}", "title": f"Deal {number}", "docstatus": 0},
		**{"pipeline": pipeline, "stage": stage, "status": status, "company": company, "currency": currency},
		**{"amount": amount, "conversion_rate": rate, "base_amount": round(amount * rate, 2)},
		"deal_owner": chance.choice(made.agents),
		"customer_profile": chance.choice(made.profiles),
		"source": chance.choice(SOURCES),
		"campaign": chance.choice(("Spring", None)),
		"probability": {"Won": 100, "Lost": 0}.get(status, chance.choice((0, 25, 50, 90, 100))),
		"expected_close_date": chance.choice((None, *(random_day(chance, -200, 300) for _ in range(8)))),
		"stage_entered_on": now - timedelta(days=chance.randint(0, 40), seconds=chance.randint(0, 80_000)),
		"closed_on": None if status == "Open" else random_time(chance, -420, 0),
		"creation": now - timedelta(days=chance.randint(430, 600)),
		"next_follow_up_on": chance.choice((None, now)),
		"snoozed_until": None,
		"lost_reason": chance.choice((*made.reasons, None)) if status == "Lost" else None,
		"competitor": (None, "Nordwind", "Alto")[number % 3],
		"additional_discount_percentage": chance.choice((0, 5, 10)),
		**stated(0.0, ordered, invoiced, paid, round((invoiced - paid) * chance.choice((1, 0.5)), 2)),
	}


def random_moves(made: SimpleNamespace, deal: dict[str, Any]) -> Iterator[dict[str, Any]]:
	"""Yield a deal's history: forwards, sometimes back and forth, ending in its stage when it closed."""
	chance, pipeline = made.chance, deal["pipeline"]
	way = ["New"]
	for stage in ("Talking", "Offer"):
		if chance.random() < 0.6:
			way.append(stage)
	if chance.random() < 0.2:
		way += ["New", way[-1]]
	last = deal["stage"].removeprefix(f"{pipeline}-")
	way = [*way, last] if way[-1] != last else way
	end = deal["closed_on"] or deal["stage_entered_on"]
	times = sorted(end - timedelta(seconds=chance.randint(0, 3_000_000)) for _ in way[1:])
	times = [*times, end][-len(way) :]
	for number, (stage, moment) in enumerate(zip(way, times, strict=True)):
		yield {
			"name": f"{deal['name']}-{number}",
			"creation": moment,
			"reference_doctype": "Deal",
			"reference_name": deal["name"],
			"pipeline": pipeline,
			"from_stage": f"{pipeline}-{way[number - 1]}" if number else None,
			"to_stage": f"{pipeline}-{stage}",
			"changed_on": moment,
			"changed_by": deal["deal_owner"],
			"seconds_in_previous": int((moment - times[number - 1]).total_seconds()) if number else 0,
			"cause": "Manual" if number else "Created",
		}


def bulk(doctype: str, rows: list[dict[str, Any]]) -> None:
	"""Insert rows that all have the same fields."""
	now = now_datetime()
	stamps = {"modified": now, "owner": "Administrator", "modified_by": "Administrator", "creation": now}
	filled = [{**stamps, **row} for row in rows]
	if filled:
		frappe.db.bulk_insert(doctype, list(filled[0]), [list(row.values()) for row in filled])


def random_day(chance: random.Random, first: int, last: int) -> date:
	return getdate() + timedelta(days=chance.randint(first, last))


def random_time(chance: random.Random, first: int, last: int) -> datetime:
	day = datetime.combine(random_day(chance, first, last), datetime.min.time())
	return min(
		day + timedelta(seconds=chance.choice((0, 86_399, 40_000))), now_datetime().replace(microsecond=0)
	)


def all_days() -> dict[str, date]:
	"""Return whole months that hold every day of the world's deals."""
	return {"from_date": next_month(getdate(), -24), "to_date": next_month(getdate(), 24) - timedelta(days=1)}


def as_list(filters: dict[str, Any]) -> list[list[Any]]:
	"""Return the Desk's route options as the list's filters that it makes of them."""
	found = []
	for fieldname, value in filters.items():
		if isinstance(value, list) and str(value[0]).startswith("["):
			found += [[fieldname, *json.loads(each)] for each in value]
		else:
			found.append([fieldname, *value] if isinstance(value, list) else [fieldname, "=", value])
	return found


class ReportCase(CRMPlusTestCase):
	"""A test of one report; `REPORT` is its name. What the test reckons by hand and what the report says are of one moment."""

	REPORT = ""
	CLOCK_STANDS = True

	def setUp(self) -> None:
		super().setUp()
		if self.CLOCK_STANDS:
			clock = ExitStack()
			clock.enter_context(stopped_clock())
			self.addCleanup(clock.close)
		self.world = world()
		self.pipeline = self.world.pipelines[0]
		# What tests before this one have left would be newer than the world's.
		factories.forget_exchange_rates("EUR", "USD", str(getdate() - timedelta(days=RATE_AGE - 1)))

	def report(self, name: str = "", **filters: Any) -> dict[str, Any]:
		"""Return the report as the Desk gets it."""
		chosen = {key: value for key, value in filters.items() if value not in (None, "")}
		return run(name or self.REPORT, json.dumps(chosen, default=str))

	def rows(self, **filters: Any) -> list[dict[str, Any]]:
		"""Return the rows without the total."""
		return [row for row in self.report(**filters)["result"] if not row.get("is_total")]

	def total(self, **filters: Any) -> dict[str, Any]:
		"""Return the total row."""
		return next(row for row in self.report(**filters)["result"] if row.get("is_total"))

	def deals(self, **filters: Any) -> list[Any]:
		"""Return the deals of the world that the user can list by hand."""
		wanted = {"pipeline": self.pipeline, "name": ["in", self.world.deals], **filters}
		return frappe.get_list("Deal", filters=wanted, fields=list(FIELDS), limit=0, order_by="name asc")

	def people(self) -> Iterator[str]:
		"""Yield users with different rights, being each of them meanwhile."""
		for user in ("Administrator", self.world.manager, self.world.bound, *self.world.agents[:2]):
			with self.as_user(user):
				yield user

	def amount(self, deal: Any, currency: str = "EUR") -> float:
		"""Return a deal's amount in a currency, by hand: its own, else its books', else at the site's rate."""
		if deal.currency == currency:
			return deal.amount
		return self.of_books(deal.company, deal.base_amount, currency)

	def of_books(self, company: str, amount: float, currency: str = "EUR") -> float:
		"""Return an amount in a company's currency in another one."""
		books = "EUR" if company == self.world.companies[0] else "USD"
		return amount * {("USD", "EUR"): RATE, ("EUR", "USD"): 1 / RATE}.get((books, currency), 1)

	def assert_close(self, found: Any, expected: Any, message: str = "") -> None:
		"""Assert that two amounts are equal but for the last digit of a float."""
		if expected is None or found is None:
			self.assertIs(found, expected, message)
		else:
			self.assertAlmostEqual(
				float(found), float(expected), delta=max(0.01, abs(expected) * 1e-9), msg=message
			)

	def assert_drills(self, rows: Iterable[dict[str, Any]], fields: dict[str, Any]) -> None:
		"""Assert that the list behind a figure adds up to it; `fields` says how to add up each column's documents."""
		checked = 0
		for row in rows:
			for fieldname, add_up in fields.items():
				filters = (row.get("drill") or {}).get(fieldname)
				if filters is None:
					continue
				behind = frappe.get_list("Deal", filters=as_list(filters), fields=list(FIELDS), limit=0)
				self.assert_close(row[fieldname], add_up(behind), f"{fieldname} of {row}")
				checked += 1
		self.assertGreater(checked, 0)

	@contextmanager
	def on_day(self, day: date) -> Iterator[None]:
		"""Let the reports believe that it is another day."""
		with patch("crm_plus.reports.report_scope.getdate", lambda *args: getdate(*args) if args else day):
			yield
