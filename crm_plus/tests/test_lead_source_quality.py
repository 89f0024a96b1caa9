"""Lead Source Quality against a walk by hand: what became of the profiles that came in a period."""

import random
from collections import defaultdict
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, as_list, bulk, random_deal, random_time, world

SPAN = {"from_date": getdate() - timedelta(days=200), "to_date": getdate()}
FIGURES = ("profiles", "prospects", "with_deal", "deals", "won", "buyers", "amount", "invoiced", "paid")
DEAL_FIELDS = (
	*("name", "customer_profile", "company", "pipeline", "status", "campaign", "creation", "closed_on"),
	*("currency", "amount", "base_amount", "invoiced_amount", "paid_amount"),
)
_put: list[tuple[list[str], str]] = []


def put_sources() -> tuple[list[str], str]:
	"""Insert profiles of several sources, and deals of many of them, once a run; return the profiles and a pipeline."""
	if _put:
		return _put[0]
	made, chance = world(), random.Random(17)
	sources = [
		factories.make("Customer Source", source_name=factories.unique("Origin")).name for _ in range(3)
	]
	# The world's pipelines are others' to count.
	pipelines = [factories.make_pipeline(("New", "Won", "Lost")).name for _ in range(2)]
	profiles, deals = [], []
	for number in range(60):
		name = f"Q-{made.key}-{number:03}"
		profiles.append(
			{
				**{"name": name, "full_name": f"Quality {name}", "profile_type": "Person"},
				**{"creation": random_time(chance, -260, -1), "source": chance.choice((*sources, None))},
				"lifecycle_stage": chance.choice(("Lead", "Prospect", "Active", "Lost")),
				"profile_owner": chance.choice(made.agents),
				"territory": None,
			}
		)
		for _ in range(chance.choice((0, 1, 1, 2, 4))):
			deal = random_deal(made, len(deals) + 5000)
			pipeline = chance.choice(pipelines)
			deal.update(
				pipeline=pipeline,
				stage=f"{pipeline}-{'New' if deal['status'] == 'Open' else deal['status']}",
				customer_profile=name,
				creation=random_time(chance, -300, 0),
				campaign=chance.choice(("Spring", "Autumn | late", None)),
			)
			deals.append(deal)
	bulk("Customer Profile", profiles)
	bulk("Deal", deals)
	frappe.db.commit()
	_put.append(([row["name"] for row in profiles], pipelines[0]))
	return _put[0]


