"""Pipeline Summary, Sales Forecast, Forecast Accuracy and Quota Attainment, each against sums made by hand."""

from collections import defaultdict
from datetime import timedelta

import frappe
from frappe.utils import getdate

from crm_plus.jobs import pipeline_snapshots
from crm_plus.rules.forecast import Thresholds, add_up, forecast
from crm_plus.rules.periods import month_key, next_month
from crm_plus.tests import factories
from crm_plus.tests.report_case import ReportCase, all_days, bulk


class TestPipelineSummary(ReportCase):
	REPORT = "Pipeline Summary"

	def test_groups_equal_what_each_can_list(self) -> None:
		fields = {"Owner": "deal_owner", "Source": "source", "Company": "company", "Campaign": "campaign"}
		for _user in self.people():
			deals = self.deals(status="Open")
			for group, fieldname in fields.items():
				expected = defaultdict(lambda: [0, 0.0, 0.0])
				for deal in deals:
					sums = expected[deal[fieldname]]
					sums[0] += 1
					sums[1] += self.amount(deal)
					sums[2] += self.amount(deal) * deal.probability / 100
				rows = self.rows(pipeline=self.pipeline, group_by=group, currency="EUR")
				self.assertEqual(len(rows), len(expected))
				found = sorted([row["deals"], row["amount"], row["weighted"]] for row in rows)
				for row, sums in zip(found, sorted(expected.values()), strict=True):
					self.assertEqual(row[0], sums[0])
					self.assert_close(row[1], sums[1])
					self.assert_close(row[2], sums[2])

	def test_the_total_is_all_that_is_open(self) -> None:
		for _user in self.people():
			deals = self.deals(status="Open")
			total = self.total(pipeline=self.pipeline, currency="USD")
			self.assertEqual(total["deals"], len(deals))
			self.assert_close(total["amount"], sum(self.amount(deal, "USD") for deal in deals))
			overdue = [
				deal for deal in deals if deal.expected_close_date and deal.expected_close_date < getdate()
			]
			self.assertEqual(total["overdue"], len(overdue))
			self.assertEqual(
				total["no_follow_up"], len([deal for deal in deals if not deal.next_follow_up_on])
			)

	def test_each_figure_leads_to_its_documents(self) -> None:
		company = self.world.companies[1]
		for group in ("Stage", "Owner", "Source", "Size", "Campaign"):
			rows = self.report(pipeline=self.pipeline, company=company, group_by=group)["result"]
			self.assert_drills(
				rows,
				{
					"deals": len,
					"amount": lambda deals: sum(deal.base_amount for deal in deals),
					"overdue": len,
					"no_follow_up": len,
				},
			)

	def test_filters_narrow_it_down(self) -> None:
		agent = self.world.agents[1]
		for filters, keep in (
			({"owner": agent}, lambda deal: deal.deal_owner == agent),
			({"team": self.world.below}, lambda deal: deal.deal_owner == agent),
			({"source": "Website"}, lambda deal: deal.source == "Website"),
		):
			wanted = [deal for deal in self.deals(status="Open") if keep(deal)]
			self.assertEqual(self.total(pipeline=self.pipeline, **filters)["deals"], len(wanted))

	def test_the_number_of_queries_does_not_depend_on_the_rows(self) -> None:
		self.report(pipeline=self.pipeline, currency="EUR")
		with self.count_queries() as few:
			self.report(pipeline=self.world.pipelines[1], currency="EUR")
		with self.count_queries() as many:
			self.report(pipeline=self.pipeline, currency="EUR")
		self.assertEqual(len(few), len(many))


