"""Turn a batch of sales of another module into Deals, with their dates, owners and amounts as they were.

Deals are inserted in bulk, named by Frappe's own series: a save each would ask stage rules of today about sales of years ago,
tell quotations that they are lost, and take twenty times as long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import flt, get_datetime, getdate

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import CREATED, SKIPPED, Standing, Value
from crm_plus.rules.deal_stages import LOST, OPEN, Stage, furthest
from crm_plus.rules.plain_values import LONGEST_LINE
from crm_plus.workflows import adoption_ledger as ledger
from crm_plus.workflows import adoption_masters as masters
from crm_plus.workflows import adoption_parties, deal_progress, pipelines
from crm_plus.workflows.adoption_amounts import Sale, Worth, read_sales, worth_of
from crm_plus.workflows.adoption_belongings import take_belongings
from crm_plus.workflows.adoption_ledger import DEAL, DEAL_KIND, Book, pick, read_rows
from crm_plus.workflows.adoption_names import new_names
from crm_plus.workflows.adoption_profiles import profiles_of
from crm_plus.workflows.adoption_settling import ADOPTED, settle
from crm_plus.workflows.adoption_sources import TYPICAL_PROBABILITY, DealSource
from crm_plus.workflows.adoption_standing import (
	closings,
	lost_reasons,
	note_competitors,
	read_states,
	standing_of,
)
from crm_plus.workflows.deal_defaults import EARLIEST, LATEST

MASTERS = {"owner": "User", "contact": "Contact"}
# So many letters of a title, campaign, competitor or next step fit.
TEXTS = ("title", "campaign", "competitor", "next_step")


@dataclass(frozen=True, slots=True)
class Plan:
	"""What a run decided about its deals: the pipeline they start in, the company of those that name none."""

	pipeline: str
	company: str


@dataclass(slots=True)
class Batch:
	"""What a batch of deals works on."""

	book: Book
	source: DealSource
	plan: Plan
	stages: list[Stage]
	states: dict[str, Standing]
	reasons: dict[str, str]
	closings: dict[str, datetime]
	deals: list[dict[str, Any]]
	items: list[dict[str, Any]]
	names: Iterator[str]


def adopt(book: Book, source: DealSource, names: list[str], plan: Plan) -> None:
	"""Take over sales of one DocType by name, with what hangs on them. The caller commits."""
	rows, sales = read(book, source, names)
	parties = parties_of(book, source, rows)
	batch = Batch(
		book,
		source,
		plan,
		pipelines.load_stages(plan.pipeline),
		read_states(source),
		{},
		{},
		[],
		[],
		new_names(DEAL),
	)
	lost = [sale for sale in sales.values() if standing_of(source, batch.states, sale).outcome == LOST]
	batch.reasons = lost_reasons(book, source, lost)
	batch.closings = closings(source, names)
	note_competitors(source, sales)
	worths = read_sales(source, sales, plan.company)
	for row in rows:
		take(batch, row, sales[row["name"]], parties.get(row["name"], ""), worths[row["name"]])
	write(batch)
	settle(deal["customer_profile"] for deal in batch.deals)
	made = {row["source_name"]: (DEAL, row["target_name"]) for row in book.rows if made_by(source, row)}
	take_belongings(book, source.doctype, made)


def made_by(source: DealSource, entry: dict[str, Any]) -> bool:
	"""Tell whether an entry is of a sale that became a deal."""
	return (
		entry["kind"] == DEAL_KIND
		and entry["action"] == CREATED
		and entry["source_doctype"] == source.doctype
	)


def read(book: Book, source: DealSource, names: list[str]) -> tuple[list[dict[str, Any]], dict[str, Sale]]:
	"""Read source rows, and their values by the deal's fieldnames; links whose target is missing are left empty."""
	fields = [name for candidates in source.fields.values() for name in candidates]
	fields += [
		name.lstrip("=") for party in source.parties for name in party if name[0] == "=" or name.islower()
	]
	rows = read_rows(source.doctype, names, fields)
	sales = {
		row["name"]: Sale(row["name"], {key: pick(row, f) for key, f in source.fields.items()})
		for row in rows
	}
	for key, doctype in MASTERS.items():
		found = masters.valid(doctype, [sale.values.get(key) for sale in sales.values()])
		for sale in sales.values():
			sale.values[key] = sale.values.get(key) if sale.values.get(key) in found else None
	authors = masters.valid("User", (row["owner"] for row in rows))
	known = masters.ensure(
		book, "Customer Source", "source_name", (s.values.get("source") for s in sales.values())
	)
	for row in rows:
		values = sales[row["name"]].values
		values["source"] = known.get((values.get("source") or "").strip()[:140])
		values["owner"] = values["owner"] or (row["owner"] if row["owner"] in authors else None)
	return rows, sales


def parties_of(book: Book, source: DealSource, rows: list[dict[str, Any]]) -> dict[str, str]:
	"""Return the profile of each sale; one that names nobody else is its own party, if it says who that is."""
	named = {row["name"]: named_party(source, row) for row in rows}
	own = [name for name, party in named.items() if party and party[0] == source.doctype]
	if source.own_party and own:
		known = profiles_of((source.doctype, name) for name in own)
		new = [name for name in own if (source.doctype, name) not in known]
		inner = Book(book.run)
		adoption_parties.adopt(inner, source.own_party, new, belongings=False)
		inner.write()
	found = profiles_of(party for party in named.values() if party)
	return {name: found[party] for name, party in named.items() if party in found}


