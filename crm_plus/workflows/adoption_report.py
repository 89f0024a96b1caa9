"""The reconciliation of a run: what was there and what is here, counted anew in both places, and why anything differs.

Amounts are in the deals' company currencies and never added up across currencies.
"""

import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any

import frappe
from frappe.query_builder import Case, CustomFunction
from frappe.query_builder.functions import Abs, Coalesce, Count, NullIf, Sum
from frappe.utils import flt, now_datetime

from crm_plus.rules import adoption as rules
from crm_plus.rules.adoption import CREATED, SKIPPED, Side
from crm_plus.workflows.adoption_cards import NOBODY
from crm_plus.workflows.adoption_ledger import DEAL, DEAL_KIND, DOCUMENT, ENTRY, HANGING, PARTY, PROFILE
from crm_plus.workflows.adoption_sources import DealSource, PartySource, deal_source, party_source

RUN = "Adoption Run"
SHOWN = 100
EXAMPLES = 5
year_of = CustomFunction("YEAR", ["date"])


def store(run: str) -> None:
	"""Reconcile and keep the result with the run. The caller commits."""
	values = {"reconciliation": json.dumps(reconcile(run), default=str), "reconciled_on": now_datetime()}
	frappe.db.set_value(RUN, run, values, update_modified=False)


def forget(run: str) -> None:
	"""Drop the reconciliation of a run that was undone. The caller commits."""
	frappe.db.set_value(RUN, run, {"reconciliation": None, "reconciled_on": None}, update_modified=False)


def reconcile(run: str) -> dict[str, Any]:
	"""Return the tables of a run's form: totals by DocType, deals and profiles by owner, status and year, and reasons."""
	sources = [row for row in frappe.get_doc(RUN, run).sources if row.take]
	tables = [line for row in sources if row.phase != DOCUMENT for line in tables_of(row)]
	totals = [total_of(row) for row in sources if row.phase != DOCUMENT]
	differences = sum(table["differences"] for table in tables) + sum(row["differs"] for row in totals)
	return {
		"totals": totals,
		"tables": tables,
		"documents": documents(),
		"reasons": reasons(),
		"belongings": belongings(),
		"differences": differences,
	}


def total_of(row: Any) -> dict[str, Any]:
	"""Return one DocType's documents there, what became of them, and, of sales, the amounts by currency."""
	doctype, phase = row.source_doctype, row.phase
	entry = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(entry).select(entry.action, Count("*"))
	query = query.where((entry.kind == phase) & (entry.source_doctype == doctype)).groupby(entry.action)
	actions = dict(query.run())
	there = frappe.db.count(doctype)
	found = {
		"doctype": doctype,
		"there": there,
		**{key: actions.get(key, 0) for key in ("Created", "Merged", "Linked")},
	}
	found["Skipped"] = actions.get(SKIPPED, 0)
	found["missing"] = there - sum(actions.values())
	found["amounts"] = amounts_of(doctype) if phase == DEAL_KIND else []
	found["differs"] = bool(
		found["missing"] or found["Skipped"] or any(a["differs"] for a in found["amounts"])
	)
	return found


def amounts_of(doctype: str) -> list[dict[str, Any]]:
	"""Return the amounts of a DocType's sales there and here by company currency, and what was skipped of them."""
	entry, deal = frappe.qb.DocType(ENTRY), frappe.qb.DocType(DEAL)
	query = (
		frappe.qb.from_(entry)
		.left_join(deal)
		.on(deal.name == entry.target_name)
		.select(entry.currency, Sum(entry.source_amount), Sum(deal.base_amount), off(entry, deal.base_amount))
		.where((entry.kind == DEAL_KIND) & (entry.source_doctype == doctype))
		.groupby(entry.currency)
	)
	rows = []
	for currency, there, here, count in query.run():
		line = {"currency": currency or "", "there": flt(there, 2), "here": flt(here, 2)}
		rows.append({**line, "off": int(count), "differs": bool(count)})
	return rows


def off(entry: Any, amount: Any) -> Any:
	"""Return the expression that counts documents whose amount here is not what it was there."""
	apart = Abs(Coalesce(entry.source_amount, 0) - Coalesce(amount, 0)) > rules.ROUNDING
	return Sum(Case().when(apart, 1).else_(0))


def tables_of(row: Any) -> list[dict[str, Any]]:
	"""Return one DocType's comparisons by owner and year, and what its statuses became."""
	groups = groups_of(row.source_doctype, row.phase)
	made = []
	for by in ("owner", "year"):
		lines = rules.compare(
			counted(groups, f"{by}_there", "amount_there"), counted(groups, f"{by}_here", "amount_here")
		)
		shown = [{**asdict(line), "differs": rules.differs(line)} for line in lines]
		made.append(table(row.source_doctype, by, shown))
	made.append(table(row.source_doctype, "status", statuses(groups)))
	return made


