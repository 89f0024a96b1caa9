"""Quotas and nights of the world of the reports' tests, so that what is held against them has figures."""

import random
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from crm_plus.rules.periods import next_month
from crm_plus.tests import factories
from crm_plus.tests.report_case import bulk

SEED, NIGHTS = 11, 4
COPIED = (
	*("customer_profile", "company", "pipeline", "stage", "deal_owner", "source"),
	*("currency", "amount", "base_amount"),
)


def put_quotas(made: Any) -> None:
	"""Set quotas in both companies: for people by month and by quarter, and for a team that stands in for its people."""
	first, second = made.companies
	start = next_month(getdate(), -2)
	for number, company, values in (
		(0, first, {"amount": 1000}),
		(0, second, {"amount": 777}),
		(1, first, {"amount": 3000, "period": "Quarter"}),
		(2, second, {"amount": 1000, "period": "Quarter"}),
	):
		factories.make(
			"Sales Quota",
			user=made.agents[number],
			company=company,
			starts_on=start,
			**{"period": "Month", **values},
		)
	of_team = {"quota_for": "Team", "team": made.below, "company": first, "period": "Month"}
	factories.make("Sales Quota", amount=4000, starts_on=next_month(start), **of_team)


def put_nights(made: Any) -> list[date]:
	"""Keep the deals as they might have stood on the eve of each of the last months; return these days, newest first."""
	chance = random.Random(SEED)
	days = [next_month(getdate(), -back) - timedelta(days=1) for back in range(NIGHTS)]
	deals = frappe.get_all("Deal", {"name": ["in", made.deals]}, ["name", *COPIED], order_by="name asc")
	rows = [
		{
			**{"name": f"{made.key}-{day}-{deal.name}", "snapshot_date": day, "deal": deal.name},
			**{key: deal[key] for key in COPIED},
			"probability": chance.choice((10, 50, 90)),
			"expected_close_date": chance.choice((None, day + timedelta(days=chance.randint(-20, 120)))),
		}
		for day in days
		for deal in chance.sample(deals, 60)
	]
	bulk("Pipeline Snapshot", rows)
	return days