def named_party(source: DealSource, row: dict[str, Any]) -> tuple[str, str] | None:
	"""Return the (DocType, name) of the party that a sale names first."""
	for doctype, name in source.parties:
		kind = row.get(doctype[1:]) if doctype.startswith("=") else doctype
		if kind and row.get(name):
			return kind, row[name]
	return None


def take(batch: Batch, row: dict[str, Any], sale: Sale, profile: str, worth: Worth) -> None:
	"""Let one sale become a deal, or note why it cannot."""
	source = (batch.source.doctype, row["name"])
	amounts: dict[str, Any] = {
		"currency": worth.company_currency or None,
		"source_amount": worth.base_amount_there,
	}
	stage = rules.stage_for(batch.stages, standing_of(batch.source, batch.states, sale), TYPICAL_PROBABILITY)
	problem = "" if profile else rules.NO_PARTY
	problem = problem or worth.problem or ("" if stage else rules.NO_STAGE)
	if problem or stage is None:
		batch.book.root(DEAL_KIND, SKIPPED, source, reason=problem, **amounts)
		return
	deal = as_deal(batch, row, sale, stage)
	value, base_amount = worth_of(sale, worth, deal["name"], batch.items)
	amounts["target_amount"] = base_amount
	deal.update(customer_profile=profile, company=worth.company, currency=worth.currency, amount=value.amount)
	deal.update(conversion_rate=worth.rate, base_amount=base_amount)
	deal["description"] = described(value, worth)
	batch.deals.append(deal)
	batch.book.root(
		DEAL_KIND,
		CREATED,
		source,
		deal["name"],
		reason=value.reason,
		target_modified=row["modified"],
		**amounts,
	)


def described(value: Value, worth: Worth) -> str | None:
	"""Return the rows that a deal cannot hold, as text."""
	if value.takes_rows or not worth.lines:
		return None
	lines = (f"{flt(line.qty):g} × {line.label} @ {flt(line.rate):g}" for line in worth.lines)
	return "<p>" + "<br>".join(frappe.utils.escape_html(line) for line in lines) + "</p>"


def as_deal(batch: Batch, row: dict[str, Any], sale: Sale, stage: Stage) -> dict[str, Any]:
	"""Return the row of a deal but for its amounts, named by the deals' series."""
	values = sale.values
	stated = rules.is_stated(flt(values.get("probability"))) and stage.outcome == OPEN
	overridden = stated and flt(values["probability"]) != stage.probability
	entered = entered_on(batch, row, sale, stage)
	return {
		"name": next(batch.names),
		**{key: str(values.get(key) or "")[:LONGEST_LINE] or None for key in TEXTS},
		**{key: values.get(key) for key in ("contact", "source", "lost_detail")},
		"deal_owner": values["owner"],
		"pipeline": batch.plan.pipeline,
		"stage": stage.name,
		"status": stage.outcome,
		"probability": flt(values["probability"]) if overridden else stage.probability,
		"probability_overridden": int(overridden),
		"expected_close_date": sane_date(values.get("expected_close_date")),
		"lost_reason": batch.reasons.get(row["name"]) if stage.outcome == LOST else None,
		"stage_entered_on": entered,
		"closed_on": entered if stage.outcome != OPEN else None,
		# Its history begins where it stands.
		"began_on": entered,
		"furthest_stage": furthest((stage.name,), (stage,)) or None,
		**{key: row[key] for key in ledger.STAMPS},
	}


def entered_on(batch: Batch, row: dict[str, Any], sale: Sale, stage: Stage) -> datetime:
	"""Return when a sale entered where it stands: an open one when it began, a closed one when it was closed.

	Where nothing says when it was closed, its last change is taken. Site's time, whole seconds.
	"""
	if stage.outcome == OPEN:
		return get_datetime(row["creation"]).replace(microsecond=0)
	said = sale.values.get("closed_on") or (
		batch.closings.get(row["name"]) if stage.outcome != LOST else None
	)
	return get_datetime(said or row["modified"]).replace(microsecond=0)


def sane_date(value: Any) -> Any:
	"""Return a date that a deal may hold, None for one before 1970 or after 2100."""
	return value if value and EARLIEST <= getdate(value) <= LATEST else None


def write(batch: Batch) -> None:
	"""Insert the deals, their items, and one Stage Change each: where they stood, and since when."""
	origins = {
		row["target_name"]: row["source_name"] for row in batch.book.rows if made_by(batch.source, row)
	}
	ledger.insert_rows(DEAL, batch.deals)
	ledger.insert_rows("Deal Item", batch.items)
	ledger.insert_rows(
		"Stage Change",
		[
			{
				"name": ledger.new_name(),
				**{"reference_doctype": DEAL, "reference_name": deal["name"], "pipeline": deal["pipeline"]},
				**{
					"to_stage": deal["stage"],
					"changed_on": deal["stage_entered_on"],
					"changed_by": deal["owner"],
				},
				**{
					"cause": ADOPTED,
					"cause_doctype": batch.source.doctype,
					"cause_name": origins[deal["name"]],
				},
				**deal_progress.facts_of(deal),
			}
			for deal in batch.deals
		],
	)