def table(doctype: str, by: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
	"""Return a table of a run's form; of many lines, those that differ come first."""
	ordered = sorted(lines, key=lambda line: not line["differs"])[:SHOWN] if len(lines) > SHOWN else lines
	differences = sum(line["differs"] for line in lines)
	return {"doctype": doctype, "by": by, "lines": ordered, "count": len(lines), "differences": differences}


def groups_of(doctype: str, phase: str) -> list[dict[str, Any]]:
	"""Return the records that a DocType's documents became, grouped by what both sides say of them, in one query."""
	source = deal_source(doctype) if phase == DEAL_KIND else party_source(doctype)
	is_deal = isinstance(source, DealSource)
	there, entry = frappe.qb.DocType(doctype), frappe.qb.DocType(ENTRY)
	here = frappe.qb.DocType(DEAL if is_deal else PROFILE)
	keys = {
		"owner_there": first_filled(there, columns_of(source, "owner"), there.owner),
		"owner_here": Coalesce(here.deal_owner if is_deal else here.profile_owner, ""),
		"year_there": year_of(there.creation),
		"year_here": year_of(here.creation),
		"status_there": first_filled(there, columns_of(source, "status"), ""),
		"status_here": here.stage if is_deal else here.lifecycle_stage,
		"currency": Coalesce(entry.currency, ""),
	}
	here_amount = here.base_amount if is_deal else entry.target_amount
	query = (
		frappe.qb.from_(there)
		.join(entry)
		.on((entry.source_doctype == doctype) & (entry.source_name == there.name))
		.join(here)
		.on(here.name == entry.target_name)
		.select(*[term.as_(key) for key, term in keys.items()], Count("*").as_("count"))
		.select(Sum(entry.source_amount).as_("amount_there"), Sum(here_amount).as_("amount_here"))
		.select(off(entry, here_amount).as_("off"))
		.where((entry.kind == phase) & (entry.action == CREATED))
		.groupby(*keys.values())
	)
	return [agreed(group) for group in query.run(as_dict=True)]


def agreed(group: dict[str, Any]) -> dict[str, Any]:
	"""Let what the system made itself count as nobody's, as a profile has it."""
	if not group["owner_here"] and group["owner_there"] in NOBODY:
		group["owner_there"] = ""
	return group


def columns_of(source: DealSource | PartySource, field: str) -> list[str]:
	"""Return those columns of the DocType that a field of ours may come from."""
	meta = frappe.get_meta(source.doctype)
	return [name for name in source.fields.get(field, ()) if meta.has_field(name)]


def first_filled(there: Any, names: list[str], otherwise: Any) -> Any:
	"""Return the expression of the first of the columns that is filled."""
	return Coalesce(*[NullIf(there[name], "") for name in names], otherwise)


def counted(groups: list[dict[str, Any]], key: str, amount: str) -> dict[tuple[str, str], Side]:
	"""Add groups up by one key and the currency."""
	found: dict[tuple[str, str], Side] = defaultdict(Side)
	for group in groups:
		label = (str(group[key] or ""), group["currency"])
		found[label] = found[label].plus(Side(group["count"], flt(group[amount]), int(group["off"])))
	return dict(found)


def statuses(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Return what each status there became here: the words differ, so that only the amounts are compared."""
	found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
	for group in groups:
		found[group["status_there"] or "", group["status_here"] or "", group["currency"]].append(group)
	lines = []
	for (there, here, currency), parts in sorted(found.items()):
		count, shift = sum(part["count"] for part in parts), sum(int(part["off"]) for part in parts)
		before, now = (sum(flt(part[key]) for part in parts) for key in ("amount_there", "amount_here"))
		line = rules.Line(there, count, count, before, now, currency, shift)
		lines.append({**asdict(line), "became": here, "differs": rules.differs(line)})
	return lines


def documents() -> list[dict[str, Any]]:
	"""Return how many documents and rows of each DocType were linked to deals."""
	return grouped(["source_doctype", "action"], [DOCUMENT])


def belongings() -> list[dict[str, Any]]:
	"""Return how much of what hangs on records was brought along, by kind."""
	return grouped(["kind"], list(HANGING))


def grouped(columns: list[str], kinds: list[str]) -> list[dict[str, Any]]:
	"""Count entries of some kinds by columns."""
	entry = frappe.qb.DocType(ENTRY)
	terms = [entry[name] for name in columns]
	query = frappe.qb.from_(entry).select(*terms, Count("*").as_("count")).where(entry.kind.isin(kinds))
	return query.groupby(*terms).orderby(*terms).run(as_dict=True)


def reasons() -> list[dict[str, Any]]:
	"""Return what was merged, joined, skipped or changed on the way, by reason, with the first few of each as examples."""
	entry = frappe.qb.DocType(ENTRY)
	terms = (entry.source_doctype, entry.kind, entry.action, entry.reason)
	told = (entry.action != CREATED) | (entry.reason != rules.NEW)
	query = frappe.qb.from_(entry).select(*terms, Count("*").as_("count"))
	query = query.where(entry.kind.isin([PARTY, DEAL_KIND, DOCUMENT]) & told)
	found = query.groupby(*terms).orderby(*terms).run(as_dict=True)
	for row in found:
		where = {key: row[key] for key in ("source_doctype", "kind", "action", "reason")}
		fields = ["source_name", "target_doctype", "target_name"]
		row["examples"] = frappe.get_all(
			ENTRY, filters=where, fields=fields, order_by="source_name", limit=EXAMPLES
		)
	return found