class TestSalesForecast(ReportCase):
	REPORT = "Sales Forecast"

	def by_hand(self, currency: str) -> dict[str, list[tuple[str, float, float]]]:
		found = defaultdict(list)
		for deal in self.deals():
			day = deal.expected_close_date if deal.status == "Open" else deal.closed_on
			found[month_key(day) if day else ""].append(
				(deal.status, self.amount(deal, currency), deal.probability)
			)
		return found

	def test_each_month_equals_the_sums_by_hand(self) -> None:
		for _user in self.people():
			for currency in ("EUR", "USD"):
				expected = self.by_hand(currency)
				rows = self.rows(pipeline=self.pipeline, currency=currency, **all_days())
				for row in rows:
					month = row["month"] if row["month"][:2] == "20" else ""
					sums = forecast(add_up(expected.pop(month, []), Thresholds()))
					for key in ("won", "commit", "best_case", "weighted", "open"):
						self.assert_close(row[key], getattr(sums, key), f"{key} of {month}")
				self.assertFalse(any(status != "Lost" for deals in expected.values() for status, *_ in deals))

	def test_each_figure_leads_to_its_documents(self) -> None:
		asked = {"pipeline": self.pipeline, "company": self.world.companies[0], **all_days()}
		for row in [*self.rows(**asked), self.total(**asked)]:
			for key, filters in row["drill"].items():
				if key not in row or key == "attainment":
					continue
				behind = self.rows(**filters)
				expected = len(behind) if key == "deals" else sum(deal["brings"] for deal in behind)
				self.assert_close(row[key], expected, f"{key} of {row['month']}")

	def three_deals(self) -> tuple[str, list[str]]:
		pipeline = factories.make_pipeline().name
		year = getdate().year + 1
		names = [
			factories.make_deal(
				pipeline=pipeline,
				amount=100_000,
				probability=likely,
				probability_overridden=1,
				expected_close_date=f"{year}-{month:02}-15",
			).name
			for month, likely in ((6, 50), (7, 50), (8, 100))
		]
		return pipeline, names

	def summer(self, pipeline: str, figure: str = "weighted", **filters: object) -> list[float]:
		year = getdate().year + 1
		period = {"from_date": f"{year}-06-01", "to_date": f"{year}-08-31"}
		return [row[figure] for row in self.rows(pipeline=pipeline, **period, **filters)]

	def test_three_deals_by_hand(self) -> None:
		pipeline, names = self.three_deals()
		self.assertEqual(self.summer(pipeline), [50_000, 50_000, 100_000])
		deal = frappe.get_doc("Deal", names[0])
		deal.probability = 80
		deal.save()
		self.assertEqual(self.summer(pipeline), [80_000, 50_000, 100_000])
		lost = frappe.get_doc("Deal", names[2])
		lost.update({"stage": f"{pipeline}-Lost", "lost_reason": factories.make_lost_reason().name}).save()
		self.assertEqual(self.summer(pipeline), [80_000, 50_000, 0])

	def test_it_is_compared_with_a_snapshot(self) -> None:
		pipeline, names = self.three_deals()
		day = next_month(getdate(), -1) + timedelta(days=20)
		pipeline_snapshots.take(day, batch=40)
		deal = frappe.get_doc("Deal", names[1])
		deal.probability = 10
		deal.save()
		then = self.summer(pipeline, "then", compare_with=day)
		self.assertEqual(then, [50_000, 50_000, 100_000])
		self.assertEqual(self.summer(pipeline, "change", compare_with=day), [0, -40_000, 0])
		self.assertEqual(self.summer(pipeline, "then", compare_with=day - timedelta(days=4000)), [0, 0, 0])

	def test_the_quota_of_an_owner_and_of_a_team(self) -> None:
		agents, start = self.world.agents, getdate().replace(day=1)
		self.quota(user=agents[1], amount=3000, period="Quarter", starts_on=start)
		self.quota(user=agents[0], amount=500, starts_on=start)
		month = {"from_date": start, "to_date": start, "pipeline": self.pipeline}
		company = {"company": self.world.companies[0]}
		for filters, expected in (
			({"owner": agents[1]}, 1000),
			({"team": self.world.team}, 1500),
			({"team": self.world.below}, 1000),
		):
			self.assertEqual(self.rows(**month, **company, **filters)[0]["quota"], expected)
		with self.as_user(agents[0]):
			self.assertEqual(self.rows(**month, **company, team=self.world.team)[0]["quota"], 500)
		self.quota(quota_for="Team", team=self.world.team, amount=9000, starts_on=start)
		self.assertEqual(self.rows(**month, **company, team=self.world.team)[0]["quota"], 9000)

	def quota(self, **values: object) -> None:
		factories.make("Sales Quota", **{"company": self.world.companies[0], "period": "Month", **values})


