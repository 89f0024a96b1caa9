"""The demo's memory and aims: what the pipeline looked like over the last year, and what everybody is to sell."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zlib import crc32

import frappe
from frappe.utils import add_months, flt, get_first_day, getdate, nowdate

from crm_plus.reports.board import load_stages
from crm_plus.rules.deal_stages import Stage, is_rotten
from crm_plus.setup import demo_history, demo_world

SEED = "crm-plus-insight"
WEEKS, DAYS = 52, 30
MONTHS_BACK, MONTHS_AHEAD = 11, 3
SLIPS_DAYS = (7, 14, 21, 30)
# What a deal was thought to be worth before it was talked about again, of what it is worth in the end.
BEFORE = (0.6, 0.8, 1.0, 1.0, 1.0, 1.25, 1.5)
# So many weeks apart a deal is one week without a next step.
WITHOUT_PLAN_EVERY, DAYS_IN_WEEK = 3, 7
QUOTAS = (18_000, 22_000, 26_000, 30_000)
DEAL_FIELDS = (
	*("name", "customer_profile", "company", "pipeline", "deal_owner", "source", "currency"),
	*("amount", "base_amount", "expected_close_date", "creation", "closed_on"),
)


def make(say: Callable[[str], None]) -> None:
	"""Make what is missing; each step commits."""
	say("… snapshots of the pipeline, and quotas")
	if not frappe.db.count("Pipeline Snapshot"):
		demo_history.make()
		make_snapshots()
	frappe.db.commit()
	make_quotas()
	frappe.db.commit()


def make_snapshots() -> None:
	"""Write the snapshots that the nights would have left: weekly for a year, daily for the last month."""
	today = getdate(nowdate())
	days = sorted(
		{today - timedelta(weeks=n) for n in range(1, WEEKS)}
		| {today - timedelta(days=n) for n in range(1, DAYS)}
	)
	deals = frappe.get_all("Deal", fields=list(DEAL_FIELDS), order_by="name")
	ways, stages = stage_ways(), {stage.name: stage for stage in load_stages()}
	rows = [row for deal in deals for row in snapshots_of(deal, ways.get(deal.name, []), stages, days)]
	if rows:
		frappe.db.bulk_insert("Pipeline Snapshot", list(rows[0]), [list(row.values()) for row in rows])


def stage_ways() -> dict[str, list[tuple[datetime, str]]]:
	"""Return when each deal entered which stage, oldest first."""
	found = defaultdict(list)
	for row in frappe.get_all(
		"Stage Change",
		filters={"reference_doctype": "Deal"},
		fields=["reference_name", "changed_on", "to_stage"],
		order_by="changed_on asc, creation asc",
	):
		found[row.reference_name].append((row.changed_on, row.to_stage))
	return found


def snapshots_of(
	deal: Any, way: list[tuple[datetime, str]], stages: dict[str, Stage], days: list[date]
) -> list[dict[str, Any]]:
	"""Return a deal's rows of the days on which it was open, its close date slipping on some of them."""
	chance = random.Random(f"{SEED}-{deal.name}")
	slips = sorted(
		(chance.choice(days), chance.choice(SLIPS_DAYS)) for _ in range(chance.choice((0, 0, 0, 1, 2, 3)))
	)
	revised, part = chance.choice(days), chance.choice(BEFORE)
	rows, moves, first, before = [], 0, None, None
	for day in days:
		evening = datetime.combine(day, time.max)
		entered, name = next((move for move in reversed(way) if move[0] <= evening), (None, ""))
		stage = stages.get(name)
		if not stage or (deal.closed_on and deal.closed_on <= evening):
			continue
		later = sum(by for slipped_on, by in slips if slipped_on > day)
		closes = deal.expected_close_date and deal.expected_close_date - timedelta(days=later)
		first = first or closes
		moves += int(bool(before and closes and before != closes))
		before = closes
		slipped = {"first_close_date": first, "close_date_moves": moves}
		worth = {key: flt(deal[key] * (part if day < revised else 1), 2) for key in ("amount", "base_amount")}
		wants = {"is_rotten": int(is_rotten(stage, entered, None, day)), **plans_of(deal, day)}
		rows.append({**snapshot(deal, day, stage, closes), **slipped, **worth, **wants})
	return rows


def plans_of(deal: Any, day: date) -> dict[str, int]:
	"""Return whether a deal had a next step on a day: every third week it had none."""
	week = day.toordinal() // DAYS_IN_WEEK + crc32(deal.name.encode())
	return {"tells_attention": 1, "no_next_step": int(week % WITHOUT_PLAN_EVERY == 0)}


def snapshot(deal: Any, day: date, stage: Stage, closes: date | None) -> dict[str, Any]:
	"""Return one row."""
	kept = (
		"customer_profile",
		"company",
		"pipeline",
		"deal_owner",
		"source",
		"currency",
		"amount",
		"base_amount",
	)
	stamp = datetime.combine(day, time(23, 59))
	return {
		**{"name": f"{day}-{deal.name}", "creation": stamp, "modified": stamp},
		**{"owner": "Administrator", "modified_by": "Administrator", "snapshot_date": day, "deal": deal.name},
		**{key: deal[key] for key in kept},
		**{"stage": stage.name, "probability": stage.probability, "expected_close_date": closes},
	}


def make_quotas() -> None:
	"""Give every agent a quota for each month of the last year and the next quarter, in either company."""
	for number, agent in enumerate(demo_world.agents()):
		for company in (demo_world.first_company(), demo_world.SECOND_COMPANY):
			for month in range(-MONTHS_BACK, MONTHS_AHEAD + 1):
				starts_on = get_first_day(add_months(nowdate(), month))
				key = {"user": agent, "company": company, "starts_on": starts_on}
				share = 0.4 if company == demo_world.SECOND_COMPANY else 1
				demo_world.make_once(
					"Sales Quota",
					key,
					quota_for="Person",
					period="Month",
					amount=QUOTAS[number % len(QUOTAS)] * share,
				)