class TestLeadSourceQuality(ReportCase):
	REPORT = "Lead Source Quality"

	def setUp(self) -> None:
		super().setUp()
		self.names, self.own_pipeline = put_sources()

	def listed(self, doctype: str, fields: tuple[str, ...], key: str, **filters: Any) -> list[Any]:
		return frappe.get_list(
			doctype, {key: ["in", self.names], **filters}, list(fields), limit=0, order_by="creation asc"
		)

	def by_hand(self, group: str, **filters: Any) -> dict[Any, dict[str, Any]]:
		fields = ("name", "creation", "source", "profile_owner", "territory", "lifecycle_stage")
		deals = defaultdict(list)
		for deal in self.listed("Deal", DEAL_FIELDS, "customer_profile", **filters):
			deals[deal.customer_profile].append(deal)
		found: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(float))
		for profile in self.listed("Customer Profile", fields, "name"):
			if not SPAN["from_date"] <= profile.creation.date() <= SPAN["to_date"]:
				continue
			own = deals[profile.name]
			named = [deal.campaign for deal in own if deal.campaign]
			value = {
				"Source": profile.source,
				"Campaign": named[0] if named else None,
				"Owner": profile.profile_owner,
				"Month": int(profile.creation.strftime("%Y%m")),
				"Customer": profile.name,
			}[group]
			self.add(found[value], profile, own)
		return found

	def add(self, sums: dict[str, Any], profile: Any, own: list[Any]) -> None:
		won = [deal for deal in own if deal.status == "Won"]
		sums["profiles"] += 1
		sums["prospects"] += profile.lifecycle_stage != "Lead"
		sums["with_deal"] += bool(own)
		sums["deals"] += len(own)
		sums["won"] += len(won)
		sums["lost"] += len([deal for deal in own if deal.status == "Lost"])
		sums["buyers"] += bool(won)
		sums["amount"] += sum(self.amount(deal) for deal in won)
		for key in ("invoiced", "paid"):
			sums[key] += sum(self.of_books(deal.company, deal.get(f"{key}_amount") or 0) for deal in own)
		if won:
			began = min(profile.creation, min(deal.creation for deal in own))
			took = (min(deal.closed_on for deal in won) - began).total_seconds()
			sums["days"] += max(took, 0) / 86_400

	def own_rows(self, group: str, **filters: Any) -> dict[Any, dict[str, Any]]:
		"""Return the report's rows less what stands there of other tests' profiles."""
		rows = self.rows(group_by=group, currency="EUR", **SPAN, **filters)
		return {row["value"]: row for row in rows}

	def test_groups_equal_the_walk_by_hand(self) -> None:
		for user in self.people():
			for group in ("Source", "Campaign", "Customer"):
				expected = self.by_hand(group)
				found = self.own_rows(group)
				for value, sums in expected.items():
					if value is None or group == "Campaign":
						continue  # others' profiles stand there too
					row = found[value]
					keys = FIGURES if user not in self.world.agents else FIGURES[:-2]
					for key in keys:
						self.assert_close(row[key], sums[key], f"{key} of {value} for {user}")
					days = sums["days"] / sums["buyers"] if sums["buyers"] else None
					self.assert_close(row["days"], days, f"days of {value}")
					over = sums["won"] + sums["lost"]
					self.assert_close(row["win_rate"], sums["won"] / over * 100 if over else None)

	def test_a_campaign_is_that_of_the_first_deal_that_names_one(self) -> None:
		expected = {value for value in self.by_hand("Campaign") if value}
		self.assertLessEqual(expected, set(self.own_rows("Campaign")))
		for value in expected:
			behind = self.rows(behind=f"Campaign={value}", group_by="Customer", currency="EUR", **SPAN)
			names = {row["value"] for row in behind} & set(self.names)
			self.assertEqual(len(names), self.by_hand("Campaign")[value]["profiles"])

	def test_pipeline_and_company_narrow_the_deals_not_the_profiles(self) -> None:
		filters = {"pipeline": self.own_pipeline, "company": self.world.companies[1]}
		expected = self.by_hand("Source", **filters)
		found = self.own_rows("Source", **filters)
		for value, sums in expected.items():
			if value:
				self.assertEqual(found[value]["profiles"], sums["profiles"])
				self.assertEqual(found[value]["deals"], sums["deals"])

	def test_what_stands_behind_a_figure_adds_up_to_it(self) -> None:
		for group in ("Source", "Campaign", "Owner", "Month"):
			for row in self.rows(group_by=group, currency="EUR", **SPAN):
				behind = self.rows(**row["drill"]["profiles"])
				for key in FIGURES:
					self.assert_close(sum(each[key] for each in behind), row[key], f"{key} of {row['group']}")

	def test_a_customers_figures_lead_to_his_deals(self) -> None:
		checked = 0
		for row in self.rows(group_by="Customer", currency="EUR", **SPAN):
			if row["value"] not in self.names or not row["deals"]:
				continue
			for key, add_up in (
				("deals", len),
				("won", len),
				("amount", lambda deals: sum(self.amount(deal) for deal in deals)),
				("paid", lambda deals: sum(self.of_books(d.company, d.paid_amount) for d in deals)),
			):
				deals = frappe.get_list("Deal", as_list(row["drill"][key]), list(DEAL_FIELDS), limit=0)
				self.assert_close(row[key], add_up(deals), f"{key} of {row['value']}")
				checked += 1
		self.assertGreater(checked, 20)

	def test_who_may_not_read_the_ledger_is_told_nothing_of_it(self) -> None:
		with self.as_user(self.world.agents[0]):
			found = self.report(**SPAN)
			heads = {column["fieldname"] for column in found["columns"]}
			self.assertFalse(heads & {"invoiced", "paid"})
			self.assertFalse(any(row["paid"] for row in found["result"]))

	def test_a_group_that_is_none_gets_a_sentence(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "no group"):
			self.report(behind="1=1 or")
		with self.assertRaisesRegex(frappe.ValidationError, "cannot be grouped"):
			self.report(group_by="Deal")

	def test_a_profile_of_today_counts_today(self) -> None:
		source = factories.make("Customer Source", source_name=factories.unique("Origin")).name
		factories.make_profile(source=source)
		(row,) = self.rows(source=source, from_date=now_datetime().date(), to_date=getdate())
		self.assertEqual((row["profiles"], row["deals"]), (1, 0))