class TestForecastAccuracy(ReportCase):
	REPORT = "Forecast Accuracy"

	def test_the_word_of_the_eve_against_what_came(self) -> None:
		month = next_month(getdate(), -2)
		eve, long_before = month - timedelta(days=1), next_month(month, -1) - timedelta(days=3)
		deals = [deal for deal in self.deals() if deal.closed_on][:30]
		rows = []
		for day, likely in ((eve, 50), (long_before, 25)):
			for deal in deals:
				rows.append(
					{
						**{"name": f"{day}-{deal.name}", "snapshot_date": day, "deal": deal.name},
						**{"company": deal.company, "currency": deal.currency, "amount": deal.amount},
						"pipeline": deal.pipeline,
						**{"base_amount": deal.base_amount, "probability": likely},
						"expected_close_date": month + timedelta(days=9),
					}
				)
		bulk("Pipeline Snapshot", rows)
		for _user in self.people():
			seen = {deal.name for deal in self.deals()}
			amount = sum(self.amount(deal) for deal in deals if deal.name in seen)
			won = sum(
				self.amount(deal)
				for deal in self.deals(status="Won")
				if month_key(deal.closed_on) == month_key(month)
			)
			found = self.rows(
				pipeline=self.pipeline, currency="EUR", from_date=month, to_date=next_month(month)
			)[0]
			self.assert_close(found["said_1"], amount / 2)
			self.assert_close(found["said_2"], amount / 4)
			self.assert_close(found["won"], won)
			self.assert_close(found["error"], won - amount / 2)
			self.assertIsNone(found["said_3"])


class TestQuotaAttainment(ReportCase):
	REPORT = "Quota Attainment"

	def test_teams_add_up_their_people_and_each_figure_leads_to_its_deals(self) -> None:
		agent, company = self.world.agents[1], self.world.companies[0]
		start = getdate().replace(day=1)
		factories.make("Sales Quota", user=agent, company=company, amount=12_000, starts_on=start)
		period = {"from_date": start, "to_date": start + timedelta(days=27), "company": company}
		rows = {row["who"]: row for row in self.rows(**period)}
		won = frappe.get_all(
			"Deal",
			{
				"status": "Won",
				"deal_owner": agent,
				"company": company,
				"closed_on": ["between", [start, period["to_date"]]],
			},
			pluck="base_amount",
		)
		for who in (agent, self.world.below, self.world.team):
			self.assertEqual(rows[who]["quota"], 12_000)
		self.assert_close(rows[agent]["attained"], sum(won))
		self.assert_close(rows[self.world.below]["attained"], sum(won))
		self.assert_drills(rows.values(), {"attained": lambda deals: sum(d.base_amount for d in deals)})


class TestSalesQuota(ReportCase):
	def test_nobody_has_two_for_the_same_time(self) -> None:
		values = {"user": self.world.agents[2], "company": self.world.companies[0], "amount": 1}
		quarter = factories.make("Sales Quota", **values, period="Quarter", starts_on="2031-01-20")
		self.assertEqual((str(quarter.starts_on), str(quarter.ends_on)), ("2031-01-01", "2031-03-31"))
		with self.assertRaises(frappe.ValidationError):
			factories.make("Sales Quota", **values, period="Month", starts_on="2031-03-01")
		factories.make("Sales Quota", **values, period="Month", starts_on="2031-04-01")
		with self.assertRaises(frappe.ValidationError):
			factories.make(
				"Sales Quota", **{**values, "user": None, "quota_for": "Team", "starts_on": "2031-01-01"}
			)
