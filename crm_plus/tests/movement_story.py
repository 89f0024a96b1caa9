"""Random histories of deals, day by day, with the snapshots that their nights would have left."""

import random
import uuid
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.report_case import SOURCES, bulk, world

SEED, DEALS = 29, 90
FIRST, LAST = date(2021, 3, 1), date(2021, 4, 20)
GAPS = {date(2021, 3, 9), date(2021, 3, 10), date(2021, 4, 1)}
_histories: list[SimpleNamespace] = []


def days(first: date, last: date) -> list[date]:
	return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def history() -> SimpleNamespace:
	"""Return deals with all their days, made once a run."""
	if not _histories:
		_histories.append(make_history())
	return _histories[0]


def forget_history() -> None:
	"""Take the deals and their days away again: other tests thin out old days, or add up what an owner has."""
	while _histories:
		names = [life.deal["name"] for life in _histories.pop().lives]
		frappe.db.delete("Pipeline Snapshot", {"deal": ["in", names]})
		frappe.db.delete("Stage Change", {"reference_name": ["in", names]})
		frappe.db.delete("Deal", {"name": ["in", names]})
		frappe.db.commit()


def make_history() -> SimpleNamespace:
	made, chance, key = world(), random.Random(SEED), uuid.uuid4().hex[:6]
	pipelines = [factories.make_pipeline(("New", "Won", "Lost")).name for _ in range(2)]
	lives = [random_life(made, pipelines, chance, f"M-{key}-{n:03}") for n in range(DEALS)]
	bulk("Deal", [life.deal for life in lives])
	bulk("Stage Change", [move for life in lives for move in life.moves])
	bulk(
		"Pipeline Snapshot",
		[
			{**row, "name": f"{day}-{row['deal']}", "snapshot_date": day}
			for life in lives
			for day, row in life.rows.items()
			if day not in GAPS
		],
	)
	# Some are deleted; their snapshots stay.
	gone = [life.deal["name"] for life in lives if life.deal["status"] != "Open"][:14]
	frappe.db.delete("Deal", {"name": ["in", gone]})
	frappe.db.delete("Stage Change", {"reference_name": ["in", gone]})
	frappe.db.commit()
	return SimpleNamespace(pipelines=pipelines, lives=lives, gone=set(gone))


def random_life(made: Any, pipelines: list[str], chance: random.Random, name: str) -> SimpleNamespace:
	"""Return a deal, its moves, and by day its row of a snapshot while it is open."""
	born = FIRST + timedelta(days=chance.randint(-20, 40))
	company = chance.choice(made.companies)
	row: dict[str, Any] = {
		**{"deal": name, "company": company, "currency": chance.choice(("EUR", "USD", "GBP"))},
		**{"pipeline": chance.choice(pipelines), "deal_owner": chance.choice(made.agents)},
		**{"source": chance.choice(SOURCES), "probability": 50, "amount": 100.0 * chance.randint(0, 50)},
		"expected_close_date": chance.choice((None, FIRST + timedelta(days=chance.randint(-10, 120)))),
	}
	row["base_amount"] = in_books(made, row)
	status, moves, rows = "Open", [move(name, row, "New", born, 8)], {}
	for day in days(born, LAST):
		status = walk(chance, name, row, status, moves, day) if day > born else status
		if status == "Open":
			rows[day] = {**row, "stage": f"{row['pipeline']}-New"}
	deal = {
		**{key: value for key, value in row.items() if key != "deal"},
		**{"name": name, "title": name, "docstatus": 0, "status": status, "conversion_rate": 1.0},
		"stage": f"{row['pipeline']}-{'New' if status == 'Open' else status}",
		"creation": datetime.combine(born, time(8)),
		"closed_on": None if status == "Open" else moves[-1]["changed_on"],
		"customer_profile": chance.choice(made.profiles),
	}
	return SimpleNamespace(deal=deal, moves=moves, rows=rows, born=born)


def in_books(made: Any, row: dict[str, Any]) -> float:
	"""Return the amount in the currency of the company, at a rate of 2 where that is another one."""
	books = "EUR" if row["company"] == made.companies[0] else "USD"
	return row["amount"] * (1 if row["currency"] == books else 2)


def walk(
	chance: random.Random, name: str, row: dict[str, Any], status: str, moves: list[Any], day: date
) -> str:
	"""Let a day pass: something may change, the deal may close or come back."""
	if status != "Open":
		if chance.random() > 0.04:
			return status
		moves.append(move(name, row, "New", day, 9))
		return "Open"
	if chance.random() < 0.1:
		row["amount"] = 100.0 * chance.randint(0, 50)
		row["base_amount"] = in_books(world(), row)
	if chance.random() < 0.1:
		row["expected_close_date"] = chance.choice((None, FIRST + timedelta(days=chance.randint(-10, 120))))
	if chance.random() < 0.02:
		row["deal_owner"] = chance.choice(world().agents)
	if chance.random() < 0.04:
		outcome = chance.choice(("Won", "Lost"))
		moves.append(move(name, row, outcome, day, 23))
		return outcome
	return status


def move(name: str, row: dict[str, Any], stage: str, day: date, hour: int) -> dict[str, Any]:
	moment = datetime.combine(day, time(hour, 30))
	return {
		**{"name": f"{name}-{day}-{hour}", "creation": moment, "changed_on": moment},
		**{"reference_doctype": "Deal", "reference_name": name, "pipeline": row["pipeline"]},
		**{"to_stage": f"{row['pipeline']}-{stage}", "cause": "Manual"},
	}
