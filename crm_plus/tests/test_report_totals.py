"""The last row of reports: of all that they tell of, reckoned by hand, and leading to what it counts."""

from datetime import timedelta

from frappe.utils import getdate

from crm_plus.rules.periods import next_month
from crm_plus.tests.report_case import ReportCase, bulk
from crm_plus.tests.test_stage_reports import YEAR, StageCase


class TestTotalOfTheFunnel(StageCase):
	REPORT = "Funnel and Stage Conversion"

	def test_the_total_is_what_entered_and_what_became_of_it(self) -> None:
		for _user in self.people():
			cohort = [deal for deal, _furthest in self.cohort()]
			asked = {"pipeline": self.pipeline, "currency": "EUR", **YEAR}
			total, won = self.total(**asked), [deal for deal in cohort if deal.status == "Won"]
			self.close_enough(
				total,
				reached=len(cohort),
				amount=sum(self.amount(deal) for deal in cohort),
				win_rate=100 * len(won) / len(cohort),
				stays=len([deal for deal in cohort if deal.status == "Open"]),
				lost=len([deal for deal in cohort if deal.status == "Lost"]),
			)
			self.assertEqual(total["stays"] + total["lost"] + len(won), total["reached"])
			for key in ("reached", "stays", "lost"):
				self.assertEqual(len(self.rows(**total["drill"][key])), total[key], key)


class TestTotalOfForecasts(ReportCase):
	REPORT = "Forecast Accuracy"

	def test_the_total_is_of_all_months_and_its_error_of_those_that_were_foretold(self) -> None:
		filters = {"pipeline": self.pipeline, "currency": "EUR"}
		months = {"from_date": next_month(getdate(), -5), "to_date": getdate()}
		deals, second = self.deals(), next_month(getdate(), -4)
		rows = [
			{
				**{"name": f"T{month}-{deal.name}", "snapshot_date": second - timedelta(days=1)},
				**{"deal": deal.name, "company": deal.company, "currency": deal.currency},
				**{"amount": deal.amount, "base_amount": deal.base_amount, "pipeline": deal.pipeline},
				**{"probability": 50, "expected_close_date": next_month(getdate(), month)},
			}
			for month, deal in zip((-4, -3) * 20, deals, strict=False)
		]
		bulk("Pipeline Snapshot", rows)
		for _user in self.people():
			found, total = self.rows(**filters, **months), self.total(**filters, **months)
			for key in ("won", "said_1", "said_2", "said_3", "error"):
				told = [row[key] for row in found if row[key] is not None]
				self.assert_close(total.get(key), sum(told) if told else None, key)
			known = [row for row in found if row["error"] is not None]
			self.assertTrue(known)
			self.assertLess(len(known), len(found))
			won, off = (sum(told) for told in zip(*((r["won"], abs(r["error"])) for r in known), strict=True))
			self.assert_close(total["off"], 100 * off / won if won else None)
			behind = self.deals(**{key: total["drill"]["won"][key] for key in ("status", "closed_on")})
			self.assert_close(total["won"], sum(self.amount(deal) for deal in behind))
